"""The cart page: nothing that cannot be bought is silently dropped."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.carts.models import CartLine
from app.catalog.models import ProductState, Sku
from app.core.db import db, transaction
from tests.factories import make_sku
from tests.follower_phone import Phone


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app)


@pytest.fixture
def sku_id(app: Flask) -> int:
    with app.app_context():
        return make_sku(price_fen=6800, stock=5, title="西湖龙井").id


def change_sku(app: Flask, sku_id: int, **values: object) -> None:
    with app.app_context(), transaction() as session:
        sku = session.get_one(Sku, sku_id)
        sku.product.state = values.pop("state", sku.product.state)
        for name, value in values.items():
            setattr(sku, name, value)


def line_id(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(CartLine.id)).one()


def test_putting_in_leads_to_the_cart_with_its_sum(phone: Phone, sku_id: int) -> None:
    answer = phone.post("/shop/cart/add", sku=sku_id, quantity=1)
    page = phone.get(answer.location).text

    assert answer.status_code == 303
    assert "西湖龙井" in page
    assert "76.00" in page  # with freight
    assert "满 ¥99.00 免运费" in page


def test_putting_in_from_the_product_page_tells_the_count(phone: Phone, sku_id: int) -> None:
    answer = phone.post("/shop/api/cart/add", sku=sku_id, quantity=2)

    assert answer.get_json()["count"] == 1
    assert 'data-cart-count aria-label="1 件">1<' in phone.get("/shop/").text


@pytest.mark.parametrize("fields", [{}, {"sku": "x"}, {"sku": 1, "quantity": 0}, {"sku": 1, "quantity": "a"}])
def test_nonsense_is_refused_with_a_sentence(phone: Phone, sku_id: int, fields: dict[str, object]) -> None:
    page = phone.post("/shop/cart/add", **fields)

    assert page.status_code == 422
    assert "编号" in page.text


def test_a_form_without_a_token_changes_nothing(app: Flask, phone: Phone, sku_id: int) -> None:
    page = phone.post_bare("/shop/cart/add", sku=sku_id, quantity=1)

    assert page.status_code == 400
    assert "页面已过期" in page.text
    with app.app_context():
        assert db.session.scalars(select(CartLine)).all() == []


def test_a_line_is_changed_and_taken_out(app: Flask, phone: Phone, sku_id: int) -> None:
    phone.post("/shop/cart/add", sku=sku_id, quantity=1)
    number = line_id(app)

    phone.post(f"/shop/cart/{number}", quantity=3)
    assert ">3</output>" in phone.get("/shop/cart").text
    phone.post(f"/shop/cart/{number}", quantity=0)
    assert "购物车还是空的" in phone.get("/shop/cart").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price_fen": 7200}, "的价格从 ¥68.00 变为 ¥72.00"),
        ({"stock": 0}, "已售罄，不会计入合计"),
        ({"stock": 1}, "只剩 1 件，请减少数量"),
        ({"state": ProductState.OFF_SALE}, "已下架，不会计入合计"),
    ],
    ids=["price", "sold out", "too few", "off sale"],
)
def test_a_line_with_a_trouble_is_named_at_the_top(
    app: Flask, phone: Phone, sku_id: int, change: dict[str, object], words: str
) -> None:
    phone.post("/shop/cart/add", sku=sku_id, quantity=2)
    change_sku(app, sku_id, **change)

    page = phone.get("/shop/cart").text

    assert f"“西湖龙井”{words}" in page
    assert page.index(words) < page.index("cart__line")


def test_a_changed_price_is_told_until_it_was_read(app: Flask, phone: Phone, sku_id: int) -> None:
    phone.post("/shop/cart/add", sku=sku_id, quantity=1)
    change_sku(app, sku_id, price_fen=7200)

    phone.post("/shop/cart/prices")

    page = phone.get("/shop/cart").text
    assert "变为" not in page
    assert "72.00" in page


def test_a_cart_of_sold_out_things_cannot_be_checked_out(app: Flask, phone: Phone, sku_id: int) -> None:
    phone.post("/shop/cart/add", sku=sku_id, quantity=1)
    change_sku(app, sku_id, stock=0)

    page = phone.get("/shop/cart").text

    assert 'aria-disabled="true"' in page
    assert "/shop/checkout" not in page
