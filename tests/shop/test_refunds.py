"""Refunds from the request to the buyer's money: once, never more than was paid, whatever is lost or comes twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import entries_about
from app.core.db import db, transaction
from app.core.errors import GatewayUnreachable, InputInvalid, TransitionRefused
from app.core.outbox import OutboxJob
from app.orders.models import Order
from app.orders.shipping import Parcel, left_to_ship, ship
from app.orders.states import OrderState
from app.payments.attempts import check, list_attempts
from app.payments.closing import cancel_order
from app.payments.gateways.contract import BankCard, RefundStatus
from app.payments.models import Verdict
from app.payments.notifications import record_notification
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import Wish
from app.payments.refunds.room import find_paying, room_of
from app.payments.refunds.sending import go_on, resend
from app.payments.refunds.service import (
    Ask,
    approve,
    mark_handled,
    quote_for,
    refuse,
    request_due,
    request_refund,
)
from app.payments.refunds.states import RefundSource, RefundState
from app.payments.refunds.sweeper import sweep_refunds
from app.payments.service import start_payment
from app.staff.roles import SERVICE, Forbidden, RefundOverLimit
from tests.factories import make_order, make_sku
from tests.fakes import FakeGateway
from tests.refunds import ask, make_paid_order, member
from tests.threads import run_in_threads

Advance = Callable[[timedelta], None]
ALREADY = "INVALID_REQUEST"


def notify(gateway: FakeGateway, refund: Refund) -> Verdict:
    return record_notification(gateway, {}, refund.out_refund_no.encode())


def finish(gateway: FakeGateway, refund: Refund, status: RefundStatus = RefundStatus.DONE) -> Refund:
    """It is sent, and WeChat tells how it ended."""
    go_on(refund.id, gateway)
    gateway.turn_refund(refund.out_refund_no, status)
    notify(gateway, refund)
    db.session.refresh(refund)
    return refund


def alerts() -> list[str]:
    jobs = db.session.scalars(select(OutboxJob).where(OutboxJob.kind == "raise_alert").order_by(OutboxJob.id))
    return [job.args["alert"] for job in jobs]


def notices() -> list[tuple[str, int]]:
    jobs = db.session.scalars(select(OutboxJob).where(OutboxJob.kind == "send_notice").order_by(OutboxJob.id))
    return [(job.args["notice"], job.args.get("parcel_id", 0)) for job in jobs]


def test_a_whole_order_goes_back_before_anything_was_sent(shop: Flask, gateway: FakeGateway) -> None:
    sku = make_sku(price_fen=6800, stock=5)
    order = make_paid_order(gateway, sku=sku, quantity=2)
    refund = ask(order)

    assert (refund.state, refund.amount_fen, refund.shipping_fen) == (
        RefundState.REQUESTED,
        order.total_fen,
        0,
    )
    assert left_to_ship(order) == {}

    go_on(refund.id, gateway)

    assert refund.state == RefundState.SUBMITTED
    assert gateway.refund_requests[0].transaction_id == find_paying(order.id).transaction_id
    db.session.refresh(order)
    assert (order.state, order.refunded_fen) == (OrderState.PAID, 0)

    gateway.turn_refund(refund.out_refund_no, RefundStatus.DONE)
    assert notify(gateway, refund) == Verdict.APPLIED
    assert notify(gateway, refund) == Verdict.REPEATED

    db.session.refresh(order)
    assert refund.state == RefundState.DONE
    assert refund.succeeded_at is not None
    assert (order.state, order.refunded_fen) == (OrderState.REFUNDED, order.total_fen)
    db.session.refresh(sku)
    assert sku.stock == 5
    assert notices().count(("refunded", refund.id)) == 1
    assert [entry.action for entry in entries_about(f"order:{order.order_no}")] == ["refund.requested"]


def test_parts_of_a_line_add_up_to_what_it_cost(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway, sku=make_sku(price_fen=3233), quantity=3)
    line = order.lines[0]
    attempt = find_paying(order.id)
    with transaction():
        line.coupon_fen = 1000
        order.coupon_fen, order.total_fen = 1000, order.total_fen - 1000
        attempt.amount_fen = order.total_fen

    parts = [ask(order, Wish(quantities={line.id: 1})) for _ in range(3)]

    assert [part.lines[0].amount_fen for part in parts] == [2899, 2900, 2900]
    assert [part.lines[0].coupon_fen for part in parts] == [334, 333, 333]
    last = ask(order, Wish(shipping_fen=order.shipping_fen))
    assert last.amount_fen == 800
    assert sum(part.amount_fen for part in parts) + 800 == attempt.amount_fen
    with pytest.raises(InputInvalid):
        quote_for(order, Wish(is_all=True))


def test_no_more_goes_back_than_was_paid(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway, sku=make_sku(price_fen=5000), quantity=2)
    line = order.lines[0]
    ask(order, Wish(other_fen=6000))

    with pytest.raises(InputInvalid):
        ask(order, Wish(other_fen=order.total_fen - 6000 + 1))
    capped = quote_for(order, Wish(quantities={line.id: 2}))

    assert capped.amount_fen == order.total_fen - 6000
    assert capped.other_fen == capped.amount_fen - 10000
    ask(order, Wish(quantities={line.id: 2}))
    with pytest.raises(InputInvalid):
        ask(order, Wish(quantities={line.id: 1}))
    assert room_of(find_paying(order.id)).left_fen == 0


def test_two_people_pressing_at_once_give_it_back_once(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    order_id, seen_fen = order.id, order.total_fen

    def press(number: int) -> bool:
        wanted = Ask(Wish(is_all=True), "两个人", seen_fen, f"token-{number}")
        try:
            request_refund(db.session.get_one(Order, order_id), wanted, member=member(number=number))
        except InputInvalid:
            return False
        return True

    results = run_in_threads(shop, [lambda number=number: press(number) for number in range(1, 5)])

    assert sorted(results) == [False, False, False, True]
    assert room_of(find_paying(order_id)).left_fen == 0


def test_the_same_form_twice_is_one_refund(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    wanted = Ask(Wish(other_fen=100), "少发一包", 100, "form-1")

    first = request_refund(order, wanted, member=member())
    second = request_refund(order, wanted, member=member())

    assert first.id == second.id


def test_a_sum_that_changed_meanwhile_has_to_be_confirmed(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    ask(order, Wish(other_fen=100))

    with pytest.raises(InputInvalid):
        request_refund(order, Ask(Wish(is_all=True), "不要了", order.total_fen, "form-2"), member=member())


def test_a_lost_answer_is_asked_about_and_nothing_is_sent_twice(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_paid_order(gateway)
    refund = ask(order)
    gateway.forgets_to_answer = True
    with pytest.raises(GatewayUnreachable):
        go_on(refund.id, gateway)
    db.session.refresh(refund)
    assert (refund.state, refund.problem) == (RefundState.REQUESTED, "UNREACHABLE")

    gateway.forgets_to_answer = False
    sweep_refunds(gateway)
    assert gateway.refund_queries == []  # not yet
    advance(timedelta(seconds=11))
    sweep_refunds(gateway)

    db.session.refresh(refund)
    assert (refund.state, refund.problem) == (RefundState.SUBMITTED, "")
    assert len(gateway.refund_requests) == 1


def test_what_never_arrived_is_asked_for_again_under_the_same_number(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    refund = ask(make_paid_order(gateway))
    gateway.is_down = True
    with pytest.raises(GatewayUnreachable):
        go_on(refund.id, gateway)
    gateway.is_down = False
    advance(timedelta(seconds=11))
    sweep_refunds(gateway)

    assert [each.out_refund_no for each in gateway.refund_requests] == [refund.out_refund_no]


def test_a_worker_that_died_after_the_call_leaves_work_for_the_sweeper(
    shop: Flask, gateway: FakeGateway, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = ask(make_paid_order(gateway))
    with monkeypatch.context() as patch:
        patch.setattr("app.payments.refunds.sending.settle_refund", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            go_on(refund.id, gateway)
    db.session.rollback()
    advance(timedelta(seconds=11))
    sweep_refunds(gateway)

    db.session.refresh(refund)
    assert refund.state == RefundState.SUBMITTED
    assert len(gateway.refund_requests) == len(gateway.refunds) == 1


def test_a_lost_notification_is_found_by_asking(shop: Flask, gateway: FakeGateway, advance: Advance) -> None:
    refund = ask(make_paid_order(gateway))
    go_on(refund.id, gateway)
    gateway.turn_refund(refund.out_refund_no, RefundStatus.DONE)
    sweep_refunds(gateway)
    assert gateway.refund_queries == []  # a minute has not passed
    advance(timedelta(seconds=61))
    sweep_refunds(gateway)

    db.session.refresh(refund)
    assert refund.state == RefundState.DONE


def test_the_pauses_grow(shop: Flask, gateway: FakeGateway, advance: Advance) -> None:
    refund = ask(make_paid_order(gateway))
    go_on(refund.id, gateway)
    for _ in range(600):
        advance(timedelta(minutes=1))
        sweep_refunds(gateway)

    assert 8 <= len(gateway.refund_queries) <= 11


@pytest.mark.parametrize(
    "differently",
    [
        {"amount_fen": 1},
        {"total_fen": 1},
        {"transaction_id": "4299"},
        {"out_trade_no": "XP-other"},
    ],
)
def test_news_that_differs_is_not_believed(
    shop: Flask, gateway: FakeGateway, differently: dict[str, object]
) -> None:
    order = make_paid_order(gateway)
    refund = ask(order)
    go_on(refund.id, gateway)
    gateway.turn_refund(refund.out_refund_no, RefundStatus.DONE, **differently)

    assert notify(gateway, refund) == Verdict.MISMATCH

    db.session.refresh(refund)
    db.session.refresh(order)
    assert (refund.state, order.refunded_fen) == (RefundState.SUBMITTED, 0)
    assert "refund_mismatch" in alerts()


def test_another_merchants_news_is_not_believed(shop: Flask, gateway: FakeGateway) -> None:
    refund = ask(make_paid_order(gateway))
    go_on(refund.id, gateway)
    gateway.turn_refund(refund.out_refund_no, RefundStatus.DONE)
    ours, gateway.mchid = gateway.mchid, "1999999999"
    news = gateway.read_notification({}, refund.out_refund_no.encode())
    gateway.mchid = ours
    gateway.read_notification = lambda *_: news  # type: ignore[method-assign]

    assert notify(gateway, refund) == Verdict.MISMATCH


def test_an_empty_account_is_waited_out(shop: Flask, gateway: FakeGateway, advance: Advance) -> None:
    refund = ask(make_paid_order(gateway))
    gateway.refund_refusal = "NOT_ENOUGH"
    go_on(refund.id, gateway)
    for _ in range(5):
        advance(timedelta(minutes=1))
        sweep_refunds(gateway)
    db.session.refresh(refund)

    assert (refund.state, refund.problem) == (RefundState.REQUESTED, "NOT_ENOUGH")
    assert alerts() == ["refund_no_balance"]
    assert len(gateway.refund_requests) == 1  # ten minutes have not passed

    gateway.refund_refusal = ""
    advance(timedelta(minutes=6))
    sweep_refunds(gateway)
    db.session.refresh(refund)
    assert (refund.state, refund.problem) == (RefundState.SUBMITTED, "")
    closed = db.session.scalars(select(OutboxJob).where(OutboxJob.kind == "close_alert"))
    assert "refund_no_balance" in {job.args["alert"] for job in closed}


def test_a_busy_gateway_is_left_alone_for_a_minute(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    refund = ask(make_paid_order(gateway))
    gateway.refund_refusal = "FREQUENCY_LIMITED"
    with pytest.raises(GatewayUnreachable):
        go_on(refund.id, gateway)
    advance(timedelta(seconds=30))
    sweep_refunds(gateway)
    assert len(gateway.refund_requests) == 1
    gateway.refund_refusal = ""
    advance(timedelta(seconds=31))
    sweep_refunds(gateway)

    db.session.refresh(refund)
    assert refund.state == RefundState.SUBMITTED


def test_a_plain_no_closes_it_and_frees_goods_and_money(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    gateway.refund_refusal = "INVALID_REQUEST"
    refund = ask(order)
    go_on(refund.id, gateway)
    db.session.refresh(refund)
    db.session.refresh(order)

    assert (refund.state, refund.problem) == (RefundState.CLOSED, "INVALID_REQUEST")
    assert left_to_ship(order) == {order.lines[0].id: 1}
    assert room_of(find_paying(order.id)).left_fen == order.total_fen
    assert "refund_closed" in alerts()


def test_a_buyer_without_an_account_needs_a_person(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    gateway.refund_refusal = "USER_ACCOUNT_ABNORMAL"
    refund = ask(order)
    go_on(refund.id, gateway)
    db.session.refresh(refund)
    assert refund.state == RefundState.ABNORMAL

    with pytest.raises(InputInvalid):
        mark_handled(refund, how="", member=member())
    assert mark_handled(refund, how="转账 6222…", member=member()) is True
    assert mark_handled(refund, how="转账 6222…", member=member()) is False

    db.session.refresh(order)
    assert (order.state, order.refunded_fen) == (OrderState.REFUNDED, order.total_fen)


def test_an_abnormal_refund_goes_to_a_card(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    refund = finish(gateway, ask(order), RefundStatus.ABNORMAL)
    assert refund.state == RefundState.ABNORMAL
    assert "refund_abnormal" in alerts()

    resend(refund, BankCard("CMB_DEBIT", "6225880000000001", "王小茶"), gateway)
    db.session.refresh(refund)
    assert refund.state == RefundState.SUBMITTED
    gateway.turn_refund(refund.out_refund_no, RefundStatus.DONE)
    notify(gateway, refund)

    db.session.refresh(refund)
    assert refund.state == RefundState.DONE


def test_a_closed_refund_leaves_the_order_as_it_was(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    refund = finish(gateway, ask(order), RefundStatus.CLOSED)
    db.session.refresh(order)

    assert refund.state == RefundState.CLOSED
    assert (order.state, order.refunded_fen) == (OrderState.PAID, 0)
    assert left_to_ship(order)


def test_news_out_of_order_changes_nothing(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    refund = finish(gateway, ask(order))
    gateway.turn_refund(refund.out_refund_no, RefundStatus.ABNORMAL)

    assert notify(gateway, refund) == Verdict.REPEATED

    db.session.refresh(refund)
    assert refund.state == RefundState.DONE


def test_above_the_limit_a_second_person_decides(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)  # 76.00, and customer service may refund 50.00
    clerk, other = member(SERVICE, 2), member(SERVICE, 3)
    refund = ask(order, by=clerk)

    assert refund.state == RefundState.WAITING
    assert left_to_ship(order) == {}  # nobody sends it meanwhile
    assert "refund_waits" in alerts()
    with pytest.raises(Forbidden):
        approve(refund, member=clerk)
    with pytest.raises(RefundOverLimit):
        approve(refund, member=other)
    assert approve(refund, member=member()) is True
    assert approve(refund, member=member()) is False
    assert (refund.state, refund.approved_by) == (RefundState.REQUESTED, "staff:1")
    assert {entry.action for entry in entries_about(f"order:{order.order_no}")} == {
        "refund.requested",
        "refund.approved",
    }


def test_a_limit_cannot_be_passed_in_portions(shop: Flask, gateway: FakeGateway) -> None:
    order, clerk = make_paid_order(gateway), member(SERVICE, 2)

    assert ask(order, Wish(other_fen=4000), by=clerk).state == RefundState.REQUESTED
    assert ask(order, Wish(other_fen=1001), by=clerk).state == RefundState.WAITING


def test_a_refused_refund_frees_goods_and_money(shop: Flask, gateway: FakeGateway) -> None:
    order, clerk = make_paid_order(gateway), member(SERVICE, 2)
    refund = ask(order, by=clerk)

    assert refuse(refund, member=member()) is True
    assert refuse(refund, member=member()) is False

    db.session.refresh(order)
    assert refund.state == RefundState.REFUSED
    assert left_to_ship(order)
    assert sweep_refunds(gateway) == 0
    assert gateway.refund_requests == []


def test_two_refunds_of_one_payment_are_a_minute_apart(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_paid_order(gateway)
    first, second = ask(order, Wish(other_fen=100)), ask(order, Wish(other_fen=200))
    go_on(first.id, gateway)
    go_on(second.id, gateway)
    assert len(gateway.refund_requests) == 1
    advance(timedelta(seconds=61))
    sweep_refunds(gateway)

    assert [each.amount_fen for each in gateway.refund_requests] == [100, 200]


def test_after_a_year_nothing_is_asked_for(shop: Flask, gateway: FakeGateway, advance: Advance) -> None:
    order = make_paid_order(gateway)
    advance(timedelta(days=366))

    with pytest.raises(TransitionRefused):
        ask(order)


def test_an_unpaid_order_has_nothing_to_refund(shop: Flask, gateway: FakeGateway) -> None:
    with pytest.raises(TransitionRefused):
        ask(make_order())


def test_what_was_sent_does_not_come_back_to_the_shelf_by_itself(shop: Flask, gateway: FakeGateway) -> None:
    sku = make_sku(price_fen=6800, stock=5)
    order = make_paid_order(gateway, sku=sku, quantity=3)
    line = order.lines[0]
    ship(order, Parcel("顺丰", "SF1", {line.id: 1}), actor="staff:1")
    refund = finish(gateway, ask(order, Wish(quantities={line.id: 2})))
    db.session.refresh(order)
    db.session.refresh(sku)

    assert refund.lines[0].unsent == 2
    assert sku.stock == 4
    assert order.state == OrderState.SHIPPED  # the rest of it has left
    assert ask(order).lines[0].unsent == 0


def test_what_is_being_refunded_cannot_be_sent(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    ask(order)

    with pytest.raises(TransitionRefused):
        ship(order, Parcel("顺丰", "SF1"), actor="staff:1")


def test_money_that_came_too_late_goes_back_by_itself(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order(sku=make_sku(stock=1))
    start_payment(order, gateway=gateway)
    attempt = list_attempts(order)[0]
    cancel_order(order, gateway=gateway, reason="expired")
    make_order(sku=order_sku(order))  # somebody else has the last piece
    gateway.pay(attempt.out_trade_no)
    check(attempt, gateway)
    sweep_refunds(gateway)
    sweep_refunds(gateway)
    refund = db.session.scalars(select(Refund)).one()

    assert (refund.source, refund.amount_fen) == (RefundSource.AUTOMATIC, attempt.amount_fen)
    gateway.turn_refund(refund.out_refund_no, RefundStatus.DONE)
    notify(gateway, refund)
    db.session.refresh(refund)
    db.session.refresh(order)
    assert refund.state == RefundState.DONE
    assert (order.state, order.refunded_fen) == (OrderState.CANCELLED, 0)
    assert ("refunded", refund.id) in notices()


def test_money_that_could_not_go_back_by_itself_is_sent_again_by_a_person(
    shop: Flask, gateway: FakeGateway
) -> None:
    order = make_order()
    start_payment(order, gateway=gateway)
    first = list_attempts(order)[0]
    gateway.pay(first.out_trade_no, amount_fen=order.total_fen)
    check(first, gateway)
    with transaction():
        first.state = "refund_due"
    gateway.refund_refusal = "INVALID_REQUEST"
    sweep_refunds(gateway)
    sweep_refunds(gateway)
    assert [refund.state for refund in db.session.scalars(select(Refund))] == [RefundState.CLOSED]
    gateway.refund_refusal = ""

    again = request_due(first.id, member=member(), token="again")

    assert request_due(first.id, member=member(), token="again").id == again.id
    with pytest.raises(TransitionRefused):
        request_due(first.id, member=member(), token="once more")


def order_sku(order: Order) -> object:
    from app.catalog.models import Sku

    return db.session.get_one(Sku, order.lines[0].sku_id)
