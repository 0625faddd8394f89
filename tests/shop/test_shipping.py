"""Shipping: one parcel or several, corrected, told of once each, on both databases."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import entries_about
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.core.outbox import OutboxJob
from app.notices.service import write
from app.orders import service as orders
from app.orders.disclosure import audit_subject
from app.orders.models import Order, Shipment
from app.orders.shipping import Parcel, correct, left_to_ship, ship
from app.orders.states import OrderState
from tests.factories import make_order
from tests.threads import run_in_threads

FIRST, SECOND = Parcel("顺丰速运", "SF111111"), Parcel("中通", "ZT222222")


def make_paid(quantity: int = 1) -> Order:
    order = make_order(quantity=quantity)
    with transaction():
        orders.mark_paid(order, paid_at=order.created_at, cause="notification")
    return order


def part(parcel: Parcel, order: Order, quantity: int) -> Parcel:
    return Parcel(parcel.carrier, parcel.tracking_no, {order.lines[0].id: quantity})


def label(parcel: Parcel) -> dict[str, str]:
    return {"carrier": parcel.carrier, "tracking_no": parcel.tracking_no}


def shipped_notices() -> list[int]:
    found = db.session.scalars(select(OutboxJob.args).where(OutboxJob.kind == "send_notice")).all()
    return [args["parcel_id"] for args in found if args["notice"] == "shipped"]


def test_a_parcel_without_quantities_takes_all_that_is_left(shop: Flask) -> None:
    order = make_paid(3)

    parcel, is_new = ship(order, FIRST, actor="staff:1")

    assert is_new
    assert [packed.quantity for packed in parcel.lines] == [3]
    assert order.state == OrderState.SHIPPED
    assert shipped_notices() == [parcel.id]


def test_several_parcels_leave_one_after_the_other_and_each_is_told_of(shop: Flask) -> None:
    order = make_paid(3)

    first, _new = ship(order, part(FIRST, order, 2), actor="staff:1")
    assert (order.state, left_to_ship(order)) == (OrderState.PAID, {order.lines[0].id: 1})
    second, _new = ship(order, SECOND, actor="staff:2")

    assert (order.state, left_to_ship(order)) == (OrderState.SHIPPED, {})
    assert shipped_notices() == [first.id, second.id]
    acts = [(each.actor, each.was, each.became) for each in entries_about(audit_subject(order))]
    assert acts == [
        ("staff:2", {"state": "paid", "left": 1}, {"state": "shipped", "left": 0, **label(SECOND)}),
        ("staff:1", {"state": "paid", "left": 3}, {"state": "paid", "left": 1, **label(FIRST)}),
    ]
    words = [write(order, "shipped", base_url="", parcel_id=each.id) for each in (first, second)]
    assert ["SF111111" in text for text in words] == [True, False]
    assert ["ZT222222" in text for text in words] == [False, True]


@pytest.mark.parametrize("quantity", [4, 0, -1])
def test_more_than_is_left_or_nothing_is_refused_and_nothing_kept(shop: Flask, quantity: int) -> None:
    order = make_paid(3)

    with pytest.raises(InputInvalid):
        ship(order, part(FIRST, order, quantity), actor="staff:1")

    assert db.session.scalars(select(Shipment)).all() == []
    assert shipped_notices() == []


def test_goods_of_another_order_are_refused(shop: Flask) -> None:
    order, other = make_paid(), make_paid()

    with pytest.raises(InputInvalid):
        ship(order, part(FIRST, other, 1), actor="staff:1")


def test_the_same_number_again_is_the_same_parcel(shop: Flask) -> None:
    order = make_paid(3)

    first, _new = ship(order, part(FIRST, order, 1), actor="staff:1")
    again, is_new = ship(order, part(FIRST, order, 1), actor="staff:2")

    assert (again.id, is_new) == (first.id, False)
    assert sum(left_to_ship(order).values()) == 2
    assert shipped_notices() == [first.id]


def test_who_comes_second_learns_who_was_first(shop: Flask) -> None:
    order = make_paid()
    first, _new = ship(order, FIRST, actor="staff:1")

    second, is_new = ship(order, SECOND, actor="staff:2")

    assert (second.id, is_new) == (first.id, False)


def test_two_at_the_same_instant_cannot_send_the_same_pieces_twice(shop: Flask) -> None:
    order = make_paid(3)
    order_id, line_id = order.id, order.lines[0].id

    def send(number: str) -> bool:
        parcel = Parcel("中通", number, {line_id: 2})
        try:
            return ship(db.session.get_one(Order, order_id), parcel, actor="staff:1")[1]
        except InputInvalid:
            return False

    done = run_in_threads(shop, [lambda: send("ZT111111"), lambda: send("ZT222222")])

    assert sorted(done) == [False, True]


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_what_is_not_paid_cannot_be_shipped(shop: Flask, is_cancelled: bool) -> None:
    order = make_order()
    if is_cancelled:
        with transaction():
            orders.cancel(order, reason="expired")

    with pytest.raises(TransitionRefused):
        ship(order, FIRST, actor="staff:1")


def test_a_corrected_number_is_written_down_and_sends_no_second_notice(shop: Flask) -> None:
    order = make_paid()
    parcel, _new = ship(order, FIRST, actor="staff:1")

    done = [
        correct(order, parcel.id, carrier="中通", tracking_no="ZT333333", actor="staff:2")
        for _time in range(2)
    ]

    assert done == [True, False]
    assert db.session.get_one(Shipment, parcel.id).tracking_no == "ZT333333"
    entry = entries_about(audit_subject(order))[0]
    assert (entry.was["tracking_no"], entry.became["tracking_no"]) == ("SF111111", "ZT333333")
    assert len(shipped_notices()) == 1


def test_a_parcel_of_another_order_cannot_be_corrected(shop: Flask) -> None:
    mine, other = make_paid(), make_paid()
    parcel, _new = ship(other, FIRST, actor="staff:1")

    with pytest.raises(NotFound):
        correct(mine, parcel.id, carrier="中通", tracking_no="ZT333333", actor="staff:2")
