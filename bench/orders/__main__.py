"""`python -m bench.orders [--postgres] [--orders N]`: whole pages of figures and ledger; the ledger's lists and
totals beside counting and skipping."""

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.core.days import Days
from app.core.db import db
from app.entrances.models import EntranceKind
from app.figures import messages, visits
from app.figures.keeping import rebuild
from app.ledger.listing import list_entries, sum_up
from app.ledger.wanted import Moment, Money, Wanted, conditions_of
from app.orders.models import Order
from app.orders.states import OrderState
from app.tables import METADATA
from bench.callback.shop import build
from bench.orders.filling import fill
from bootstrap.services import running_postgres
from tests.conftest import create_postgres_database
from tests.keys import write_keys
from tests.staff import open_console

ROUNDS = 7
PER_PAGE = 50
Call = Callable[[], object]


def main() -> None:
    """Fill a shop, ask, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument(
        "--keep", type=Path, help="fill SQLite in this folder once, and measure it there again"
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        is_filled = (folder / "shop.db").exists()
        folder.mkdir(exist_ok=True)
        database = f"sqlite:///{folder}/shop.db"
        if options.postgres:
            server = stack.enter_context(running_postgres(folder / "postgres"))
            database = create_postgres_database(server, "bench")
        write_keys(folder)
        app = build(folder, database)
        with app.app_context():
            if not is_filled:
                METADATA.create_all(db.engine)
                fill(options.orders)
            print(f"{options.orders:,} orders on {'PostgreSQL' if options.postgres else 'SQLite'}\n")
            _time_rebuild()
            _report_pages(app)
            _report()
            db.engine.dispose()


def _time_rebuild() -> None:
    started = time.perf_counter()
    days = rebuild()
    messages.work_off(float("inf"))
    visits.work_off()
    print(f"{days:,} days counted in {time.perf_counter() - started:.0f} s\n")


def _report_pages(app: Flask) -> None:
    """Whole answers, from the request to the last byte of HTML, without a server and a network."""
    console = open_console(app)
    print(f"| Page | Median of {ROUNDS}, ms | Slowest | HTML, KB |")
    print("|---|---|---|---|")
    for name, path in _pages():
        size = len(console.text(path).encode())
        taken = _times(lambda p=path: console.text(p))
        print(f"| {name} | {taken[ROUNDS // 2]:.0f} | {taken[-1]:.0f} | {size // 1024} |")
    print()


def _pages() -> list[tuple[str, str]]:
    last_year = Days.until_today(365)
    today = last_year.last
    return [
        ("overview", "/"),
        ("figures, 30 days", "/figures/"),
        ("figures, 365 days", f"/figures/?from={last_year.first}&to={today}"),
        ("ledger, first page with totals", "/orders/"),
        ("ledger, paid and not yet sent", "/orders/?state=paid"),
        ("ledger, paid today", f"/orders/?by=paid&from={today}&to={today}"),
        ("ledger, one product", "/orders/?product=tea-7"),
    ]


def _report() -> None:
    print(f"Median of {ROUNDS}, milliseconds\n")
    print("| Filter | Page | Totals | Both | Count and skip to the same page | Ratio |")
    print("|---|---|---|---|---|---|")
    for name, wanted, deep in _questions():
        place = _place_at(deep) if deep else ""
        page = _median(lambda w=wanted, p=place: list_entries(w, place=p, per_page=PER_PAGE))
        totals = _median(lambda w=wanted: sum_up(w))
        naive = _median(lambda w=wanted, d=deep: _count_and_skip(w, d))
        both = page + totals
        print(f"| {name} | {page:.0f} | {totals:.0f} | {both:.0f} | {naive:.0f} | {naive / both:.1f} |")


def _questions() -> list[tuple[str, Wanted, int]]:
    number = db.session.scalar(select(func.count()).select_from(Order)) or 0
    slug = "tea-7"
    return [
        ("none, first page", Wanted(), 0),
        ("none, page in the middle", Wanted(), number // 2),
        ("paid, not yet sent", Wanted(state=OrderState.PAID), 0),
        ("the last 30 days", Wanted(days=Days.until_today(30)), 0),
        ("one entrance", Wanted(entrance_id=7), 0),
        ("a kind of entrance", Wanted(kind=EntranceKind.KEYWORD), 0),
        ("one product", Wanted(slug=slug), 0),
        ("no entrance", Wanted(entrance_id=0), 0),
        ("money came", Wanted(money=Money.CAME), 0),
        ("paid in 30 days", Wanted(days=Days.until_today(30), by=Moment.PAID), 0),
        ("amount from 200 yuan", Wanted(least_fen=20_000), 0),
        ("a phone number", Wanted(search="13800012345"), 0),
    ]


def _place_at(deep: int) -> str:
    row = db.session.scalars(select(Order).order_by(Order.created_at.desc()).offset(deep - 1).limit(1)).one()
    micros = int(row.created_at.timestamp() * 1_000_000)
    return f"a{micros}-{row.id}"


def _count_and_skip(wanted: Wanted, deep: int) -> None:
    """As such lists are often made: COUNT and SUM over a subquery for the totals, OFFSET for the page."""
    query = select(Order).where(*conditions_of(wanted))
    if wanted.state is not None:
        query = query.where(Order.state == wanted.state)
    rows = query.subquery()
    db.session.execute(
        select(rows.c.state, func.count(), func.sum(rows.c.total_fen)).group_by(rows.c.state)
    ).all()
    db.session.scalar(select(func.count()).select_from(rows))
    ordered = query.order_by(Order.created_at.desc(), Order.id.desc())
    db.session.scalars(ordered.offset(deep).limit(PER_PAGE)).all()


def _median(call: Call) -> float:
    """Milliseconds; the first round warms what can be warm."""
    call()
    return _times(call)[ROUNDS // 2]


def _times(call: Call) -> list[float]:
    taken = []
    for _round in range(ROUNDS):
        db.session.rollback()
        db.session.expunge_all()
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)


if __name__ == "__main__":
    main()
