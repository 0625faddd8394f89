"""Making the rows of days: what changed is counted anew; everything again; whether rows say what orders say."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, union

from app.core import clock
from app.core.days import Days
from app.core.db import db, transaction
from app.figures.counting import count_money, count_shares, count_states
from app.figures.models import DayMoney, DayShare, DayState, FigureChange, Share
from app.orders.models import Order
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund

MOST_DAYS = 10  # that one transaction counts: others wait for it on SQLite

Rows = dict[type[Any], dict[tuple[Any, ...], dict[str, Any]]]


def work_off(seconds: float) -> int:
    """Count the days anew that changed, the latest first, for about so long; how many were made.

    Each few days are a transaction of their own: whoever stops in between leaves the rest as it was, and marked.
    """
    give_up_at, made = time.monotonic() + seconds, 0
    today = clock.today()
    for days in reversed(merge((day for day in changed_days() if day < today), longest=MOST_DAYS)):
        made += _make(days)
        if time.monotonic() > give_up_at:
            break
    _tidy(today)
    return made


def rebuild() -> int:
    """Mark every day that has anything, and count them all; how many there were."""
    with transaction() as session:
        days = {*_days_of_orders(), *_days_of_rows()}
        if days:
            session.execute(insert(FigureChange), [{"day": day} for day in days])
    return work_off(float("inf"))


def find_differences() -> Iterator[date]:
    """Days whose rows do not say what orders and payments say; days that are marked need not yet."""
    for day in sorted({*_days_of_orders(), *_days_of_rows()}):
        if (
            _differs(day) and day not in changed_days() and _differs(day)
        ):  # a worker may have made it meanwhile
            yield day
        db.session.rollback()  # no reading transaction lasts as long as the walk


def changed_days() -> list[date]:
    """Days whose rows are not to be trusted: they are counted anew soon, and until then by whoever asks."""
    day = FigureChange.day
    return list(db.session.scalars(select(day).distinct().order_by(day.desc())))


def merge(days: Iterable[date], *, longest: int = 10**6) -> list[Days]:
    """Neighbours together, so many at most."""
    spans: list[Days] = []
    for day in sorted(days):
        if spans and spans[-1].last + timedelta(days=1) == day and len(spans[-1]) < longest:
            spans[-1] = Days(spans[-1].first, day)
        else:
            spans.append(Days(day, day))
    return spans


def _make(days: Days) -> int:
    """How many were made: none when another worker has made them at the same time."""
    with transaction() as session:
        # Only marks that can be seen are taken away: who has not committed yet leaves one that counts again.
        marks = session.execute(delete(FigureChange).where(FigureChange.day.between(days.first, days.last)))
        if not marks.rowcount:  # type: ignore[attr-defined]
            return 0
        for table, rows in _count(days).items():
            session.execute(delete(table).where(*_on(table, days)))
            if rows:
                session.execute(insert(table), list(rows.values()))
    return len(days)


def _on(table: Any, days: Days) -> list[ColumnElement[bool]]:
    is_there = [table.day.between(days.first, days.last)]
    return [DayShare.kind.in_(Share), *is_there] if table is DayShare else is_there  # as its key begins


def _differs(day: date) -> bool:
    days = Days(day, day)
    return _read(days) != _count(days)


def _tidy(today: date) -> None:
    """One mark says as much as many: today, and whatever lies ahead, stays marked and is counted by who asks."""
    with transaction() as session:
        ahead = FigureChange.day >= today
        days = set(session.scalars(delete(FigureChange).where(ahead).returning(FigureChange.day)))
        if days:
            session.execute(insert(FigureChange), [{"day": day} for day in days])


def _count(days: Days) -> Rows:
    spans = [days]
    states = {
        (on, state): {"day": on, "state": state} | asdict(sums)
        for (on, state), sums in count_states(spans).items()
    }
    money = {(on,): {"day": on} | asdict(sums) for on, sums in count_money(spans).items()}
    shares = {
        (kind, on, key): {"kind": kind, "day": on, "key": key} | asdict(sums)
        for (kind, on, key), sums in count_shares(spans).items()
    }
    return {DayState: states, DayMoney: money, DayShare: shares}


def _read(days: Days) -> Rows:
    found: Rows = {}
    for table in (DayState, DayMoney, DayShare):
        columns = table.__table__.columns
        key = [column.name for column in columns if column.primary_key]
        rows = db.session.execute(select(*columns).where(*_on(table, days))).mappings()
        found[table] = {tuple(row[name] for name in key): dict(row) for row in rows}
    return found


def _days_of_orders() -> set[date]:
    """By their first and last moments: asking a million orders for their days would take long."""
    moments = (Order.created_at, Order.paid_at, PaymentAttempt.paid_at, Refund.succeeded_at)
    ends = union(*(select(function(moment)) for moment in moments for function in (func.min, func.max)))
    known = [clock.beijing_day(moment) for moment in db.session.scalars(ends) if moment is not None]
    return set(Days(min(known), max(known))) if known else set()


def _days_of_rows() -> set[date]:
    return set(db.session.scalars(union(*(select(table.day) for table in (DayState, DayMoney, DayShare)))))
