"""The order ledger: what the filters leave, added up and page by page, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, select, text

from app.core import clock
from app.core.audit import AuditEntry
from app.core.days import Days
from app.core.db import db, transaction
from app.entrances.models import Entrance, EntranceKind
from app.ledger.export import export_entries
from app.ledger.indexes import without_entrance_index
from app.ledger.listing import Sums, list_entries, sum_up
from app.ledger.wanted import Delivery, Money, Wanted, is_refunded
from app.orders.models import Order
from app.orders.service import cancel, mark_paid
from app.orders.shipping import Parcel, ship
from app.orders.states import OrderState
from app.payments.states import AttemptState
from tests.factories import make_attempt, make_follower, make_order, make_sku


def pay(order: Order) -> Order:
    with transaction():
        mark_paid(order, paid_at=clock.now(), cause="notification")
    return order


def pay_too_late(order: Order) -> Order:
    """Money that came and has to go back."""
    with transaction():
        cancel(order, reason="expired")
    values = {"transaction_id": f"42000{order.id}", "state": AttemptState.REFUND_DUE}
    make_attempt(order, f"LATE{order.id}", **values)
    return order


def numbers(wanted: Wanted) -> list[str]:
    return [entry.order.order_no for entry in list_entries(wanted).rows]


def test_totals_add_up_what_came_and_what_goes_back(shop: Flask) -> None:
    sku = make_sku(price_fen=6800, stock=20)
    make_order(sku=sku)
    pay(make_order(sku=sku))
    pay_too_late(make_order(sku=sku))

    totals = sum_up(Wanted())

    assert totals.wanted == Sums(orders=3, paid_orders=1, paid_fen=15200, refund_fen=7600)
    assert totals.wanted.net_fen == 7600
    assert {state: sums.orders for state, sums in totals.by_state.items()} == {
        OrderState.UNPAID: 1,
        OrderState.PAID: 1,
        OrderState.SHIPPED: 0,
        OrderState.CANCELLED: 1,
        OrderState.REFUNDED: 0,
    }


def test_what_went_back_is_added_up_by_kind_of_entrance_and_without_one(
    shop: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ledger.wanted.FEW", 1)  # as where many orders came by this kind
    with transaction() as session:
        entrance = Entrance(code="K1", kind=EntranceKind.KEYWORD, ref="7", label="茶")
        session.add(entrance)
    sku = make_sku(price_fen=6800, stock=20)
    came, other, none, _kept = (pay(make_order(sku=sku)) for _number in range(4))
    with transaction():
        came.entrance_id = other.entrance_id = entrance.id
        came.refunded_fen, none.refunded_fen = 100, 30

    by_kind, without = sum_up(Wanted(kind=EntranceKind.KEYWORD)), sum_up(Wanted(entrance_id=0))

    assert by_kind.wanted == Sums(orders=2, paid_orders=2, paid_fen=15200, refund_fen=100)
    assert without.wanted == Sums(orders=2, paid_orders=2, paid_fen=15200, refund_fen=30)


@pytest.mark.parametrize("condition", [Order.entrance_id.is_(None), Order.entrance_id.in_([1, 2])])
def test_sqlite_finds_refunded_orders_by_their_small_index(
    shop: Flask, condition: ColumnElement[bool]
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL knows how rare they are")
    query = select(Order.refunded_fen).where(is_refunded(), without_entrance_index(condition))
    words = query.compile(db.engine, compile_kwargs={"literal_binds": True})

    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {words}")).all()

    assert [row.detail for row in plan] == ["SCAN orders USING INDEX ix_orders_refunded"]


def test_rows_and_totals_are_of_the_same_orders_whatever_is_wanted(shop: Flask) -> None:
    with transaction() as session:
        entrance = Entrance(code="K1", kind=EntranceKind.KEYWORD, ref="7", label="茶")
        session.add(entrance)
    dear, cheap = make_sku(price_fen=20000, stock=9), make_sku(price_fen=500, stock=9)
    buyer = make_follower()
    first = pay(make_order(sku=dear, follower=buyer))
    second = pay(make_order(sku=cheap))
    with transaction():
        first.entrance_id = entrance.id
    ship(second, Parcel("中通", "ZT123456"), actor="staff:1")
    late = pay_too_late(make_order(sku=cheap))
    today = clock.today()

    expected = {
        Wanted(state=OrderState.PAID): [first],
        Wanted(entrance_id=entrance.id): [first],
        Wanted(entrance_id=0): [late, second],
        Wanted(kind=EntranceKind.KEYWORD): [first],
        Wanted(kind=EntranceKind.MENU): [],
        Wanted(slug=dear.product.slug): [first],
        Wanted(follower_id=buyer.id): [first],
        Wanted(least_fen=20000): [first],
        Wanted(most_fen=19999): [late, second],
        Wanted(delivery=Delivery.WAITING): [first],
        Wanted(delivery=Delivery.SENT): [second],
        Wanted(money=Money.CAME): [late, second, first],
        Wanted(money=Money.GOES_BACK): [late],
        Wanted(days=Days(today, today)): [late, second, first],
        Wanted(days=Days(today + timedelta(days=1), date(2999, 1, 1))): [],
    }
    for wanted, orders in expected.items():
        assert numbers(wanted) == [order.order_no for order in orders], wanted
        sums = sum_up(wanted).wanted
        entries = list_entries(wanted).rows
        assert (sums.orders, sums.paid_fen, sums.refund_fen) == (
            len(entries),
            sum(entry.paid_fen for entry in entries),
            sum(entry.refund_fen for entry in entries),
        ), wanted


@pytest.mark.parametrize("name", ["beginning", "phone", "openid", "tracking", "ours", "theirs"])
def test_an_order_is_found_by_every_number_it_is_known_by(shop: Flask, name: str) -> None:
    sku = make_sku(stock=9)
    order = pay_too_late(make_order(sku=sku))
    sent = pay(make_order(sku=sku))
    ship(sent, Parcel("中通", "ZT123456"), actor="staff:1")
    with transaction():
        order.phone = "13911112222"
    search = {
        "beginning": order.order_no[:17],
        "phone": "13911112222",
        "openid": order.follower.openid,
        "tracking": "zt123456",
        "ours": f"LATE{order.id}",
        "theirs": f"42000{order.id}",
    }[name]

    found = numbers(Wanted(search=search))

    assert (sent if name == "tracking" else order).order_no in found
    assert numbers(Wanted(search="nothing like it")) == []


def test_pages_follow_each_other_and_lead_back(shop: Flask, advance: Callable[[timedelta], None]) -> None:
    sku, buyer = make_sku(stock=30), make_follower()
    made = []
    for number in range(7):
        advance(timedelta(seconds=number % 2))  # some at the same instant
        made.append(make_order(follower=buyer, sku=sku, token=f"t{number}").order_no)
    newest = made[::-1]

    first = list_entries(Wanted(), per_page=3)
    second = list_entries(Wanted(), place=first.older, per_page=3)
    third = list_entries(Wanted(), place=second.older, per_page=3)
    back = list_entries(Wanted(), place=second.newer, per_page=3)

    def of(page: object) -> list[str]:
        return [entry.order.order_no for entry in page.rows]  # type: ignore[attr-defined]

    assert of(first) + of(second) + of(third) == newest
    assert (of(back), third.older, first.newer, back.newer) == (of(first), "", "", "")


def test_an_export_holds_every_order_and_is_written_down_without_names(shop: Flask) -> None:
    sku = make_sku(stock=9)
    orders = [make_order(sku=sku) for _number in range(3)]

    entries = list(export_entries(Wanted(state=OrderState.UNPAID, search="1380"), actor="staff:1"))
    every = list(export_entries(Wanted(), actor="staff:1"))

    assert entries == []
    assert [entry.order.id for entry in every] == sorted((order.id for order in orders), reverse=True)
    written = db.session.scalars(select(AuditEntry)).all()
    assert [(each.action, each.became) for each in written] == [
        ("orders.exported", {"state": "unpaid"}),
        ("orders.exported", {}),
    ]
