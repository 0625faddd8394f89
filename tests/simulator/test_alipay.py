"""Alipay's door and cashier: what they refuse, and when a payment begins to exist."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from simulator.clock import BEIJING
from simulator.crypto import payments
from simulator.crypto.keys import make_private_key, read_private_key
from tests.simulator.box import Box
from tests.simulator.careful_shop import until

NUMBER = "SHOP20261121000020"
REFUSALS = {
    "another app": ({"app_id": "2021000000000001"}, "isv.invalid-app-id"),
    "old signature": ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
    "old time": ({"timestamp": "2020-01-01 00:00:00"}, "isv.invalid-timestamp"),
    "no version": ({"version": ""}, "isv.missing-version"),
    "no json": ({"biz_content": "{"}, "isv.invalid-parameter"),
}


def fields(box: Box, method: str, content: dict[str, Any], **changes: str) -> dict[str, str]:
    """A request as a careful shop signs it; `changes` come before the signature."""
    given = {
        "app_id": box.settings.alipay.app_id,
        "method": method,
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": datetime.fromtimestamp(time.time(), BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "version": "1.0",
        "biz_content": json.dumps(content, ensure_ascii=False),
        **changes,
    }
    return {**given, "sign": sign(box, given)}


def sign(box: Box, given: dict[str, str], *, stranger: bool = False) -> str:
    text = "&".join(f"{name}={given[name]}" for name in sorted(given) if given[name])
    key = make_private_key() if stranger else read_private_key(box.settings.alipay.app_key_file)
    return payments.sign(text.encode(), key)


def call(box: Box, given: dict[str, str]) -> dict[str, Any]:
    answer = requests.post(f"{box.base}/gateway.do?charset=utf-8", data=given, timeout=10)
    return json.loads(answer.text)[f"{given['method'].replace('.', '_')}_response"]


def query(box: Box) -> dict[str, Any]:
    return call(box, fields(box, "alipay.trade.query", {"out_trade_no": NUMBER}))


def address(box: Box, *, notify_url: str = "", **changes: Any) -> str:
    content = {
        "out_trade_no": NUMBER,
        "total_amount": "25.90",
        "subject": "茶",
        "product_code": "FAST_INSTANT_TRADE_PAY",
        **changes,
    }
    given = fields(box, "alipay.trade.page.pay", content, notify_url=notify_url)
    return f"{box.base}/gateway.do?{urlencode(given)}"


def cashier(box: Box, **changes: Any) -> str:
    return requests.get(address(box, **changes), timeout=10).url


def press(url: str, action: str, password: str = "") -> requests.Response:
    form = {"action": action, "password": password}
    return requests.post(url, data=form, timeout=10, allow_redirects=False)


@pytest.mark.parametrize(("changes", "code"), REFUSALS.values(), ids=list(REFUSALS))
def test_a_request_that_is_not_in_order_is_refused(box: Box, changes: dict[str, str], code: str) -> None:
    assert call(box, fields(box, "alipay.trade.query", {}, **changes))["sub_code"] == code


def test_an_unknown_method_is_refused(box: Box) -> None:
    assert call(box, fields(box, "alipay.trade.create", {}))["sub_code"] == "isv.invalid-method"


def test_a_strangers_signature_is_refused(box: Box) -> None:
    given = fields(box, "alipay.trade.query", {"out_trade_no": NUMBER})
    del given["sign"]

    answer = call(box, {**given, "sign": sign(box, given, stranger=True)})

    assert answer["sub_code"] == "isv.invalid-signature"


def test_a_payment_exists_once_its_buyer_has_logged_in(box: Box) -> None:
    url = cashier(box)
    before = query(box)
    press(url, "login")

    assert before["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert query(box)["trade_status"] == "WAIT_BUYER_PAY"


def test_a_wrong_password_pays_nothing_and_the_right_one_pays_once(box: Box) -> None:
    url = cashier(box)

    assert "支付密码错误" in press(url, "pay", "1").text
    assert query(box)["trade_status"] == "WAIT_BUYER_PAY"
    assert "支付成功" in press(url, "pay", "123456").text
    assert query(box)["trade_status"] == "TRADE_SUCCESS"
    assert "交易已被支付" in press(url, "pay", "123456").text
    assert "交易已被支付" in requests.get(address(box), timeout=10).text


def test_what_is_closed_is_paid_by_the_switch_alone(box: Box) -> None:
    url = cashier(box)
    press(url, "login")
    call(box, fields(box, "alipay.trade.close", {"out_trade_no": NUMBER}))

    assert "交易已经关闭" in press(url, "pay", "123456").text
    box.fault("alipay_late")
    assert "支付成功" in press(url, "pay", "123456").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total_amount": "25.9"}, "total_amount"),
        ({"total_amount": "0.00"}, "total_amount"),
        ({"subject": "a/b"}, "subject"),
        ({"product_code": "QUICK_WAP_WAY"}, "product_code"),
        ({"time_expire": "2020-01-01 00:00:00"}, "交易已超过付款时间"),
    ],
)
def test_a_page_that_is_asked_for_wrongly_says_what_is_wrong(
    box: Box, changes: dict[str, str], words: str
) -> None:
    assert words in requests.get(address(box, **changes), timeout=10).text


def test_wechats_browser_shows_no_page_of_alipays(box: Box) -> None:
    page = requests.get(address(box), headers={"User-Agent": "MicroMessenger/8"}, timeout=10)

    assert "请长按网址复制" in page.text
    assert box.get("alipay/trades") == {"trades": []}


def test_a_spoilt_notification_comes_again_as_it_should_be(box: Box) -> None:
    """Its address is this test's own: nothing that was under way to another one comes here."""
    url = cashier(box, notify_url=f"{box.settings.web_base}/spoilt/alipay")
    box.shop.answer = lambda received: "success" if b"total_amount=25.90" in received.body else "fail"
    box.fault("alipay_notify", "wrong_amount")

    press(url, "pay", "123456")
    box.shop.wait_for(1, "/spoilt/")
    until(lambda: box.get("jobs")["jobs"])  # the next try is planned
    box.pass_time(241)
    first, second = box.shop.wait_for(2, "/spoilt/")

    assert b"total_amount=925.90" in first.body
    assert b"total_amount=25.90" in second.body
