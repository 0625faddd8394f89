"""Checkout: the server prices, one token is one order, and what stands in the way is said."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.catalog.models import ProductState, Sku
from app.core.db import db, transaction
from app.followers.models import Address
from app.orders.models import Order
from tests.factories import make_sku
from tests.follower_phone import HOME, Phone, hidden

TOKEN = "a-token-that-is-long-enough"


@dataclass
class Buyer:
    """A follower at the checkout of one SKU at ¥68.00."""

    phone: Phone
    sku_id: int

    def open(self, **query: object) -> TestResponse:
        """The checkout page of two pieces bought straight away."""
        return self.phone.get("/shop/checkout", **{"sku": self.sku_id, "quantity": 2, "t": TOKEN} | query)

    def submit(self, page: TestResponse, **differently: object) -> TestResponse:
        """The page's form as it stands, but for `differently`."""
        fields: dict[str, object] = {
            name: hidden(page, name)
            for name in ("t", "terms", "seen_total_fen", "item", "address", "from")
            if f'name="{name}"' in page.text
        }
        return self.phone.post("/shop/checkout", **fields | differently)

    def orders(self) -> list[Order]:
        """Every order there is."""
        with self.phone.app.app_context():
            return list(db.session.scalars(select(Order).order_by(Order.id)))

    def change_sku(self, **values: Any) -> None:
        """What the merchant does meanwhile."""
        with self.phone.app.app_context(), transaction() as session:
            sku = session.get_one(Sku, self.sku_id)
            sku.product.state = values.pop("state", sku.product.state)
            for name, value in values.items():
                setattr(sku, name, value)


def make_buyer(app: Flask) -> Buyer:
    """Logged in, with an address."""
    with app.app_context():
        sku_id = make_sku(price_fen=6800, stock=5, title="西湖龙井").id
    phone = Phone(app).log_in()
    phone.post("/shop/addresses/new", **HOME)
    return Buyer(phone, sku_id)


@pytest.fixture
def buyer(app: Flask) -> Buyer:
    return make_buyer(app)


def test_an_order_is_placed_and_the_pay_page_follows(buyer: Buyer) -> None:
    page = buyer.open()
    answer = buyer.submit(page, note=" 请用礼盒 \n 包装 ")

    (order,) = buyer.orders()
    assert answer.status_code == 303
    assert answer.location == f"/shop/pay/{order.order_no}"
    assert (order.goods_fen, order.shipping_fen, order.total_fen) == (13600, 0, 13600)
    assert (order.receiver, order.region, order.address) == (
        "王小茶",
        "福建省 厦门市 思明区",
        "湖滨南路 88 号",
    )
    assert order.note == "请用礼盒 包装"


def test_the_token_stands_in_the_address_of_the_page(buyer: Buyer) -> None:
    answer = buyer.phone.get("/shop/checkout", sku=buyer.sku_id, quantity=2, _external="1", _scheme="ftp")

    assert answer.status_code == 303
    assert answer.location.startswith(f"/shop/checkout?sku={buyer.sku_id}&quantity=2&t=")


def test_a_double_tap_makes_one_order(buyer: Buyer) -> None:
    page = buyer.open()

    first, second = buyer.submit(page), buyer.submit(page)

    assert first.location == second.location
    assert len(buyer.orders()) == 1


def test_the_back_button_after_ordering_leads_to_the_order(buyer: Buyer) -> None:
    placed = buyer.submit(buyer.open())

    back = buyer.open()

    assert back.status_code == 303
    assert back.location == placed.location


def test_a_second_checkout_of_the_same_thing_is_a_second_order(buyer: Buyer) -> None:
    buyer.submit(buyer.open())

    buyer.submit(buyer.open(t="another-token-long-enough"))

    assert len(buyer.orders()) == 2


def test_the_token_of_somebody_else_does_not_show_his_order(app: Flask, buyer: Buyer) -> None:
    buyer.submit(buyer.open())
    other = Buyer(Phone(app, "oTeaShop_0000000000000000002").log_in(), buyer.sku_id)

    assert other.open().status_code == 200


def test_the_cart_is_bought_and_emptied_by_the_same_page(buyer: Buyer) -> None:
    buyer.phone.post("/shop/cart/add", sku=buyer.sku_id, quantity=1)
    page = buyer.phone.get("/shop/checkout", t=TOKEN)

    buyer.submit(page)

    assert "76.00" in page.text
    assert [order.total_fen for order in buyer.orders()] == [7600]
    assert "购物车还是空的" in buyer.phone.get("/shop/cart").text


def test_a_double_tap_on_the_carts_checkout_makes_one_order(buyer: Buyer) -> None:
    buyer.phone.post("/shop/cart/add", sku=buyer.sku_id, quantity=1)
    page = buyer.phone.get("/shop/checkout", t=TOKEN)

    first, second = buyer.submit(page), buyer.submit(page)

    assert first.location == second.location
    assert len(buyer.orders()) == 1


def test_buying_straight_away_leaves_the_cart_alone(buyer: Buyer) -> None:
    buyer.phone.post("/shop/cart/add", sku=buyer.sku_id, quantity=1)

    buyer.submit(buyer.open())

    assert "西湖龙井" in buyer.phone.get("/shop/cart").text


def test_what_the_cart_cannot_sell_is_left_out_by_name(app: Flask, buyer: Buyer) -> None:
    with app.app_context():
        gone = make_sku(title="白毫银针").id
    for sku_id in (gone, buyer.sku_id):
        buyer.phone.post("/shop/cart/add", sku=sku_id, quantity=1)
    Buyer(buyer.phone, gone).change_sku(stock=0)

    page = buyer.phone.get("/shop/checkout", t=TOKEN)

    assert "“白毫银针”现在买不了，没有计入这一单" in page.text
    assert f'value="{gone}:1"' not in page.text


def test_an_empty_checkout_leads_back(buyer: Buyer) -> None:
    page = buyer.phone.get("/shop/checkout", t=TOKEN)

    assert "没有可以结算的商品" in page.text
    assert "提交订单" not in page.text


@pytest.mark.parametrize("seen", ["1", "0", "-13600", "", "13599", "1e9"])
def test_a_price_from_the_phone_is_never_taken(buyer: Buyer, seen: str) -> None:
    answer = buyer.submit(buyer.open(), seen_total_fen=seen, price="1", total_fen="1", amount="0.01")

    assert answer.status_code == 409
    assert buyer.orders() == []
    assert hidden(answer, "seen_total_fen") == "13600"


def test_a_changed_total_is_said_on_the_button_first(buyer: Buyer) -> None:
    page = buyer.open()
    buyer.change_sku(price_fen=7000)

    asked = buyer.submit(page, note="谢谢")
    answer = buyer.submit(asked)

    assert asked.status_code == 409
    assert "合计已变动，确认 ¥140.00" in asked.text
    assert ">谢谢</textarea>" in asked.text
    assert answer.status_code == 303
    assert [order.total_fen for order in buyer.orders()] == [14000]


def test_a_price_that_changed_in_the_cart_is_said_at_the_checkout(buyer: Buyer) -> None:
    buyer.phone.post("/shop/cart/add", sku=buyer.sku_id, quantity=2)
    buyer.change_sku(price_fen=7000)

    page = buyer.phone.get("/shop/checkout", t=TOKEN).text

    assert "“西湖龙井”的价格从 ¥68.00 变为 ¥70.00" in page
    assert "合计已变动，确认 ¥140.00" in page


def test_what_is_sold_out_meanwhile_is_named(buyer: Buyer) -> None:
    page = buyer.open()
    buyer.change_sku(stock=1)

    answer = buyer.submit(page)

    assert answer.status_code == 409
    assert "“西湖龙井”库存不足" in answer.text
    assert "disabled" in answer.text
    assert buyer.orders() == []


def test_what_went_off_sale_meanwhile_is_said(buyer: Buyer) -> None:
    page = buyer.open()
    buyer.change_sku(state=ProductState.OFF_SALE)

    answer = buyer.submit(page)

    assert answer.status_code == 404
    assert "下架" in answer.text
    assert buyer.orders() == []


def test_an_order_needs_an_address(app: Flask, buyer: Buyer) -> None:
    stranger = Buyer(Phone(app, "oTeaShop_0000000000000000002").log_in(), buyer.sku_id)

    page = stranger.open()
    answer = stranger.submit(page)

    assert "选择收货地址" in page.text
    assert answer.status_code == 422
    assert "请先选择收货地址" in answer.text
    assert stranger.orders() == []


def test_the_address_of_somebody_else_cannot_be_used(app: Flask, buyer: Buyer) -> None:
    with app.app_context():
        mine = db.session.scalars(select(Address.id)).one()
    other = Buyer(Phone(app, "oTeaShop_0000000000000000002").log_in(), buyer.sku_id)

    page = other.open()
    answer = other.submit(page, address=mine)

    assert answer.status_code == 404
    assert other.open(address=mine).status_code == 404
    assert "湖滨南路" not in page.text + answer.text
    assert buyer.orders() == []


def test_the_address_used_last_is_there_already(buyer: Buyer) -> None:
    buyer.phone.post("/shop/addresses/new", **HOME | {"detail": "软件园二期 1 号"})
    with buyer.phone.app.app_context():
        office = db.session.scalars(select(Address.id).order_by(Address.id.desc())).first()
    buyer.submit(buyer.open(address=office))

    assert "软件园二期 1 号" in buyer.open(t="another-token-long-enough").text


@pytest.mark.parametrize("items", [["x"], ["1"], ["1:0"], ["1:-1"], ["1:100"], ["1:1:1"], []])
def test_mangled_goods_make_no_order(buyer: Buyer, items: list[str]) -> None:
    answer = buyer.submit(buyer.open(), item=items)

    assert answer.status_code in (404, 422)
    assert buyer.orders() == []


@pytest.mark.parametrize("quantity", ["0", "-1", "100", "999999999999999999999"])
def test_a_quantity_out_of_bounds_is_refused(buyer: Buyer, quantity: str) -> None:
    assert buyer.open(quantity=quantity).status_code == 422


def test_a_form_without_a_token_makes_no_order(buyer: Buyer) -> None:
    answer = buyer.submit(buyer.open(), t="")

    assert answer.status_code == 422
    assert buyer.orders() == []


def test_a_total_line_by_line_adds_up_on_the_page(buyer: Buyer) -> None:
    page = buyer.open(quantity=1).text

    for amount in ("68.00", "8.00", "76.00"):
        assert f"</small>{amount}" in page
    assert "提交订单 ¥76.00" in page
