"""The pay sheet: the password, the tick page, and every other way out."""

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.simulator.phone.conftest import Phone


def open_sheet(phone: Phone, button: str = "#pay") -> None:
    phone.browse(f"/shop/one?openid={phone.box.openids[0]}")
    expect(phone.web.locator("#state")).to_have_text("ready")
    phone.web.locator(button).click()
    expect(phone.part("pay-amount")).to_have_text("¥88.00")


def come_from_the_app(phone: Phone, **changes: Any) -> None:
    given = phone.box.shop.app_order() | {"openid": phone.box.openids[1]} | changes
    phone.page.goto(f"{phone.box.base}/?{urlencode(given)}")


def type_password(phone: Phone, digits: str) -> None:
    for digit in digits:
        phone.tap(f"pay-key-{digit}")


@pytest.mark.parametrize(
    ("button", "key", "expected"),
    [("#pay", "errMsg", "chooseWXPay:ok"), ("#raw-pay", "err_msg", "get_brand_wcpay_request:ok")],
    ids=["through the JS-SDK", "straight on the bridge"],
)
def test_paying_with_the_right_password_ends_on_the_tick_page(
    phone: Phone, button: str, key: str, expected: str
) -> None:
    open_sheet(phone, button)

    type_password(phone, "123456")
    phone.tap("pay-done")

    assert phone.result()[key] == expected
    assert phone.box.get("orders")["orders"][0]["state"] == "SUCCESS"


def test_a_wrong_password_says_so_and_lets_one_try_again(phone: Phone) -> None:
    open_sheet(phone)

    type_password(phone, "111111")

    expect(phone.part("pay-hint")).to_contain_text("密码错误")
    assert phone.box.get("orders")["orders"][0]["state"] == "NOTPAY"
    phone.page.keyboard.type("123456")
    expect(phone.part("pay-success")).to_be_visible()


def test_closing_the_sheet_is_a_cancel_and_pays_nothing(phone: Phone) -> None:
    open_sheet(phone)

    phone.tap("pay-cancel")

    assert phone.result()["errMsg"] == "chooseWXPay:cancel"
    assert phone.box.get("orders")["orders"][0]["state"] == "NOTPAY"


def test_an_order_of_somebody_else_is_refused_in_words(phone: Phone) -> None:
    phone.browse(f"/shop/one?openid={phone.box.openids[1]}")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.web.locator("#raw-pay").click()
    expect(phone.part("dialog")).to_contain_text("当前用户与下单用户不一致")
    phone.tap("dialog-confirm")

    assert phone.result()["err_msg"] == "get_brand_wcpay_request:fail"


def test_the_lab_shows_the_order_and_can_notify_again(phone: Phone) -> None:
    open_sheet(phone)
    type_password(phone, "123456")
    phone.tap("pay-done")
    phone.tap("lab-tab-orders")
    expect(phone.part("order-card")).to_contain_text("第 1 次")
    before = phone.box.shop.notifications

    phone.tap("order-notify")

    expect(phone.part("order-card").locator("li")).to_have_count(2)
    assert phone.box.shop.notifications == before + 1


def test_the_merchants_app_opens_the_sheet_and_is_told_how_it_ended(phone: Phone) -> None:
    come_from_the_app(phone)
    expect(phone.part("pay-amount")).to_have_text("¥88.00")
    type_password(phone, "123456")
    phone.tap("pay-done")

    expect(phone.part("dialog")).to_contain_text("errCode 0")
    phone.tap("dialog-confirm")
    order = phone.box.get("orders")["orders"][0]
    assert (order["state"], order["trade_type"], order["openid"]) == ("SUCCESS", "APP", phone.box.openids[1])
    assert phone.page.url == f"{phone.box.base}/"


def test_going_back_to_the_app_without_paying_is_a_cancel(phone: Phone) -> None:
    come_from_the_app(phone)
    phone.tap("pay-cancel")

    expect(phone.part("dialog")).to_contain_text("errCode -2")
    assert phone.box.get("orders")["orders"][0]["state"] == "NOTPAY"


def test_a_pay_req_of_the_app_that_is_wrong_opens_no_sheet(phone: Phone) -> None:
    come_from_the_app(phone, sign="AAAA")
    expect(phone.part("dialog")).to_contain_text("签名失败")
    phone.tap("dialog-confirm")

    expect(phone.part("dialog")).to_contain_text("errCode -1")
    expect(phone.part("pay-sheet")).to_have_count(0)
