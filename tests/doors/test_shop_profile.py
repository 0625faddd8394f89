"""「我的」: a follower's own page, and the nickname and avatar he gives and takes back."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.broadcasts.opt_outs import is_opted_out
from app.core.db import db
from app.core.errors import PlatformUnreachable
from app.core.outbox import OutboxJob
from app.followers.models import Follower
from app.wechat.oauth import Visitor, VisitorProfile
from tests.factories import make_follower
from tests.follower_phone import SAFARI, Phone, state_of

Advance = Callable[[timedelta], None]


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app).log_in()


def profile(nickname: str = "茶友小王") -> Callable[[Visitor], VisitorProfile]:
    """What WeChat says once he has agreed."""
    return lambda visitor: VisitorProfile(nickname, "https://thirdwx.qlogo.cn/mmopen/a/132", "oUnion")


def agree(phone: Phone, answer: object = None, *, openid: str = "", **visitor: bool) -> TestResponse:
    """Tap, agree, come back; the page after it."""
    phone.oauth.fetch_profile = answer or profile()  # type: ignore[attr-defined]
    sent_off = phone.post("/shop/me/profile")
    code = phone.oauth.issue(openid or phone.openid, **visitor)
    phone.get("/shop/me/profile/callback", code=code, state=state_of(sent_off))
    return phone.get("/shop/me")


def follower(app: Flask) -> Follower:
    with app.app_context():
        return db.session.scalars(select(Follower)).one()


def test_the_page_leads_to_orders_and_addresses(phone: Phone) -> None:
    page = phone.get("/shop/me").text

    for words in ("/shop/orders", "/shop/addresses", "待付款", "使用微信昵称和头像"):
        assert words in page


def test_wechat_is_asked_for_the_name_only_after_a_tap(app: Flask, phone: Phone) -> None:
    assert phone.get("/shop/me").status_code == 200
    assert follower(app).nickname == ""

    sent_off = phone.post("/shop/me/profile")

    query = parse_qs(urlsplit(sent_off.location).query)
    assert query["scope"] == ["snsapi_userinfo"]
    assert query["redirect_uri"] == ["https://shop.example.cn/shop/me/profile/callback"]


def test_who_agrees_is_called_by_his_name(app: Flask, phone: Phone) -> None:
    page = agree(phone)

    assert "昵称和头像已更新" in page.text
    row = follower(app)
    assert (row.nickname, row.unionid) == ("茶友小王", "oUnion")
    with app.app_context():
        assert "fetch_avatar" in db.session.scalars(select(OutboxJob.kind)).all()


def test_who_takes_it_back_has_no_name_again(app: Flask, phone: Phone) -> None:
    agree(phone)

    phone.post("/shop/me/profile/forget")

    assert "昵称和头像已删除" in phone.get("/shop/me").text
    assert (follower(app).nickname, follower(app).avatar_url) == ("", "")


def test_a_snapshot_visitor_gives_nothing(app: Flask, phone: Phone) -> None:
    page = agree(phone, openid="oVirtual_0000000000000000001", is_snapshot=True)

    assert "使用完整服务" in page.text
    assert follower(app).nickname == ""


def test_another_account_gives_nothing(app: Flask, phone: Phone) -> None:
    page = agree(phone, openid="oTeaShop_0000000000000000002")

    assert "另一个账号" in page.text
    assert follower(app).nickname == ""


def test_wechat_out_of_reach_changes_nothing(app: Flask, phone: Phone) -> None:
    def fail(_visitor: Visitor) -> VisitorProfile:
        raise PlatformUnreachable(-1001, "down")

    page = agree(phone, fail)

    assert "微信没有给出昵称和头像" in page.text
    assert follower(app).nickname == ""


@pytest.mark.parametrize("state", ["", "x", "茶"])
def test_an_answer_nobody_asked_for_is_ignored(app: Flask, phone: Phone, state: str) -> None:
    phone.oauth.fetch_profile = profile()  # type: ignore[attr-defined]
    phone.post("/shop/me/profile")

    answer = phone.get("/shop/me/profile/callback", code=phone.oauth.issue(phone.openid), state=state)

    assert answer.location.endswith("/shop/me")
    assert follower(app).nickname == ""


def test_an_answer_works_once(app: Flask, phone: Phone) -> None:
    phone.oauth.fetch_profile = profile()  # type: ignore[attr-defined]
    state = state_of(phone.post("/shop/me/profile"))
    phone.get("/shop/me/profile/callback", code=phone.oauth.issue(phone.openid), state=state)
    phone.post("/shop/me/profile/forget")

    phone.get("/shop/me/profile/callback", code=phone.oauth.issue(phone.openid), state=state)

    assert follower(app).nickname == ""


@pytest.mark.parametrize("name", ["<b>黑客</b>", "\u202eabc", "🎉" * 1000, "{{ 7*7 }}"])
def test_a_hostile_name_is_text(phone: Phone, name: str) -> None:
    page = agree(phone, profile(name)).text

    assert "<b>黑客" not in page
    assert "\u202e" not in page
    assert ">49<" not in page


def test_a_stranger_is_told_to_open_it_in_wechat(app: Flask) -> None:
    assert Phone(app, agent=SAFARI).get("/shop/me").status_code == 403


def test_product_messages_are_turned_off_and_on_for_him_alone(app: Flask, phone: Phone) -> None:
    with app.app_context():
        other = make_follower("oTeaShop_9999999999999999999").id
        mine = db.session.scalars(select(Follower.id).where(Follower.openid == phone.openid)).one()

    phone.post("/shop/me/product-messages", on="0")
    with app.app_context():
        assert (is_opted_out(mine), is_opted_out(other)) == (True, False)
    assert 'aria-checked="false"' in phone.get("/shop/me").text

    phone.post("/shop/me/product-messages", on="1")
    assert 'aria-checked="true"' in phone.get("/shop/me").text
