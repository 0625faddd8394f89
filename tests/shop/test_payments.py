"""Attempts, notifications, queries, expiry: money arrives once, whatever else goes wrong."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.catalog.models import Sku
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import GatewayRefused, GatewayUnreachable, TransitionRefused
from app.core.outbox import OutboxJob
from app.orders import service as orders
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.closing import cancel_order, close_siblings, expire_orders
from app.payments.models import PaymentAttempt, PaymentNotification, Verdict
from app.payments.notifications import KEPT_REFUSED, delete_old_refused, record_notification
from app.payments.service import PayState, ask, start_payment
from app.payments.sweeper import check_pending
from tests.factories import make_attempt, make_follower, make_order, make_sku
from tests.fakes import FakeGateway
from tests.threads import run_in_threads

Advance = Callable[[timedelta], None]


def start(order: Order, gateway: FakeGateway) -> str:
    """Begin to pay; returns the attempt's number."""
    start_payment(order, gateway=gateway)
    return gateway.requests[-1].out_trade_no


def notify(gateway: FakeGateway, out_trade_no: str) -> Verdict:
    """WeChat tells us of a payment."""
    return record_notification(gateway, {"Wechatpay-Serial": "x", "Cookie": "secret"}, out_trade_no.encode())


def states() -> list[str]:
    return [
        str(state) for state in db.session.scalars(select(PaymentAttempt.state).order_by(PaymentAttempt.id))
    ]


def jobs(kind: str) -> list[dict[str, object]]:
    return list(db.session.scalars(select(OutboxJob.args).where(OutboxJob.kind == kind)))


def test_the_gateway_is_asked_for_the_orders_total_by_the_orders_buyer(
    shop: Flask, gateway: FakeGateway
) -> None:
    order = make_order(sku=make_sku(price_fen=6800), follower=make_follower("oTeaShop_0000000000000000001"))

    parameters = start_payment(order, gateway=gateway)

    request = gateway.requests[0]
    assert (request.amount_fen, request.openid) == (7600, "oTeaShop_0000000000000000001")
    assert request.out_trade_no != order.order_no
    assert request.expires_at == order.expires_at
    assert parameters["package"].startswith("prepay_id=wx")


def test_paying_again_uses_the_same_attempt_and_prepay_id(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()

    first = start_payment(order, gateway=gateway)
    second = start_payment(order, gateway=gateway)

    assert first["package"] == second["package"]
    assert len(gateway.requests) == 1


def test_an_old_prepay_id_is_renewed_under_the_same_number(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order()
    with transaction():
        order.expires_at = clock.now() + timedelta(hours=5)
    start(order, gateway)

    advance(timedelta(hours=2))
    start(order, gateway)

    assert len({request.out_trade_no for request in gateway.requests}) == 1
    assert len(gateway.requests) == 2
    assert gateway.requests[0] == gateway.requests[1]


def test_a_time_out_keeps_the_number_for_the_next_press(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    gateway.is_down = True
    with pytest.raises(GatewayUnreachable):
        start_payment(order, gateway=gateway)

    gateway.is_down = False
    out_trade_no = start(order, gateway)

    assert db.session.scalars(select(PaymentAttempt.out_trade_no)).all() == [out_trade_no]


def test_a_number_that_wechat_refuses_is_closed_and_a_new_one_tried_once(
    shop: Flask, gateway: FakeGateway
) -> None:
    order = make_order()
    gateway.refusal = "INVALID_REQUEST"

    with pytest.raises(GatewayRefused):
        start_payment(order, gateway=gateway)

    assert states() == ["closed", "created"]


def test_a_notification_marks_the_order_paid_and_tells_the_buyer(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    out_trade_no = start(order, gateway)
    gateway.pay(out_trade_no)

    verdict = notify(gateway, out_trade_no)

    assert verdict == Verdict.APPLIED
    assert order.state == OrderState.PAID
    assert states() == ["paid"]
    assert jobs("send_notice") == [{"order_id": order.id, "notice": "paid"}]


def test_a_repeated_notification_changes_nothing(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    out_trade_no = start(order, gateway)
    gateway.pay(out_trade_no)
    notify(gateway, out_trade_no)

    assert notify(gateway, out_trade_no) == Verdict.REPEATED
    assert len(jobs("send_notice")) == 1


def test_the_same_notification_at_the_same_instant_is_applied_once(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    out_trade_no = start(order, gateway)
    gateway.pay(out_trade_no)
    verdicts: list[Verdict] = []

    run_in_threads(shop, [lambda: bool(verdicts.append(notify(gateway, out_trade_no)))] * 6)

    assert sorted(verdicts) == [Verdict.APPLIED] + [Verdict.REPEATED] * 5
    assert len(jobs("send_notice")) == 1
    assert jobs("raise_alert") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_fen": 1},
        {"currency": "USD"},
        {"mchid": "1900000009"},
        {"appid": "wx0000000000000000"},
        {"openid": "oSomebodyElse"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_genuine_notification_that_differs_never_marks_paid(
    shop: Flask, gateway: FakeGateway, wrong: dict[str, object]
) -> None:
    order = make_order()
    out_trade_no = start(order, gateway)
    gateway.pay(out_trade_no, **wrong)

    assert notify(gateway, out_trade_no) == Verdict.MISMATCH
    assert order.state == OrderState.UNPAID
    assert states() == ["open"]
    assert len(jobs("raise_alert")) == 1


def test_when_the_query_itself_differs_a_person_must_look_and_the_goods_are_kept(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order(sku=make_sku(stock=1))
    gateway.pay(start(order, gateway), amount_fen=1)
    advance(timedelta(hours=1))

    check_pending(gateway)
    expire_orders(gateway)

    assert states() == ["suspect"]
    assert order.state == OrderState.UNPAID
    assert db.session.scalar(select(Sku.stock)) == 0


def test_a_forged_notification_is_kept_and_changes_nothing(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    start(order, gateway)

    assert notify(gateway, "forged") == Verdict.REFUSED

    row = db.session.scalars(select(PaymentNotification)).one()
    assert (row.verdict, row.body, row.headers) == (Verdict.REFUSED, b"forged", {"Wechatpay-Serial": "x"})
    assert order.state == OrderState.UNPAID


def test_a_number_we_do_not_have_is_kept_for_a_second_try(shop: Flask, gateway: FakeGateway) -> None:
    out_trade_no = start(make_order(), gateway)
    gateway.trades["XPunknown"] = gateway.trades[out_trade_no]
    gateway.pay("XPunknown", out_trade_no="XPunknown")

    assert notify(gateway, "XPunknown") == Verdict.UNKNOWN
    assert [job["alert"] for job in jobs("raise_alert")] == ["unknown_payment"]


def test_a_lost_notification_is_made_good_by_the_waiting_page(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order()
    gateway.pay(start(order, gateway))

    assert ask(order, gateway=gateway) == PayState.PAID


def test_a_lost_notification_is_made_good_by_the_sweeper(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order()
    gateway.pay(start(order, gateway))

    advance(timedelta(seconds=6))
    check_pending(gateway)

    assert order.state == OrderState.PAID


def test_the_waiting_page_asks_wechat_at_most_once_a_second(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order()
    start(order, gateway)

    for _ in range(5):
        ask(order, gateway=gateway)

    assert len(gateway.queries) == 1


def test_the_sweeper_asks_less_and_less_often(shop: Flask, gateway: FakeGateway, advance: Advance) -> None:
    order = make_order()
    with transaction():
        order.expires_at = clock.now() + timedelta(days=1)
    start(order, gateway)

    for _ in range(30 * 60):
        advance(timedelta(seconds=1))
        check_pending(gateway)

    assert 8 <= len(gateway.queries) <= 20


def test_while_wechat_hangs_a_sweep_asks_once_and_the_next_one_goes_on_with_another(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    numbers = [start(make_order(), gateway) for _ in range(3)]
    advance(timedelta(seconds=6))
    gateway.is_down = True

    assert check_pending(gateway) == 1
    gateway.is_down = False
    assert check_pending(gateway) == 2

    assert sorted(gateway.queries) == sorted(numbers[1:])


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        ("nothing", PayState.UNPAID),
        ("down", PayState.UNKNOWN),
        ("paid", PayState.PAID),
        ("expired", PayState.CLOSED),
        ("suspect", PayState.UNKNOWN),
    ],
)
def test_the_page_is_told_what_wechat_knows(
    shop: Flask, gateway: FakeGateway, advance: Advance, prepare: str, expected: PayState
) -> None:
    order = make_order()
    out_trade_no = start(order, gateway)
    if prepare == "down":
        gateway.is_down = True
    elif prepare == "paid":
        gateway.pay(out_trade_no)
    elif prepare == "suspect":
        gateway.pay(out_trade_no, amount_fen=1)
    elif prepare == "expired":
        advance(timedelta(hours=1))
        expire_orders(gateway)

    assert ask(order, gateway=gateway) == expected


def test_an_unpaid_order_is_closed_at_wechat_before_it_is_cancelled(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order(sku=make_sku(stock=3))
    out_trade_no = start(order, gateway)
    advance(timedelta(minutes=31))

    assert expire_orders(gateway) == 1

    assert gateway.closed == [out_trade_no]
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, "expired")
    assert db.session.scalar(select(Sku.stock)) == 3


def test_an_order_is_not_cancelled_while_wechat_does_not_answer(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order()
    start(order, gateway)
    advance(timedelta(hours=1))
    gateway.is_down = True

    assert expire_orders(gateway) == 0
    assert order.state == OrderState.UNPAID


def test_money_that_came_just_before_expiry_wins(shop: Flask, gateway: FakeGateway, advance: Advance) -> None:
    order = make_order()
    gateway.pay(start(order, gateway))
    advance(timedelta(hours=1))

    assert expire_orders(gateway) == 0
    assert order.state == OrderState.PAID


def test_money_that_comes_between_the_question_and_the_closing_wins(
    shop: Flask, gateway: FakeGateway
) -> None:
    order = make_order()
    start(order, gateway)
    gateway.pays_before_closing = True

    assert cancel_order(order, gateway=gateway, reason="buyer") is False
    assert order.state == OrderState.PAID


def test_a_number_wechat_never_heard_of_is_not_closed_there(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    gateway.is_down = True
    with pytest.raises(GatewayUnreachable):
        start_payment(order, gateway=gateway)
    gateway.is_down = False

    assert cancel_order(order, gateway=gateway, reason="buyer") is True
    assert gateway.closed == []


def test_money_after_closing_revives_the_order_while_there_is_stock(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order(sku=make_sku(stock=3), quantity=2)
    out_trade_no = start(order, gateway)
    advance(timedelta(hours=1))
    expire_orders(gateway)
    gateway.pay(out_trade_no)

    assert notify(gateway, out_trade_no) == Verdict.APPLIED

    assert order.state == OrderState.PAID
    assert db.session.scalar(select(Sku.stock)) == 1
    assert [job["alert"] for job in jobs("raise_alert")] == ["revived"]


def test_money_after_closing_without_stock_is_marked_for_refund_and_alerted(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    sku = make_sku(stock=1)
    order = make_order(sku=sku)
    out_trade_no = start(order, gateway)
    advance(timedelta(hours=1))
    expire_orders(gateway)
    make_order(sku=sku)
    gateway.pay(out_trade_no)

    notify(gateway, out_trade_no)

    assert order.state == OrderState.CANCELLED
    assert states() == ["refund_due"]
    assert ask(order, gateway=gateway) == PayState.REFUND_DUE
    assert [job["alert"] for job in jobs("raise_alert")] == ["refund_due"]
    assert db.session.scalar(select(Sku.stock)) == 0


def test_money_after_closing_is_found_even_when_its_notification_is_lost(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order()
    out_trade_no = start(order, gateway)
    advance(timedelta(hours=1))
    expire_orders(gateway)
    gateway.pay(out_trade_no)

    advance(timedelta(minutes=3))
    check_pending(gateway)

    assert order.state == OrderState.PAID


def test_late_money_at_the_same_instant_takes_the_goods_once(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order(sku=make_sku(stock=5), quantity=2)
    out_trade_no = start(order, gateway)
    advance(timedelta(hours=1))
    expire_orders(gateway)
    gateway.pay(out_trade_no)

    run_in_threads(shop, [lambda: bool(notify(gateway, out_trade_no))] * 4)

    assert order.state == OrderState.PAID
    assert db.session.scalar(select(Sku.stock)) == 3


def test_a_second_payment_of_the_same_order_has_to_go_back(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    first = start(order, gateway)
    second = _second_attempt(order, gateway)
    gateway.pay(first)
    gateway.pay(second)

    assert notify(gateway, first) == Verdict.APPLIED
    assert notify(gateway, second) == Verdict.APPLIED

    assert order.state == OrderState.PAID
    assert states() == ["paid", "refund_due"]


def test_two_payments_of_one_order_at_the_same_instant_pay_it_once(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    numbers = [start(order, gateway), _second_attempt(order, gateway)]
    for number in numbers:
        gateway.pay(number)

    run_in_threads(shop, [lambda n=n: bool(notify(gateway, n)) for n in numbers])

    assert sorted(states()) == ["paid", "refund_due"]
    assert len(jobs("send_notice")) == 1


def test_after_payment_the_other_attempts_are_closed_at_wechat(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    first = start(order, gateway)
    second = _second_attempt(order, gateway)
    gateway.pay(first)
    notify(gateway, first)

    close_siblings(int(str(jobs("close_siblings")[0]["attempt_id"])), gateway)

    assert gateway.closed == [second]
    assert states() == ["paid", "closed"]


def test_an_order_past_its_time_cannot_be_paid_any_more(
    shop: Flask, gateway: FakeGateway, advance: Advance
) -> None:
    order = make_order()
    advance(timedelta(hours=1))

    with pytest.raises(TransitionRefused):
        start_payment(order, gateway=gateway)


def test_two_taps_at_the_same_instant_share_one_attempt(shop: Flask, gateway: FakeGateway) -> None:
    order_id = make_order().id

    def tap() -> bool:
        return bool(start_payment(db.session.get_one(Order, order_id), gateway=gateway))

    run_in_threads(shop, [tap] * 6)

    assert db.session.scalar(select(func.count()).select_from(PaymentAttempt)) == 1


def test_refused_notifications_cannot_fill_the_disk(shop: Flask, gateway: FakeGateway) -> None:
    with transaction() as session:
        session.add_all(
            PaymentNotification(gateway="x", headers={}, body=b"", verdict=Verdict.REFUSED)
            for _ in range(KEPT_REFUSED + 20)
        )

    assert delete_old_refused() == 20
    assert db.session.scalar(select(func.count()).select_from(PaymentNotification)) == KEPT_REFUSED


def test_a_paid_order_is_never_cancelled(shop: Flask, gateway: FakeGateway, advance: Advance) -> None:
    order = make_order()
    with transaction():
        orders.mark_paid(order, paid_at=clock.now(), cause="notification")
    advance(timedelta(days=1))

    assert expire_orders(gateway) == 0
    assert cancel_order(order, gateway=gateway, reason="buyer") is False


def _second_attempt(order: Order, gateway: FakeGateway) -> str:
    """Another way to pay the same order, as a second gateway will offer it."""
    make_attempt(order, "XPsecond", gateway=gateway.name, next_check_at=clock.now())
    trade = next(iter(gateway.trades.values()))
    gateway.trades["XPsecond"] = trade
    gateway.trades["XPsecond"] = type(trade)(
        "XPsecond",
        trade.state,
        appid=trade.appid,
        mchid=trade.mchid,
        amount_fen=trade.amount_fen,
        currency=trade.currency,
        openid=trade.openid,
    )
    return "XPsecond"
