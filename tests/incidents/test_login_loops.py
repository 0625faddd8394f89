"""A code that is used, lost or refused never sends a phone round in circles."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.db import db
from app.followers.models import Follower
from tests.follower_phone import BASE, Phone

MOST_REDIRECTS = 8


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app)


def walk(phone: Phone, path: str, code: str, *, with_cookies: bool = True) -> tuple[TestResponse, int]:
    """Follow redirects as a phone does, WeChat always answering with `code`; how often WeChat was visited."""
    answer, visits = phone.get(path), 0
    for _ in range(MOST_REDIRECTS):
        if answer.status_code not in (302, 303):
            return answer, visits
        if not with_cookies:
            phone.client.delete_cookie("xiaopu_follower", domain="shop.example.cn", path="/shop")
        if answer.location.startswith("https://open.example/"):
            visits += 1
            answer = phone.come_back(answer, code=code)
        else:
            answer = phone.get(answer.location)
    raise AssertionError("the phone goes round in circles")


def test_the_back_button_on_a_used_code_goes_on_with_the_session(phone: Phone) -> None:
    sent_off = phone.get("/shop/login", to="/shop/addresses")
    code = phone.oauth.issue(phone.openid)
    phone.come_back(sent_off, code=code)

    again = phone.come_back(sent_off, code=code)

    assert again.location == "/shop/addresses"
    assert phone.get(again.location).status_code == 200


def test_a_code_that_somebody_opened_before_starts_over_once(phone: Phone) -> None:
    code = phone.oauth.issue(phone.openid)
    phone.oauth.used.add(code)
    sent_off = phone.get("/shop/login", to="/shop/orders")

    second = phone.come_back(sent_off, code=code)
    answer = phone.come_back(second)

    assert answer.location == "/shop/orders"
    assert phone.get("/shop/orders").status_code == 200


@pytest.mark.parametrize("code", ["never-issued", "", "../x", "a" * 600])
def test_a_bad_code_ends_on_a_page_for_people_after_two_visits(phone: Phone, code: str) -> None:
    page, visits = walk(phone, "/shop/orders", code or "%20")

    assert (page.status_code, visits) == (400, 2)
    assert "没能登录" in page.text
    assert "/shop/login?to=/shop/orders" in page.text


def test_a_phone_that_keeps_no_cookies_ends_there_too(app: Flask, phone: Phone) -> None:
    code = phone.oauth.issue(phone.openid)

    page, visits = walk(phone, "/shop/orders", code, with_cookies=False)

    assert (page.status_code, visits) == (400, 2)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Follower)) == 0


def test_a_callback_out_of_nowhere_starts_one_login_and_no_more(phone: Phone) -> None:
    made_up = f"{BASE}/shop/login/callback?code=x&state=3abc"

    assert phone.get(made_up).status_code == 400


def test_wechat_not_answering_is_told_with_a_way_to_try_again(phone: Phone) -> None:
    sent_off = phone.get("/shop/login", to="/shop/orders")
    phone.oauth.is_down = True

    page = phone.come_back(sent_off)

    assert page.status_code == 503
    assert "再试一次" in page.text
    phone.oauth.is_down = False
    assert phone.log_in().get("/shop/orders").status_code == 200


def test_trying_again_by_hand_works_after_the_page_for_people(phone: Phone) -> None:
    walk(phone, "/shop/orders", "never-issued")

    assert phone.log_in().get("/shop/orders").status_code == 200


def test_the_code_does_not_stay_in_the_address(phone: Phone) -> None:
    answer = phone.come_back(phone.get("/shop/login", to="/shop/orders"))

    assert "code=" not in answer.location
    assert "state=" not in answer.location
