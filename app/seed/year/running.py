"""Writes the year, batch by batch: each is one transaction and moves a mark, so that a killed run goes on there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from app.catalog.models import Product
from app.core import audit, clock
from app.core.db import db, transaction
from app.core.preferences import find_preference, keep_preference
from app.delivery.points import list_open_points
from app.followers.models import Follower
from app.orders.models import Order
from app.orders.spending import recount_differing
from app.pricing.freight import FreightRule
from app.seed.folder import ACTOR, seed_shop
from app.seed.year.bills import bill_spans, write_bills
from app.seed.year.coupons import Wallet
from app.seed.year.doors import add_doors, add_visits, load_doors
from app.seed.year.goods import Shelf
from app.seed.year.log import Log, mark_read
from app.seed.year.notices import Teller
from app.seed.year.offers import Offers, add_offers, count_flash
from app.seed.year.orders import Placed, Trade, place_orders
from app.seed.year.parcels import send_all
from app.seed.year.people import add_followers, make_crowd
from app.seed.year.plan import LENGTH, Year, start_of
from app.seed.year.refunds import give_back_after_sending, give_back_before_sending
from app.seed.year.rows import Rows
from app.seed.year.scans import count_scans
from app.seed.year.talks import SCANS_OF_AN_ORDER, TALKS_OF_AN_ORDER, Talker, make_talker
from app.seed.year.words import read_words
from app.staff.models import StaffUser

MARK = "seed"
FOLLOW_BY_SCENE = 0.15  # of those who begin to follow
Progress = Callable[[int, int], None]  # orders done, orders in all


class NotEmpty(Exception):
    """The shop has things of its own, or another year was begun; the message is for whoever typed the command."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What the settings say: freight in fen, the order's time to live, the public address, where bills are kept."""

    freight: FreightRule
    ttl: timedelta
    base_url: str
    bills: Path | None = None  # None: their rows alone are written


def fill_year(folder: Path, shop: Shop, *, orders: int, seed: int, on_progress: Progress) -> bool:
    """Write the year, or what is left of it; False when that was done before. Opens transactions.

    Raises: NotEmpty; FileNotFoundError, KeyError or ValueError when the folder is not what it should be.
    """
    words = read_words(folder)
    mark = _find_or_make_mark(orders, seed)
    if mark["is_done"]:
        return False
    year = Year(orders, seed, datetime.fromisoformat(mark["now"]))
    seed_shop(folder, since=year.starts_at)
    crowd = make_crowd(year, words, mark["first_follower"])
    staff = db.session.scalar(select(func.min(StaffUser.id)))
    actor = f"staff:{staff}" if staff else ACTOR
    shelf = Shelf(year, words.seasons, actor)
    if mark["batches"] is None:
        rows = Rows()
        with transaction() as session:
            add_followers(year, words, crowd, rows)
            add_doors(year, words, shelf.goods, actor, rows)
            rows.write(session)
            add_offers(year, words, shelf.goods, session)
            mark = _keep_mark(mark | {"batches": 0})
    point = next(((each.id, each.title, each.address) for each in list_open_points()), None)
    trade = Trade(year, crowd, shelf, load_doors(), Wallet(), Offers(), shop.freight, shop.ttl, point, actor)
    talker = make_talker(words, base_url=shop.base_url, staff=actor if staff else "", now=year.now)
    for number, days in enumerate(year.batches()):
        if number >= mark["batches"]:
            _write_batch(trade, talker, days, mark | {"batches": number + 1})
        on_progress(sum(year.orders_by_day[: days.stop]), orders)
    mark = _keep_mark(mark | {"batches": len(year.batches())})
    for days in bill_spans(year)[mark.get("bills", 0) :]:
        with transaction() as session:
            write_bills(year, days, shop.bills, session)
            mark = _keep_mark(mark | {"bills": mark.get("bills", 0) + 1})
    _finish(mark | {"is_done": True})
    return True


def _find_or_make_mark(orders: int, seed: int) -> dict[str, Any]:
    mark = find_preference(MARK)
    if mark is None:
        if any(
            db.session.scalar(select(func.count()).select_from(each)) for each in (Product, Order, Follower)
        ):
            raise NotEmpty("This shop has goods, followers or orders already; nothing was changed.")
        return _keep_mark(
            {"orders": orders, "seed": seed, "now": clock.now().isoformat()}
            | {"first_follower": 1, "batches": None, "is_done": False}
        )
    if not mark["is_done"] and (mark["orders"], mark["seed"]) != (orders, seed):
        raise NotEmpty(
            "A year was begun here and not finished. To go on with it, say"
            f" --orders {mark['orders']} --seed {mark['seed']}; to have another one, begin with an empty database."
        )
    return mark


def _keep_mark(mark: dict[str, Any]) -> dict[str, Any]:
    keep_preference(MARK, mark, actor=ACTOR)
    return mark


def _write_batch(trade: Trade, talker: Talker, days: range, mark: dict[str, Any]) -> None:
    year, rows = trade.year, Rows()
    chance = year.chance(f"batch {days.start}")
    log = Log(rows)
    with transaction() as session:
        moments = [at for day in days for at in year.moments(day, year.orders_by_day[day], chance)]
        placed = place_orders(trade, days, moments, sum(year.orders_by_day[: days.start]), chance, rows)
        backs = give_back_before_sending(trade, placed, year.chance(f"backs {days.start}"), rows)
        send_all(trade, placed, backs, Teller(log, talker.base_url), chance, rows)
        give_back_after_sending(
            trade, placed, backs, year.chance(f"damages {days.start}"), rows, is_last=days.stop == LENGTH
        )
        _add_visits(trade, days, placed, chance, rows)
        _talk(trade, talker, days, chance, log)
        for order in placed:
            log.saw(order.person, order.at)
        rows.write(session)
        trade.shelf.keep(session)
        trade.wallet.count(session)
        log.keep(session)
        _keep_mark(mark)


def _add_visits(trade: Trade, days: range, placed: list[Placed], chance: Any, rows: Rows) -> None:
    ordered: dict[int, list[int]] = {day: [] for day in days}
    for order in placed:
        if order.entrance_id is not None:
            day = (clock.beijing_day(order.at) - trade.year.days[0]).days
            ordered[day].append(order.entrance_id)
    for day in days:
        add_visits(trade.year, day, trade.doors, ordered[day], chance, rows)


def _talk(trade: Trade, talker: Talker, days: range, chance: Any, log: Log) -> None:
    year = trade.year
    for day in days:
        number = round(year.orders_by_day[day] * TALKS_OF_AN_ORDER)
        for at in sorted(year.moments(day, number, chance)):
            talker.talk(trade.crowd.pick(chance, at, buys=False), at, chance, log)
        scans = sum(chance.random() < SCANS_OF_AN_ORDER for _order in range(year.orders_by_day[day]))
        for at in sorted(year.moments(day, scans if talker.scenes else 0, chance)):
            talker.scan(trade.crowd.pick(chance, at, buys=False), at, chance, log)
    first, end = start_of(year.days[days.start]), start_of(year.days[days.stop - 1]) + timedelta(days=1)
    for person in trade.crowd.people:
        if first <= person.joined_at < end:
            if talker.scenes and chance.random() < FOLLOW_BY_SCENE:
                talker.scan(person, person.joined_at, chance, log, is_follow=True)
            else:
                talker.greet(person, log)
        if person.left_at is not None and first <= person.left_at < end:
            talker.part(person, person.left_at, log)
        if person.back_at is not None and first <= person.back_at < end:
            talker.return_(person, person.back_at, log)


def _finish(mark: dict[str, Any]) -> None:
    recount_differing()
    with transaction() as session:
        mark_read(session)
        count_flash(session)
        count_scans(session)
        audit.record(
            actor=audit.COMMAND,
            action="shop.seeded",
            subject="shop",
            after={"orders": mark["orders"], "seed": mark["seed"]},
        )
        _keep_mark(mark)
    with transaction() as session:
        session.execute(text("ANALYZE"))
