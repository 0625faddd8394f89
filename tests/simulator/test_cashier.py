"""The cashier: the checks of the page, the password, paying late and from outside."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest
import requests

from tests.simulator.box import Box
from tests.simulator.careful_shop import NOTIFY, verify
from tests.simulator.fake_shop import FakeShop

NUMBER = "SHOP20261121000017"


def open_sheet(box: Box, params: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given = {"openid": box.somebody(), "url": f"{box.settings.web_base}/shop/pay/1?a=b", "params": params}
    return box.post("bridge/prepay", **{**given, **changes})


def test_a_right_request_opens_the_sheet(box: Box) -> None:
    answer = open_sheet(box, box.page_params(box.place()))

    assert answer["ok"], answer
    assert answer["order"]["amount_fen"] == 2590
    assert answer["order"]["merchant"] == "小铺"


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"paySign": ""}, "六个参数齐全"),
        ({"timeStamp": int(time.time())}, "都是字符串"),
        ({"appId": "wx0000000000000000"}, "appId"),
        ({"signType": "MD5"}, "signType"),
        ({"timeStamp": "1795227302000"}, "timeStamp 是秒"),
        ({"paySign": "AAAA"}, "paySign"),
        ({"package": "prepay_id=wx0"}, "prepay_id"),
        ({"package": "wx0"}, "prepay_id"),
    ],
)
def test_a_wrong_request_is_refused_and_named(box: Box, changes: dict[str, Any], check: str) -> None:
    answer = open_sheet(box, box.page_params(box.place(), **changes))

    assert not answer["ok"]
    assert answer["err_msg"] == "get_brand_wcpay_request:fail"
    assert answer["err_desc"]
    assert [row["check"] for row in answer["verdicts"] if row["ok"] is False] == [check]


def test_a_page_elsewhere_may_not_pay(box: Box) -> None:
    answer = open_sheet(box, box.page_params(box.place()), url="https://evil.example/shop/pay")

    assert answer["err_desc"].startswith("当前页面的URL未注册")


def test_only_who_ordered_may_pay(box: Box) -> None:
    params = box.page_params(box.place())

    answer = open_sheet(box, params, openid=box.somebody(1))

    assert "不一致" in answer["err_desc"]


def test_a_prepay_id_lives_two_hours(box: Box) -> None:
    params = box.page_params(box.place())
    box.pass_time(7201)

    assert "过期" in open_sheet(box, params)["err_desc"]
    assert open_sheet(box, box.page_params(box.place()))["ok"]


def test_the_password_decides_and_a_wrong_one_keeps_the_sheet(box: Box) -> None:
    prepay_id = box.place()

    wrong = box.pay(prepay_id, password="000000")
    right = box.pay(prepay_id)

    assert (wrong["retry"], wrong["error"]) == (True, "支付密码错误，请重试")
    assert right == {"err_msg": "get_brand_wcpay_request:ok"}
    assert "已支付" in box.pay(prepay_id)["err_desc"]


@pytest.mark.parametrize("action", ["cancel", "fail"])
def test_a_cancelled_or_failed_payment_moves_nothing(box: Box, shop: FakeShop, action: str) -> None:
    answer = box.pay(box.place(), action=action)

    assert answer["err_msg"] == f"get_brand_wcpay_request:{action}"
    assert box.order_state()["state"] == "NOTPAY"
    assert box.get("jobs")["jobs"] == []


def test_paying_leaves_a_card_in_the_chat(box: Box) -> None:
    box.pay(box.place())

    card = box.chat()[-1]
    assert (card["kind"], card["via"], card["amount_fen"]) == ("payment", "pay", 2590)
    assert card["transaction_id"] == box.order_state()["transaction_id"]


def test_a_closed_order_is_paid_only_by_the_switch_or_from_outside(box: Box, shop: FakeShop) -> None:
    prepay_id = box.place()
    assert box.close(NUMBER).status_code == 204
    assert "已关闭" in box.pay(prepay_id)["err_desc"]

    box.fault("pay_late")

    assert box.pay(prepay_id)["err_msg"].endswith(":ok")
    assert verify(box, shop.wait_for(1, NOTIFY)[0])["resource"]["trade_state"] == "SUCCESS"


def test_an_order_can_be_paid_from_outside_even_when_expired(box: Box, shop: FakeShop) -> None:
    box.place()
    box.pass_time(8 * 86_400)

    answer = box.post(f"orders/{NUMBER}/pay")

    assert answer["state"] == "SUCCESS"
    shop.wait_for(1, NOTIFY)
    again = requests.post(f"{box.base}/sim/api/orders/{NUMBER}/pay", timeout=5)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("amount", "paid", "notifications"), [(130, True, 0), (131, False, 0), (132, True, 2), (133, True, 1)]
)
def test_the_amount_can_choose_the_case(
    box: Box, shop: FakeShop, amount: int, paid: bool, notifications: int
) -> None:
    box.fault("pay_by_amount", "always")

    answer = box.pay(box.place(amount={"total": amount}))

    assert answer["err_msg"].endswith(":ok") == paid
    shop.wait_for(notifications, NOTIFY)
    time.sleep(0.6 if notifications == 0 else 0.1)
    assert len(shop.to(NOTIFY)) == notifications


@pytest.mark.parametrize(
    ("page", "allowed"),
    [
        ("https://shop.example.com/pay/x.html?a=b#c", True),
        ("https://shop.example.com/pay/sub/x.html", False),
        ("https://shop.example.com/x.html", False),
        ("http://shop.example.com/pay/x.html", False),
        ("https://other.example.com/any/where", True),
        ("http://other.example.com/", False),
    ],
)
def test_a_payment_directory_lets_its_own_pages_pay(
    box: Box, monkeypatch: pytest.MonkeyPatch, page: str, allowed: bool
) -> None:
    directories = ("https://shop.example.com/pay/", "https://other.example.com/")
    monkeypatch.setattr(
        box.engine, "settings", dataclasses.replace(box.settings, pay_directories=directories)
    )

    assert open_sheet(box, box.page_params(box.place()), url=page)["ok"] == allowed
