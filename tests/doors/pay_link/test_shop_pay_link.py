"""Paying outside WeChat by a link: what is offered where, what is shown to whom, what becomes of the money."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.catalog.models import Sku
from app.core.db import db, transaction
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.closing import cancel_order
from app.payments.models import PaymentAttempt
from app.payments.opening import withdraw
from app.payments.settle import settle
from tests.doors.pay_link.conftest import DESKTOP, Advance, api, state
from tests.factories import make_follower, make_order
from tests.fakes import FakeGateway
from tests.follower_phone import SAFARI, Phone


def outside(app: Flask, agent: str) -> Phone:
    """A browser that nobody is logged in with."""
    return Phone(app, agent=agent)


def attempts(app: Flask) -> list[PaymentAttempt]:
    with app.app_context():
        return list(db.session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id)))


@pytest.mark.parametrize(
    ("agent", "offered"),
    [(DESKTOP, 'data-pay-link="code"'), (SAFARI, 'data-pay-link="phone"')],
    ids=["desktop", "phone"],
)
def test_each_browser_is_offered_what_works_in_it(app: Flask, link: str, agent: str, offered: str) -> None:
    page = outside(app, agent).get(link)

    assert offered in page.text
    assert "76.00" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "strict-origin"


def test_the_page_tells_nothing_of_the_buyer(app: Flask, link: str) -> None:
    page = outside(app, DESKTOP).get(link).text

    for personal in ("王小茶", "13800001234", "湖滨南路", "oTeaShop"):
        assert personal not in page


def test_inside_wechat_the_buyer_goes_to_his_pay_page_and_others_are_told_how(
    app: Flask, buyer: Phone, order_no: str, link: str
) -> None:
    other = Phone(app, "oTeaShop_0000000000000000002").log_in()

    assert buyer.get(link).location == f"/shop/pay/{order_no}"
    assert 'data-pay-link="wechat"' in other.get(link).text


def test_whoever_scans_the_code_pays_and_the_page_learns_of_it(
    app: Flask, gateway: FakeGateway, link: str, advance: Advance
) -> None:
    desktop = outside(app, DESKTOP)

    code = desktop.post(api(link, "code"))
    again = desktop.post(api(link, "code"))
    before = desktop.get(api(link, "status")).get_json()
    gateway.pay(attempts(app)[0].out_trade_no, openid="oSomebodyElse")
    advance(timedelta(seconds=2))
    after = desktop.get(api(link, "status")).get_json()

    assert code.get_json()["qr"].startswith("data:image/svg+xml")
    assert again.get_json() == code.get_json()
    assert [(each.way, each.openid) for each in attempts(app)] == [("native", "")]
    assert (before, after) == ({"is_open": True}, {"is_open": False})
    assert "已经付好了" in desktop.get(link).text


def test_a_phones_browser_is_sent_to_wechat_and_back(app: Flask, gateway: FakeGateway, link: str) -> None:
    browser = outside(app, SAFARI)

    target = browser.post(api(link, "h5")).get_json()["go"]

    assert target.startswith("https://wx.tenpay.com/")
    assert parse_qs(urlsplit(target).query)["redirect_url"] == [f"https://shop.example.cn{link}?back=1"]
    assert [(each.way, each.client_ip) for each in gateway.requests] == [("h5", "127.0.0.1")]
    assert "我已支付" in browser.get(link, back=1).text


def test_saying_to_have_paid_asks_wechat_and_believes_it_alone(
    app: Flask, gateway: FakeGateway, link: str, advance: Advance
) -> None:
    browser = outside(app, SAFARI)
    browser.post(api(link, "h5"))

    assert "还没有确认" in browser.get(link, asked=1).text
    gateway.pay(attempts(app)[0].out_trade_no, openid="oSomebodyElse")
    advance(timedelta(seconds=2))
    assert "已经付好了" in browser.get(link, asked=1).text
    assert state(app) == OrderState.PAID


def test_one_order_paid_both_ways_keeps_one_payment_and_gives_the_other_back(
    app: Flask, gateway: FakeGateway, buyer: Phone, order_no: str, link: str
) -> None:
    buyer.post(f"/shop/api/pay/{order_no}")
    outside(app, DESKTOP).post(api(link, "code"))
    for attempt in attempts(app):
        gateway.pay(attempt.out_trade_no)

    outside(app, DESKTOP).get(api(link, "status"))

    assert sorted(each.state for each in attempts(app)) == ["paid", "refund_due"]
    assert state(app) == OrderState.PAID


def test_a_link_whose_word_was_changed_is_none(app: Flask, link: str) -> None:
    browser = outside(app, DESKTOP)

    assert browser.get(f"{link}x").status_code == 404
    assert browser.post(api(f"{link}x", "code")).status_code == 404


def test_what_is_closed_or_over_cannot_be_paid(
    app: Flask, gateway: FakeGateway, link: str, advance: Advance
) -> None:
    browser = outside(app, DESKTOP)
    browser.get(link)
    advance(timedelta(hours=3))

    assert "不用付了" in browser.get(link).text
    assert browser.post(api(link, "code")).status_code == 409
    assert gateway.requests == []


def test_money_that_came_after_closing_is_said_to_go_back(
    app: Flask, gateway: FakeGateway, link: str
) -> None:
    browser = outside(app, DESKTOP)
    browser.post(api(link, "code"))
    with app.app_context():
        order = db.session.scalars(select(Order)).one()
        cancel_order(order, gateway=gateway, reason="expired")
        make_order(
            follower=make_follower("oOther"), sku=db.session.get_one(Sku, order.lines[0].sku_id)
        )  # the last piece is gone
        settle(gateway.pay(attempts(app)[0].out_trade_no), gateway=gateway, source="notification")

    assert "款项会退回" in browser.get(link).text


def test_of_an_order_whose_money_went_back_nobody_says_that_none_was_taken(
    app: Flask, gateway: FakeGateway, link: str
) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Order).values(state=OrderState.REFUNDED))

    page = outside(app, DESKTOP).get(link).text

    assert "已经付好了" in page
    assert "没有扣款" not in page


def test_before_the_release_only_testers_orders_are_paid_any_way(
    app: Flask, gateway: FakeGateway, link: str
) -> None:
    with app.app_context():
        withdraw(actor="staff:1", name="owner", secret="k" * 32)
    browser = outside(app, DESKTOP)
    browser.get(link)

    assert [browser.post(api(link, name)).status_code for name in ("code", "h5")] == [403, 403]
    assert gateway.requests == []


def test_a_code_is_made_only_with_the_forms_token(app: Flask, gateway: FakeGateway, link: str) -> None:
    assert outside(app, DESKTOP).post_bare(api(link, "code")).status_code == 400
    assert gateway.requests == []
