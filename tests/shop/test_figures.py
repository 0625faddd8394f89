"""Figures of days: whatever happened in whatever order, they say what orders and payments say."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import insert, update

from app.conversations.models import Direction, Message
from app.core import clock
from app.core.days import Days
from app.core.db import db, transaction
from app.entrances.models import EntranceKind
from app.entrances.service import code_for, find_by_code
from app.entrances.visits import record_product_seen, record_visit
from app.figures import keeping
from app.figures import messages as figure_messages
from app.figures import visits as figure_visits
from app.figures.counting import count_money, count_shares, count_states
from app.figures.funnel import Steps, read_funnel
from app.figures.models import DayMoney, Share
from app.figures.moments import Stretch, compare_today
from app.figures.reading import Figures
from app.figures.sums import MoneySums, ShareSums, StateSums
from app.ledger.listing import list_entries, sum_up
from app.ledger.wanted import Buyers, Moment, Money, Wanted
from app.orders.models import Order
from app.orders.service import Checkout, cancel, mark_paid, place_order
from app.orders.states import OrderState
from app.payments.states import AttemptState
from tests.factories import FREIGHT, TTL, make_attempt, make_checkout, make_follower, make_order, make_sku

EVER = Days(date(2026, 10, 1), date(2027, 1, 31))
_numbers = count(1)


def pay(order: Order, at: datetime | None = None) -> Order:
    with transaction():
        mark_paid(order, paid_at=at or clock.now(), cause="notification")
    return order


def pay_too_late(order: Order, at: datetime | None = None) -> None:
    """Money that came and has to go back."""
    number, paid_at = next(_numbers), at or clock.now()
    values = {"transaction_id": f"42{number}", "state": AttemptState.REFUND_DUE}
    make_attempt(order, f"LATE{number}", paid_at=paid_at, **values)


def expect_the_truth() -> None:
    """Reading gives the same as counting everything, whatever is marked and whatever is not."""
    db.session.rollback()
    figures = Figures.of(EVER)
    states: dict[OrderState, StateSums] = {state: StateSums() for state in OrderState}
    for (_day, state), sums in count_states([EVER]).items():
        states[state] += sums
    assert figures.states() == Figures.of(None).states() == states
    assert figures.money() == count_money([EVER])
    shares = count_shares([EVER])
    for kind in Share:
        parts: dict[str, ShareSums] = {}
        for (of, _day, key), share in shares.items():
            if of == kind:
                parts[key] = parts.get(key, ShareSums()) + share
        assert figures.shares(kind) == parts


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_of_days_say_what_orders_say_whatever_happens(
    shop: Flask, advance: Callable[[timedelta], None], seed: int
) -> None:
    chance = random.Random(seed)
    skus = [make_sku(price_fen=price, stock=500) for price in (500, 6800, 12000)]
    buyers = [make_follower() for _number in range(4)]
    door = find_by_code(code_for(EntranceKind.MENU, "1", "菜单：进店"))
    assert door is not None
    made: list[int] = []
    for _step in range(30):
        act = chance.choice(["place", "place", "pay", "pay", "pay earlier", "cancel", "ship", "late", "work"])
        order = db.session.get(Order, chance.choice(made), populate_existing=True) if made else None
        if act == "place" or order is None:
            checkout = make_checkout(chance.choice(buyers).id, chance.choice(skus).id, chance.randint(1, 3))
            entrance = chance.choice([None, door.id])
            made.append(place_order(with_entrance(checkout, entrance), freight=FREIGHT, ttl=TTL).id)
        elif act == "pay":
            pay(order)
        elif act == "pay earlier":  # its notification was held up, or a figure of an old day is put right
            pay(order, clock.now() - timedelta(hours=chance.randint(1, 200)))
        elif act == "cancel" and order.state == OrderState.UNPAID:
            with transaction():
                cancel(order, reason="expired")
        elif act == "ship" and order.state == OrderState.PAID:
            with transaction() as session:
                session.execute(update(Order).where(Order.id == order.id).values(state=OrderState.SHIPPED))
        elif act == "late":
            pay_too_late(order, clock.now() - timedelta(hours=chance.randint(0, 60)))
        elif act == "work":
            keeping.work_off(60)
            assert all(day >= clock.today() for day in keeping.changed_days())
        expect_the_truth()
        advance(timedelta(hours=chance.randint(0, 14)))

    advance(timedelta(days=1))
    keeping.work_off(60)

    assert keeping.changed_days() == []
    assert list(keeping.find_differences()) == []
    expect_the_truth()


def with_entrance(checkout: Checkout, entrance_id: int | None) -> Checkout:
    return replace(checkout, entrance_id=entrance_id)


@pytest.fixture
def closed_day(shop: Flask, advance: Callable[[timedelta], None]) -> date:
    """A day that is over, with one paid order of 76 yuan; its rows are made."""
    day = clock.today()
    pay(make_order())
    advance(timedelta(days=1))
    keeping.work_off(60)
    return day


def money_of(day: date) -> MoneySums:
    db.session.rollback()
    return Figures.of(Days(day, day)).money()[day]


def test_a_closed_day_is_read_from_its_row_alone(closed_day: date) -> None:
    with transaction() as session:
        session.execute(update(DayMoney).values(fen=1))

    assert money_of(closed_day).fen == 1


def test_a_worker_that_dies_while_it_counts_leaves_the_day_marked(
    closed_day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(make_order(), clock.now() - timedelta(days=1))
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "insert", lambda _table: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            keeping.work_off(60)

    assert closed_day in keeping.changed_days()
    assert money_of(closed_day).orders == 2
    keeping.work_off(60)
    assert closed_day not in keeping.changed_days()
    assert money_of(closed_day).orders == 2


def test_what_is_committed_while_a_worker_counts_stays_marked(closed_day: date) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("one writes after the other there")
    order = make_order()
    pay(make_order(), clock.now() - timedelta(days=1))
    db.session.commit()
    with db.engine.connect() as other:
        values = {"state": OrderState.PAID, "paid_at": clock.now() - timedelta(days=1)}
        other.execute(update(Order).where(Order.id == order.id).values(**values))
        keeping.work_off(60)
        assert money_of(closed_day).orders == 2
        other.commit()

    assert closed_day in keeping.changed_days()
    assert money_of(closed_day).orders == 3


def test_verify_names_a_day_that_differs_and_rebuild_puts_it_right(shop: Flask, closed_day: date) -> None:
    run = shop.test_cli_runner().invoke
    assert run(args=["figures", "verify"]).exit_code == 0
    with transaction() as session:
        session.execute(update(DayMoney).values(fen=1))

    found = run(args=["figures", "verify"])
    assert (found.exit_code, f"{closed_day} differs" in found.output) == (1, True)
    assert run(args=["figures", "rebuild"]).exit_code == 0
    assert run(args=["figures", "verify"]).exit_code == 0
    assert money_of(closed_day).fen == 7600


def test_today_stands_beside_the_same_weekday_until_the_same_time(
    shop: Flask, advance: Callable[[timedelta], None]
) -> None:
    sku, buyer = make_sku(stock=9), make_follower()
    pay(make_order(sku=sku, follower=buyer))
    advance(timedelta(hours=3))
    pay(make_order(sku=sku))
    advance(timedelta(days=7, hours=-2))
    late = make_order(sku=sku, follower=buyer)
    pay_too_late(late)

    compared = compare_today()

    today, before = clock.today(), clock.today() - timedelta(days=7)
    assert compared.before == Stretch(before, 1, 1, 7600, 1, 0, 0)
    assert compared.today == Stretch(today, 1, 0, 0, 0, 1, 7600)
    assert compared.until.isoformat() == "11:00:00"
    same = Wanted(days=Days(before, before), by=Moment.PAID, until=compared.until)
    assert sum_up(same).wanted.paid_fen == compared.before.received_fen


def test_the_ledger_finds_the_very_rows_of_each_figure(
    shop: Flask, advance: Callable[[timedelta], None]
) -> None:
    sku, buyer = make_sku(stock=9), make_follower()
    pay(make_order(sku=sku, follower=buyer))
    advance(timedelta(days=1, hours=5))
    again, first = pay(make_order(sku=sku, follower=buyer)), pay(make_order(sku=sku))
    unpaid = make_order(sku=sku)
    pay_too_late(unpaid, datetime(2026, 11, 20, 4, tzinfo=UTC))
    today = Days(clock.today(), clock.today())
    long_ago = Days(date(2026, 11, 20), date(2026, 11, 20))

    expected = {
        Wanted(days=today, by=Moment.PAID): [first, again],
        Wanted(days=today, by=Moment.PAID, buyers=Buyers.NEW): [first],
        Wanted(days=today, by=Moment.PAID, buyers=Buyers.RETURNING): [again],
        Wanted(days=today, by=Moment.PAID, hour=15): [first, again],
        Wanted(days=today, by=Moment.PAID, hour=14): [],
        Wanted(days=today): [unpaid, first, again],
        Wanted(days=long_ago, by=Moment.PAID, money=Money.GOES_BACK): [unpaid],
        Wanted(days=today, by=Moment.PAID, money=Money.GOES_BACK): [],
    }
    for wanted, orders in expected.items():
        assert [entry.order.id for entry in list_entries(wanted).rows] == [order.id for order in orders], (
            wanted
        )
        assert sum_up(wanted).wanted.orders == len(orders)


def test_the_way_from_message_to_money_is_counted_by_entrance(
    shop: Flask, advance: Callable[[timedelta], None]
) -> None:
    door = find_by_code(code_for(EntranceKind.KEYWORD, "7", "关键词：茶"))
    assert door is not None
    for number, by in enumerate(["rule:7", "rule:7", "rule:8", "quiet"]):
        say(f"m{number}", by)
    for mark in ("ann", "bob"):
        record_visit(door.id, mark, clock.today())
    record_product_seen(door.id, "ann", clock.today())
    record_product_seen(door.id, "eve", clock.today())
    sku = make_sku(stock=9)
    for paid in (True, False):
        checkout = make_checkout(make_follower().id, sku.id)
        order = place_order(with_entrance(checkout, door.id), freight=FREIGHT, ttl=TTL)
        if paid:
            pay(order)
    pay(make_order(sku=sku))
    today = Days(clock.today(), clock.today())

    expected = [Steps(None, 2, 2, 1, 2, 1, 7600), Steps(None, None, 0, 0, 1, 1, 7600)]

    def funnel() -> list[Steps]:
        return [replace(row, entrance=None) for row in read_funnel(Figures.of(today), today)]

    assert funnel() == expected
    advance(timedelta(days=1))
    keeping.work_off(60)
    assert (figure_visits.work_off(), figure_visits.work_off()) == (1, 0)
    assert funnel() == expected  # from rows of the day now


def test_messages_are_counted_once_whenever_they_are_added_up(
    shop: Flask, advance: Callable[[timedelta], None]
) -> None:
    today = Days(clock.today(), clock.today())
    for number in range(3):
        say(f"old{number}", "rule:7")
    advance(timedelta(hours=1))
    say("new", "rule:7")
    say("written", "staff:3", Direction.OUT)
    say("further", "rule:7", Direction.OUT)
    expected = {"rule:7": 4, "staff:3": 1}

    assert figure_messages.count_messages(today) == expected
    assert figure_messages.work_off(60) == 3  # the youngest wait until nobody can stand behind them
    assert figure_messages.count_messages(today) == expected
    assert figure_messages.work_off(60) == 0
    advance(timedelta(hours=1))
    assert figure_messages.work_off(60) == 3
    assert figure_messages.count_messages(today) == expected


def say(key: str, by: str, direction: Direction = Direction.IN) -> None:
    with transaction() as session:
        row = {"dedupe_key": key, "at": clock.now(), "openid": "oSomebody", "direction": direction}
        row |= {"kind": "text", "content": "茶", "payload": "", "answered_by": by}
        session.execute(insert(Message).values(**row))
