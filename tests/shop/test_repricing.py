"""Changing the price of an unpaid order: whatever is under way, no wrong amount ever pays it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.catalog.models import Sku
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import GatewayUnreachable, InputInvalid, TransitionRefused
from app.ledger.listing import sum_up
from app.ledger.wanted import Wanted
from app.orders.models import Order
from app.orders.quoting import Item
from app.orders.service import place_order
from app.orders.states import ClosedBecause, OrderState
from app.payments.closing import cancel_order
from app.payments.gateways.contract import PaymentRequest
from app.payments.models import PaymentAttempt
from app.payments.notifications import record_notification
from app.payments.repricing import change_price
from app.payments.service import PayState, ask, start_payment
from app.payments.sweeper import check_pending
from app.pricing.explained import explain
from tests.factories import FREIGHT, TTL, make_checkout, make_follower, make_order, make_sku
from tests.fakes import FakeGateway
from tests.threads import run_in_threads

Advance = Callable[[timedelta], None]
STAFF = "staff:1"


def start(order: Order, gateway: FakeGateway) -> str:
    """The buyer presses "pay"; returns the attempt's number."""
    start_payment(order, gateway=gateway)
    return gateway.requests[-1].out_trade_no


def change(order: Order, gateway: FakeGateway, total_fen: int, reason: str = "老客优惠") -> bool:
    """A colleague changes the price he sees."""
    seen_fen = order.total_fen
    return change_price(
        order, total_fen=total_fen, seen_fen=seen_fen, reason=reason, gateway=gateway, actor=STAFF
    )


def states() -> list[str]:
    query = select(PaymentAttempt.state).order_by(PaymentAttempt.id)
    return [str(state) for state in db.session.scalars(query)]


def test_what_is_taken_off_is_shared_explained_and_written_down(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order(sku=make_sku(price_fen=6800), quantity=1)

    assert change(order, gateway, 7000) is True

    assert (order.total_fen, order.adjustment_fen) == (7000, 600)
    assert [line.paid_fen for line in order.lines] == [6200]
    assert [(str(line.kind), line.amount_fen, line.label) for line in explain(order)] == [
        ("goods", 6800, ""),
        ("adjustment", -600, "老客优惠"),
        ("shipping", 800, ""),
    ]
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor, entry.subject) == ("order.price", STAFF, f"order:{order.order_no}")
    assert (entry.was["total_fen"], entry.became["total_fen"]) == (7600, 7000)


def test_it_can_be_taken_back_but_never_beyond_what_the_buyer_agreed_to(
    shop: Flask, gateway: FakeGateway
) -> None:
    order = make_order()
    change(order, gateway, 801, "样品")

    assert change(order, gateway, 7600, "") is True
    assert (order.adjustment_fen, order.adjustment_label, order.lines[0].adjustment_fen) == (0, "", 0)
    for total_fen, reason in ((7601, "涨价"), (800, "白送"), (0, "白送"), (7000, ""), (7000, "长" * 31)):
        with pytest.raises(InputInvalid):
            change(order, gateway, total_fen, reason)
    assert order.total_fen == 7600


def test_the_lines_shares_add_up(shop: Flask, gateway: FakeGateway) -> None:
    buyer = make_follower().id
    items = tuple(Item(make_sku(price_fen=price_fen).id, 2) for price_fen in (333, 1, 100))
    checkout = replace(make_checkout(buyer, items[0].sku_id), items=items, seen_total_fen=868 + 800)
    order = place_order(checkout, freight=FREIGHT, ttl=TTL)

    for total_fen in range(order.total_fen - 1, order.shipping_fen, -29):
        change(order, gateway, total_fen)
        assert sum(line.paid_fen for line in order.lines) + order.shipping_fen == order.total_fen
        assert all(line.paid_fen >= 0 for line in order.lines)


def test_the_buyer_is_asked_for_the_new_amount_under_a_new_number(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    old = start(order, gateway)

    change(order, gateway, 7000)
    new = start(order, gateway)

    assert gateway.closed == [old]
    assert [request.amount_fen for request in gateway.requests] == [7600, 7000]
    gateway.pay(new)
    assert ask(order, gateway=gateway) == PayState.PAID
    assert sum_up(Wanted()).wanted.paid_fen == 7000


def test_money_that_was_there_first_wins(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    gateway.pay(start(order, gateway))

    with pytest.raises(TransitionRefused):
        change(order, gateway, 7000)

    assert (order.state, order.total_fen) == (OrderState.PAID, 7600)


def test_money_that_comes_while_its_number_is_closed_wins(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    start(order, gateway)
    gateway.pays_before_closing = True

    with pytest.raises(TransitionRefused):
        change(order, gateway, 7000)

    assert (order.state, order.total_fen, states()) == (OrderState.PAID, 7600, ["paid"])


@pytest.mark.parametrize("leg", ["notification", "sweeper"])
def test_money_for_the_old_price_that_comes_late_has_to_go_back(
    shop: Flask, gateway: FakeGateway, advance: Advance, leg: str
) -> None:
    order = make_order()
    old = start(order, gateway)
    change(order, gateway, 7000)
    gateway.pay(old)  # somebody was typing his password

    if leg == "notification":
        record_notification(gateway, {}, old.encode())
    else:
        advance(timedelta(minutes=3))
        check_pending(gateway)

    assert (order.state, states()) == (OrderState.UNPAID, ["refund_due"])
    assert ask(order, gateway=gateway) == PayState.OLD_PRICE
    assert sum_up(Wanted()).wanted.refund_fen == 7600
    new = start(order, gateway)
    assert ask(order, gateway=gateway) == PayState.UNPAID  # money for the new price may be under way
    gateway.pay(new)
    record_notification(gateway, {}, new.encode())
    assert (order.state, states()) == (OrderState.PAID, ["refund_due", "paid"])
    assert sum_up(Wanted()).wanted.net_fen == 7000


def test_late_money_revives_a_closed_order_at_its_last_price_alone(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order(sku=make_sku(stock=1))
    old = start(order, gateway)
    change(order, gateway, 7000)
    new = start(order, gateway)
    cancel_order(order, gateway=gateway, reason="buyer")

    gateway.pay(old)
    record_notification(gateway, {}, old.encode())
    assert (order.state, states()) == (OrderState.CANCELLED, ["refund_due", "closed"])
    gateway.pay(new)
    record_notification(gateway, {}, new.encode())
    assert (order.state, states()) == (OrderState.PAID, ["refund_due", "paid"])


def test_nothing_changes_while_wechat_does_not_answer(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    start(order, gateway)
    gateway.is_down = True

    with pytest.raises(GatewayUnreachable):
        change(order, gateway, 7000)

    assert (order.total_fen, states()) == (7600, ["open"])


def test_a_press_that_was_under_way_opens_no_sheet_for_the_old_price(
    shop: Flask, gateway: FakeGateway
) -> None:
    order = make_order()
    create = gateway.create

    def slow(request: PaymentRequest) -> str:
        gateway.create = create  # type: ignore[method-assign]
        change(order, gateway, 7000)  # while WeChat has not heard of the number yet
        return create(request)

    gateway.create = slow  # type: ignore[method-assign]
    with pytest.raises(TransitionRefused):
        start_payment(order, gateway=gateway)

    assert (order.total_fen, states()) == (7000, ["closed"])
    start(order, gateway)
    assert gateway.requests[-1].amount_fen == 7000


def test_a_suspect_payment_is_looked_at_first(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    gateway.pay(start(order, gateway), amount_fen=1)

    with pytest.raises(TransitionRefused):
        change(order, gateway, 7000)

    assert (order.total_fen, states()) == (7600, ["suspect"])


def test_the_second_of_two_who_change_it_is_told(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    change(order, gateway, 7000)

    with pytest.raises(TransitionRefused):
        change_price(order, total_fen=6000, seen_fen=7600, reason="x", gateway=gateway, actor="staff:2")

    assert order.total_fen == 7000


@pytest.mark.parametrize("late", [True, False], ids=["past its time", "paid"])
def test_only_an_order_that_waits_for_its_money_changes(
    shop: Flask, gateway: FakeGateway, advance: Advance, late: bool
) -> None:
    order = make_order()
    if late:
        advance(timedelta(hours=1))
    else:
        number = start(order, gateway)
        gateway.pay(number)
        record_notification(gateway, {}, number.encode())

    with pytest.raises(TransitionRefused):
        change(order, gateway, 7000)


def test_a_press_and_a_change_at_the_same_instant_agree_on_one_amount(
    shop: Flask, gateway: FakeGateway
) -> None:
    order_id = make_order().id

    def press() -> bool:
        try:
            start_payment(db.session.get_one(Order, order_id), gateway=gateway)
        except TransitionRefused:
            return False
        return True

    def reprice() -> bool:
        try:
            return change(db.session.get_one(Order, order_id), gateway, 7000)
        except TransitionRefused:
            return False

    run_in_threads(shop, [press, reprice, press, reprice])

    order = db.session.get_one(Order, order_id, populate_existing=True)
    open_ones = db.session.scalars(select(PaymentAttempt).where(PaymentAttempt.state == "open")).all()
    assert {attempt.amount_fen for attempt in open_ones} <= {order.total_fen}


def test_a_colleague_closes_an_order_with_a_reason(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order(sku=make_sku(stock=3))
    number = start(order, gateway)

    assert cancel_order(order, gateway=gateway, reason=ClosedBecause.NO_STOCK, actor=STAFF) is True
    assert cancel_order(order, gateway=gateway, reason=ClosedBecause.NO_STOCK, actor=STAFF) is False

    assert gateway.closed == [number]
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, "shop_no_stock")
    assert db.session.scalar(select(Sku.stock)) == 3
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.became["reason"]) == ("order.closed", "shop_no_stock")
