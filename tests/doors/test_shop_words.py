"""The shop's own words and colour, as a follower meets them."""

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.db import db
from app.orders.acceptance import list_accepted
from app.orders.models import Order
from app.words.face import Face, keep_face
from app.words.models import Words
from app.words.service import publish
from tests.factories import make_sku
from tests.follower_phone import HOME, Phone, hidden

CHECKOUT_FIELDS = ("t", "terms", "seen_total_fen", "item", "address")


@pytest.fixture
def phone(app: Flask) -> Phone:
    phone = Phone(app).log_in()
    phone.post("/shop/addresses/new", **HOME)
    return phone


def write(app: Flask, kind: Words, body: str) -> None:
    with app.app_context():
        publish(kind, body, seen=0, actor="staff:1")


@pytest.mark.parametrize("kind", list(Words))
def test_a_stranger_reads_every_page_without_login(app: Flask, kind: Words) -> None:
    page = Phone(app).get(f"/shop/about/{kind}")

    assert page.status_code == 200
    assert "Xiaopu" in page.text
    assert "{shop}" not in page.text
    assert "标准文本第 1 版" in page.text


def test_there_is_no_other_page(app: Flask) -> None:
    assert Phone(app).get("/shop/about/secrets").status_code == 404


def test_what_a_merchant_writes_never_becomes_markup(app: Flask) -> None:
    write(app, Words.FAQ, "## <b>甲</b>\n- <script>alert(1)</script>\n<img src=x>")

    page = Phone(app).get("/shop/about/faq").text

    assert "<h2>&lt;b&gt;甲&lt;/b&gt;</h2>" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_an_order_keeps_the_terms_its_page_showed(app: Flask, phone: Phone) -> None:
    write(app, Words.AGREEMENT, "旧的约定")
    page = open_checkout(app, phone)

    submit(phone, page)

    with app.app_context():
        order = db.session.scalars(select(Order)).one()
        assert {row.body for row in list_accepted(order.id) if row.kind == Words.AGREEMENT} == {"旧的约定"}
        assert len(list_accepted(order.id)) == 2


def test_terms_that_change_meanwhile_are_shown_before_anything_is_ordered(app: Flask, phone: Phone) -> None:
    page = open_checkout(app, phone)
    write(app, Words.PRIVACY, "新的政策")

    answer = submit(phone, page)
    again = submit(phone, answer)

    assert answer.status_code == 409
    assert "隐私政策有更新" in answer.text
    assert again.status_code == 303


def test_name_notice_and_colour_are_the_merchants(app: Flask) -> None:
    with app.app_context():
        face = Face("山里<茶>", "今天不发货", "#8a3b12")
        keep_face(face, Face("Xiaopu"), actor="staff:1")

    page = Phone(app).get("/shop/")
    style = Phone(app).get("/shop/colour-8a3b12.css")

    assert "<title>山里&lt;茶&gt;</title>" in page.text
    assert "今天不发货" in page.text
    assert "/shop/colour-8a3b12.css" in page.text
    assert style.mimetype == "text/css"
    assert "--weui-BRAND: #8a3b12;" in style.text
    assert "immutable" in style.headers["Cache-Control"]


@pytest.mark.parametrize("colour", ["ffffff", "zzzzzz", "8a3b12;}", "8A3B"])
def test_only_readable_colours_have_a_style_sheet(app: Flask, colour: str) -> None:
    assert Phone(app).get(f"/shop/colour-{colour}.css").status_code == 404


def open_checkout(app: Flask, phone: Phone) -> TestResponse:
    with app.app_context():
        sku_id = make_sku().id
    return phone.get("/shop/checkout", sku=sku_id, quantity=1, t="a-token-that-is-long-enough")


def submit(phone: Phone, page: TestResponse) -> TestResponse:
    return phone.post("/shop/checkout", **{name: hidden(page, name) for name in CHECKOUT_FIELDS})
