"""The pay page and its three answers: the phone's word is a hint, WeChat's is the truth."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.catalog.models import Sku
from app.core.db import db, transaction
from app.followers.models import Follower
from app.orders.models import Order
from app.payments.closing import cancel_order
from app.payments.gateways.contract import TradeState
from app.payments.models import PaymentAttempt
from app.payments.repricing import change_price
from app.payments.service import PayState
from app.payments.settle import settle
from tests.factories import make_order
from tests.fakes import FakeGateway
from tests.follower_phone import Phone, place_last_piece
from webviews.pay import CONFIRM_SECONDS, ResultView, decide


@pytest.fixture
def phone(app: Flask, gateway: FakeGateway) -> Phone:
    return Phone(app).log_in()


@pytest.fixture
def order_no(phone: Phone) -> str:
    """An unpaid order of this phone's follower over ¥76.00, the last piece."""
    return place_last_piece(phone)


def start(phone: Phone, order_no: str) -> str:
    """Open the pay sheet; returns the out_trade_no that WeChat knows."""
    assert phone.post(f"/shop/api/pay/{order_no}").status_code == 200
    with phone.app.app_context():
        return db.session.scalars(select(PaymentAttempt.out_trade_no)).one()


def status(phone: Phone, order_no: str, **query: object) -> str:
    return str(phone.get(f"/shop/api/pay/{order_no}/status", **query).get_json()["view"])


def cancel(app: Flask, order_no: str, gateway: FakeGateway) -> None:
    with app.app_context():
        order = db.session.scalars(select(Order).where(Order.order_no == order_no)).one()
        assert cancel_order(order, gateway=gateway, reason="expired")


def test_the_pay_page_shows_number_amount_and_time_left(
    phone: Phone, order_no: str, advance: Callable[[timedelta], None]
) -> None:
    page = phone.get(f"/shop/pay/{order_no}").text

    assert order_no in page
    assert "76.00" in page
    assert 'data-seconds="' in page


def test_each_tap_gets_parameters_for_the_same_attempt(
    phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    first = phone.post(f"/shop/api/pay/{order_no}").get_json()
    second = phone.post(f"/shop/api/pay/{order_no}").get_json()

    assert set(first) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert first["package"] == second["package"]
    assert [request.amount_fen for request in gateway.requests] == [7600]


def test_wechat_not_answering_at_the_tap_is_said_without_a_code(
    phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    gateway.is_down = True

    answer = phone.post(f"/shop/api/pay/{order_no}")

    assert answer.status_code == 503
    assert answer.get_json()["title"] == "微信暂时没有回应"
    assert len(answer.get_json()["reference"]) == 6


def test_wechat_refusing_is_said_without_its_code(phone: Phone, order_no: str, gateway: FakeGateway) -> None:
    gateway.refusal = "PARAM_ERROR"

    answer = phone.post(f"/shop/api/pay/{order_no}")

    assert answer.status_code == 502
    assert answer.get_json()["title"] == "这次付款没有被受理"
    assert "PARAM_ERROR" not in answer.text


def test_an_order_that_is_paid_is_not_paid_again(phone: Phone, order_no: str, gateway: FakeGateway) -> None:
    gateway.pay(start(phone, order_no))
    assert status(phone, order_no) == "paid"

    answer = phone.post(f"/shop/api/pay/{order_no}")

    assert answer.status_code == 409
    assert answer.get_json()["go"] == f"/shop/result/{order_no}"
    assert phone.get(f"/shop/pay/{order_no}").location == f"/shop/result/{order_no}"


def test_an_order_whose_time_is_over_leads_to_its_result(
    app: Flask, gateway: FakeGateway, advance: Callable[[timedelta], None]
) -> None:
    phone = Phone(app).log_in()
    with app.app_context():
        number = make_order(follower=db.session.scalars(select(Follower)).one()).order_no
    advance(timedelta(minutes=31))

    assert phone.get(f"/shop/pay/{number}").location == f"/shop/result/{number}"
    page = phone.get(f"/shop/result/{number}?waited=1").text
    assert "还没有付款" in page
    assert "继续支付" not in page


def test_the_first_look_is_confirming_and_asks_nobody(
    phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    start(phone, order_no)

    page = phone.get(f"/shop/result/{order_no}?hint=ok").text

    assert 'data-view="confirming"' in page
    assert "确认中" in page
    assert gateway.queries == []


def test_a_lost_notification_still_ends_in_paid_on_the_page(
    phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    gateway.pay(start(phone, order_no))

    assert status(phone, order_no, hint="ok") == "paid"
    page = phone.get(f"/shop/result/{order_no}?hint=ok&waited=2").text
    assert "支付成功" in page
    assert "76.00" in page


def test_the_phones_ok_is_believed_by_nobody(phone: Phone, order_no: str, gateway: FakeGateway) -> None:
    start(phone, order_no)

    assert status(phone, order_no, hint="ok", waited=3) == "confirming"
    assert status(phone, order_no, hint="paid", waited=3) == "not_paid"
    with phone.app.app_context():
        assert db.session.scalars(select(Order.state)).one() == "unpaid"


def test_after_the_limit_the_page_warns_not_to_pay_twice(
    phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    start(phone, order_no)

    page = phone.get(f"/shop/result/{order_no}?hint=ok&waited=31").text

    assert "请不要再次支付" in page
    assert "我们会发消息告诉您" in page
    assert "继续支付" not in page


def test_a_cancelled_sheet_offers_to_go_on(phone: Phone, order_no: str, gateway: FakeGateway) -> None:
    start(phone, order_no)

    page = phone.get(f"/shop/result/{order_no}?hint=cancel&waited=1").text

    assert "还没有付款" in page
    assert "继续支付" in page
    assert 'data-seconds="' in page


def test_who_paid_although_the_phone_says_cancelled_is_told_paid(
    phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    gateway.pay(start(phone, order_no))

    assert status(phone, order_no, hint="cancel") == "paid"


@pytest.mark.parametrize("hint", ["ok", "cancel", "fail", ""])
def test_while_wechat_is_silent_nothing_is_called_unpaid(
    phone: Phone, order_no: str, gateway: FakeGateway, hint: str
) -> None:
    start(phone, order_no)
    gateway.is_down = True

    assert status(phone, order_no, hint=hint, waited=5) == "confirming"
    assert status(phone, order_no, hint=hint, waited=40) in ("late", "not_paid")
    page = phone.get(f"/shop/result/{order_no}?hint={hint}&waited=40").text
    assert "失败" not in page


def test_a_closed_order_is_called_closed(
    app: Flask, phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    start(phone, order_no)
    cancel(app, order_no, gateway)

    page = phone.get(f"/shop/result/{order_no}").text

    assert "订单已关闭" in page
    assert "没有扣款" in page


@pytest.mark.parametrize("hint", ["ok", "cancel", "fail", ""])
@pytest.mark.parametrize("waited", [0, CONFIRM_SECONDS, 999])
@pytest.mark.parametrize("state", PayState)
def test_every_answer_has_its_words(state: PayState, hint: str, waited: int) -> None:
    late = ResultView.CONFIRMING if waited < CONFIRM_SECONDS else ResultView.LATE
    expected = {
        PayState.PAID: ResultView.PAID,
        PayState.REFUND_DUE: ResultView.REFUND_DUE,
        PayState.OLD_PRICE: ResultView.OLD_PRICE,
        PayState.CLOSED: ResultView.CLOSED,
        PayState.UNKNOWN: late,
        PayState.UNPAID: late if hint == "ok" else ResultView.NOT_PAID,
    }

    assert decide(state, hint, waited) == expected[state]


def test_money_that_came_too_late_has_honest_words(
    app: Flask, phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    number = start(phone, order_no)
    cancel(app, order_no, gateway)
    with app.app_context():
        attempt = db.session.scalars(select(PaymentAttempt)).one()
        sku_id = attempt.order.lines[0].sku_id
        take_the_last_piece(sku_id)
        settle(gateway.pay(number), gateway=gateway, source="notification")

    page = phone.get(f"/shop/result/{order_no}").text

    assert gateway.trades[number].state == TradeState.PAID
    assert "款项将退还给您" in page
    assert "没有扣款" not in page


def take_the_last_piece(sku_id: int) -> None:
    with transaction() as session:
        session.get_one(Sku, sku_id).stock = 0


def test_a_changed_price_is_shown_before_it_is_asked_for(
    app: Flask, phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    old = start(phone, order_no)
    with app.app_context():
        order = db.session.scalars(select(Order).where(Order.order_no == order_no)).one()
        change = {"total_fen": 7000, "seen_fen": 7600, "reason": "老客优惠"}
        change_price(order, **change, gateway=gateway, actor="staff:1")

    tapped = phone.post(f"/shop/api/pay/{order_no}?total=7600")
    assert (tapped.status_code, tapped.get_json()["go"]) == (409, f"/shop/pay/{order_no}")
    assert "70.00" in phone.get(f"/shop/pay/{order_no}").text
    page = phone.get(f"/shop/orders/{order_no}").text
    for words in ("店主改价 · 老客优惠", "商家改价：¥76.00 → ¥70.00", "去支付 ¥70.00"):
        assert words in page

    with app.app_context():
        trade = gateway.pay(old)  # the password was being typed while the number was closed
        settle(trade, gateway=gateway, source="query")  # type: ignore[arg-type]
    assert status(phone, order_no, hint="ok") == "old_price"
    page = phone.get(f"/shop/result/{order_no}", waited=1).text
    assert "原来的付款会退回" in page
    assert "按新价格支付" in page
