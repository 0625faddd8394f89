"""What a follower sees before the shop is released."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.core.db import db, transaction
from app.followers.models import Follower
from app.payments import opening
from app.payments.invitations import write_invitation
from app.payments.opening import PayOpening
from tests.factories import make_order, make_sku
from tests.fakes import FakeGateway
from tests.follower_phone import Phone
from tests.staff import make_hashes_quick, open_console


@pytest.fixture(autouse=True)
def never_released(app: Flask) -> Iterator[None]:
    """As a fresh shop is."""
    with app.app_context(), transaction() as session:
        session.execute(delete(PayOpening))
    yield


def test_a_visitor_may_look_and_is_told_kindly_before_the_checkout(app: Flask) -> None:
    phone = Phone(app).log_in()
    with app.app_context():
        sku_id = make_sku().id
    phone.post("/shop/cart/add", sku=sku_id, quantity=1)

    assert "本店准备开业中" in phone.get("/shop/").text
    assert "本店准备开业中" in phone.get("/shop/cart").text
    page = phone.get("/shop/checkout", t="a-token-that-is-long-enough")
    sent = phone.post("/shop/checkout", t="a-token-that-is-long-enough", item=f"{sku_id}:1")

    assert (page.status_code, sent.status_code) == (403, 403)
    assert "我们还没有开业" in page.text
    assert "我们还没有开业" in sent.text


def test_an_order_from_before_cannot_be_paid_by_any_door(app: Flask, gateway: FakeGateway) -> None:
    phone = Phone(app).log_in()
    with app.app_context():
        follower = db.session.scalars(select(Follower)).one()
        order_no = make_order(follower=follower).order_no

    page, tapped = phone.get(f"/shop/pay/{order_no}"), phone.post(f"/shop/api/pay/{order_no}")

    assert (page.status_code, tapped.status_code) == (403, 403)
    assert tapped.get_json()["code"] == "not_open"
    assert "还不能付款" in tapped.get_json()["message"]
    assert gateway.requests == []


def test_an_invited_follower_joins_by_a_tap_and_can_pay(app: Flask, gateway: FakeGateway) -> None:
    phone = Phone(app).log_in()
    word = write_invitation(app.config["SECRET_KEY"], actor="staff:1")

    assert "加入测试名单" in phone.get("/shop/test", k=word).text
    with app.app_context():
        assert opening.list_testers() == []  # opening the link alone changes nothing
    assert phone.post("/shop/test", k=word).status_code == 303

    assert "支付测试中" in phone.get("/shop/").text
    assert "您已经在名单上" in phone.get("/shop/test", k=word).text
    with app.app_context():
        order_no = make_order(follower=db.session.scalars(select(Follower)).one()).order_no
    assert phone.post(f"/shop/api/pay/{order_no}").status_code == 200


def test_a_forged_invitation_lets_nobody_in(app: Flask) -> None:
    phone = Phone(app).log_in()

    assert phone.get("/shop/test", k="forged").status_code == 409
    assert phone.post("/shop/test", k="forged").status_code == 409
    with app.app_context():
        assert opening.list_testers() == []


def test_the_console_lists_adds_invites_and_says_why_it_cannot_open(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_hashes_quick(monkeypatch)
    with app.app_context():
        make_order()
        follower_id = db.session.scalars(select(Follower.id)).one()
        with transaction():
            db.session.get_one(Follower, follower_id).remark = "巷口王婶"
    console = open_console(app)

    assert "还没有全部检查过" in console.text("/opening/")
    console.post("/opening/testers", follower=str(follower_id))
    page = console.text("/opening/?invite=1&q=王婶")
    console.post("/opening/release")

    assert "巷口王婶" in page
    assert "https://shop.example.cn/shop/test?k=" in page
    with app.app_context():
        assert not opening.is_released()
        assert opening.is_tester(follower_id)
