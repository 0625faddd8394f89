"""Alipay on the page of a pay link: offered outside WeChat alone, and what becomes of money that comes by it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments import closing, sweeper
from app.payments.gateways import list_gateways
from app.payments.models import PaymentAttempt
from app.payments.opening import withdraw
from app.payments.refunds.models import Refund
from app.payments.refunds.sending import go_on
from app.payments.refunds.sweeper import sweep_refunds
from app.payments.settle import settle
from tests.doors.pay_link.conftest import DESKTOP, Advance, api, state
from tests.fakes import FakeGateway
from tests.follower_phone import SAFARI, Phone


@pytest.fixture
def alipay(app: Flask, gateway: FakeGateway) -> FakeGateway:
    """The shop's account at Alipay, beside WeChat's."""
    fake = FakeGateway(name="alipay", appid="2021000000000001", mchid="2088000000000017")
    app.extensions["gateways"][fake.name] = fake
    return fake


def attempts(app: Flask) -> list[tuple[str, str, str]]:
    """Gateway, way and state of each."""
    with app.app_context():
        rows = db.session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id))
        return [(row.gateway, row.way, str(row.state)) for row in rows]


def number(app: Flask, gateway: str) -> str:
    with app.app_context():
        query = select(PaymentAttempt.out_trade_no).where(PaymentAttempt.gateway == gateway)
        return str(db.session.scalars(query).one())


@pytest.mark.parametrize(("agent", "way"), [(DESKTOP, "page"), (SAFARI, "wap")], ids=["desktop", "phone"])
def test_each_browser_gets_alipays_page_for_it(
    app: Flask, alipay: FakeGateway, link: str, agent: str, way: str
) -> None:
    browser = Phone(app, agent=agent)

    assert "用支付宝付款" in browser.get(link).text
    assert browser.post(api(link, "alipay")).get_json()["go"].startswith("https://")
    assert attempts(app) == [("alipay", way, "open")]
    assert [(each.way, each.openid, each.return_url) for each in alipay.requests] == [
        (way, "", f"https://shop.example.cn{link}?back=1")
    ]


def test_pressing_it_again_is_the_same_payment(app: Flask, alipay: FakeGateway, link: str) -> None:
    browser = Phone(app, agent=DESKTOP)
    browser.post(api(link, "alipay"))
    browser.post(api(link, "alipay"))

    assert len(attempts(app)) == 1
    assert len({each.out_trade_no for each in alipay.requests}) == 1


def test_without_an_account_at_alipay_it_is_not_offered(app: Flask, link: str) -> None:
    browser = Phone(app, agent=DESKTOP)

    assert "支付宝" not in browser.get(link).text
    assert browser.post(api(link, "alipay")).status_code == 404


def test_inside_wechat_it_is_never_offered(
    app: Flask, alipay: FakeGateway, buyer: Phone, order_no: str, link: str
) -> None:
    other = Phone(app, "oTeaShop_0000000000000000002").log_in()

    for phone, path in ((other, link), (buyer, f"/shop/pay/{order_no}")):
        assert "支付宝" not in phone.get(path).text
        assert phone.post(api(link, "alipay")).status_code == 404
    assert alipay.requests == []


def test_who_comes_back_from_paying_sees_it_at_once(app: Flask, alipay: FakeGateway, link: str) -> None:
    browser = Phone(app, agent=DESKTOP)
    browser.post(api(link, "alipay"))

    assert "还没有确认" in browser.get(link, back=1).text
    alipay.pay(number(app, "alipay"))
    assert "还没有确认" in browser.get(link, back=1, trade_no="1").text  # asked a moment ago


def test_coming_back_asks_alipay_and_believes_it_alone(
    app: Flask, alipay: FakeGateway, link: str, advance: Advance
) -> None:
    browser = Phone(app, agent=DESKTOP)
    browser.post(api(link, "alipay"))
    browser.get(link, back=1, trade_status="TRADE_SUCCESS")
    assert state(app) == OrderState.UNPAID

    alipay.pay(number(app, "alipay"))
    advance(timedelta(seconds=2))

    assert "已经付好了" in browser.get(link, back=1).text
    assert state(app) == OrderState.PAID


def test_wechats_code_is_closed_once_alipay_was_paid(
    app: Flask, gateway: FakeGateway, alipay: FakeGateway, link: str
) -> None:
    browser = Phone(app, agent=DESKTOP)
    browser.post(api(link, "code"))
    browser.post(api(link, "alipay"))
    with app.app_context():
        settle(alipay.pay(number(app, "alipay")), gateway=alipay, source="notification")
        paid = db.session.scalars(select(PaymentAttempt).where(PaymentAttempt.gateway == "alipay")).one()
        closing.close_siblings(paid.id, gateway)

    assert attempts(app) == [("wechatpay_v3", "native", "closed"), ("alipay", "page", "paid")]
    assert gateway.closed == [number(app, "wechatpay_v3")]
    assert alipay.closed == []


def test_what_is_paid_both_ways_goes_back_by_the_gateway_it_came_by(
    app: Flask, gateway: FakeGateway, alipay: FakeGateway, link: str
) -> None:
    browser = Phone(app, agent=DESKTOP)
    browser.post(api(link, "code"))
    browser.post(api(link, "alipay"))
    gateway.pay(number(app, "wechatpay_v3"))
    alipay.pay(number(app, "alipay"))

    browser.get(api(link, "status"))
    with app.app_context():
        for one in list_gateways():
            sweep_refunds(one)

    assert sorted(each[2] for each in attempts(app)) == ["paid", "refund_due"]
    assert (len(gateway.refund_requests), len(alipay.refund_requests)) == (0, 1)
    assert alipay.refund_requests[0].amount_fen == 7600


def test_a_refund_goes_by_its_own_gateway_whichever_is_at_hand(
    app: Flask, gateway: FakeGateway, alipay: FakeGateway, link: str
) -> None:
    test_what_is_paid_both_ways_goes_back_by_the_gateway_it_came_by(app, gateway, alipay, link)
    with app.app_context():
        refund_id = db.session.scalars(select(Refund.id)).one()
        go_on(refund_id, gateway, is_due=False)

    assert (len(gateway.refund_queries), len(alipay.refund_queries)) == (0, 1)


def test_an_order_that_is_over_is_given_up_at_both(
    app: Flask, gateway: FakeGateway, alipay: FakeGateway, link: str, advance: Advance
) -> None:
    browser = Phone(app, agent=DESKTOP)
    browser.post(api(link, "code"))
    browser.post(api(link, "alipay"))
    advance(timedelta(hours=3))
    with app.app_context():
        closing.expire_orders(gateway)

    assert state(app) == OrderState.CANCELLED
    assert (len(gateway.closed), len(alipay.closed)) == (1, 1)


def test_an_address_of_alipays_is_looked_after_until_it_ends(
    app: Flask, gateway: FakeGateway, alipay: FakeGateway, link: str, advance: Advance
) -> None:
    """The buyer had not begun when the order was cancelled; his page stays good until the order's time is over."""
    browser = Phone(app, agent=DESKTOP)
    browser.post(api(link, "alipay"))
    asked = alipay.trades.pop(number(app, "alipay"))
    with app.app_context():
        closing.cancel_order(db.session.scalars(select(Order)).one(), gateway=gateway, reason="buyer")
    assert attempts(app) == [("alipay", "page", "closed")]

    alipay.trades[asked.out_trade_no] = asked
    alipay.pay(asked.out_trade_no)
    advance(timedelta(minutes=33))
    with app.app_context():
        sweeper.check_pending(gateway)
        assert attempts(app) == [("alipay", "page", "closed")]
        sweeper.check_pending(alipay)

    assert state(app) == OrderState.PAID


def test_before_the_release_only_testers_orders_are_paid_by_it(
    app: Flask, alipay: FakeGateway, link: str
) -> None:
    with app.app_context():
        withdraw(actor="staff:1", name="owner", secret="k" * 32)
    browser = Phone(app, agent=DESKTOP)
    browser.get(link)

    assert browser.post(api(link, "alipay")).status_code == 403
    assert alipay.requests == []
