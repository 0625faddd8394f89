"""My orders: the list, one order, giving one up."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.catalog.models import Sku
from app.core.db import db, transaction
from app.orders.models import Order
from app.orders.shipping import Parcel, ship
from app.orders.states import OrderState
from app.payments.models import PaymentAttempt
from app.payments.service import ask
from tests.fakes import FakeGateway
from tests.follower_phone import Phone, place_last_piece


@pytest.fixture
def phone(app: Flask, gateway: FakeGateway) -> Phone:
    return Phone(app).log_in()


@pytest.fixture
def order_no(phone: Phone) -> str:
    return place_last_piece(phone)


def pay(phone: Phone, order_no: str, gateway: FakeGateway, *, is_known: bool = True) -> None:
    phone.post(f"/shop/api/pay/{order_no}")
    with phone.app.app_context():
        gateway.pay(db.session.scalars(select(PaymentAttempt.out_trade_no)).one())
        if is_known:
            ask(db.session.scalars(select(Order)).one(), gateway=gateway)


def state(app: Flask) -> OrderState:
    with app.app_context():
        return db.session.scalars(select(Order.state)).one()


def stock(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Sku.stock)).one()


def test_a_fresh_follower_has_no_orders(phone: Phone) -> None:
    assert "这里还没有订单" in phone.get("/shop/orders").text


def test_an_unpaid_order_is_listed_with_its_time_and_one_action(phone: Phone, order_no: str) -> None:
    page = phone.get("/shop/orders").text

    assert order_no in page
    assert "去支付" in page
    assert 'data-seconds="' in page
    assert "待付款<span" in page


def test_a_tab_shows_its_own_state(phone: Phone, order_no: str, gateway: FakeGateway) -> None:
    pay(phone, order_no, gateway)

    assert order_no in phone.get("/shop/orders", tab="paid").text
    for other in ("unpaid", "shipped"):
        assert order_no not in phone.get("/shop/orders", tab=other).text
    assert order_no in phone.get("/shop/orders", tab="no-such-tab").text


def test_a_shipped_order_shows_the_parcel_and_what_happened(
    app: Flask, phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    pay(phone, order_no, gateway)
    with app.app_context():
        ship(db.session.scalars(select(Order)).one(), Parcel("顺丰", "SF100200300"), actor="staff:1")

    page = phone.get(f"/shop/orders/{order_no}").text

    assert 'data-copy="SF100200300"' in page
    for words in ("待收货", "商家已发货", "支付成功", "提交订单", "76.00", "湖滨南路 88 号"):
        assert words in page, words
    assert "取消订单" not in page


def test_a_partly_shipped_order_says_what_is_on_its_way(
    app: Flask, phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    pay(phone, order_no, gateway)
    with app.app_context():
        order = db.session.scalars(select(Order)).one()
        with transaction():
            order.lines[0].quantity = 3
        ship(order, Parcel("顺丰", "SF100200300", {order.lines[0].id: 2}), actor="staff:1")

    page = phone.get(f"/shop/orders/{order_no}").text

    assert "已寄出 1 个包裹，其余的发出后再通知您" in page
    assert "× 2" in page.partition('id="shipments"')[2].partition("</section>")[0]
    assert "商家已发货" not in page


def test_the_page_of_an_unpaid_order_asks_and_that_of_a_paid_one_does_not(
    phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    watch = f'data-watch="/shop/api/pay/{order_no}/status"'
    before = phone.get(f"/shop/orders/{order_no}").text

    pay(phone, order_no, gateway)

    assert watch in before
    assert "data-watch" not in phone.get(f"/shop/orders/{order_no}").text


def test_cancelling_gives_the_goods_back(app: Flask, phone: Phone, order_no: str) -> None:
    answer = phone.post(f"/shop/orders/{order_no}/cancel")

    page = phone.get(answer.location).text
    assert answer.status_code == 303
    assert "订单已取消" in page
    assert "去支付" not in page
    assert (state(app), stock(app)) == (OrderState.CANCELLED, 1)


def test_cancelling_closes_the_payment_at_wechat_first(
    app: Flask, phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    phone.post(f"/shop/api/pay/{order_no}")

    phone.post(f"/shop/orders/{order_no}/cancel")

    assert len(gateway.closed) == 1
    assert state(app) == OrderState.CANCELLED


def test_an_order_that_turns_out_paid_is_not_cancelled(
    app: Flask, phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    pay(phone, order_no, gateway, is_known=False)

    answer = phone.post(f"/shop/orders/{order_no}/cancel")

    assert "不能取消了" in phone.get(answer.location).text
    assert (state(app), stock(app)) == (OrderState.PAID, 0)


def test_nothing_is_cancelled_while_wechat_does_not_answer(
    app: Flask, phone: Phone, order_no: str, gateway: FakeGateway
) -> None:
    phone.post(f"/shop/api/pay/{order_no}")
    gateway.is_down = True

    answer = phone.post(f"/shop/orders/{order_no}/cancel")

    assert "暂时无法取消" in phone.get(answer.location).text
    assert (state(app), stock(app)) == (OrderState.UNPAID, 0)


def test_a_second_cancel_is_no_error(app: Flask, phone: Phone, order_no: str) -> None:
    phone.post(f"/shop/orders/{order_no}/cancel")

    assert phone.post(f"/shop/orders/{order_no}/cancel").status_code == 303
    assert stock(app) == 1


def test_an_order_cannot_be_cancelled_by_a_link_or_a_strangers_form(
    app: Flask, phone: Phone, order_no: str
) -> None:
    phone.get(f"/shop/orders/{order_no}/cancel")
    bare = phone.post_bare(f"/shop/orders/{order_no}/cancel")

    assert bare.status_code == 400
    assert state(app) == OrderState.UNPAID
