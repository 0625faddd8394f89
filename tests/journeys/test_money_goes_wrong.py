"""Every way a payment notification can go wrong, played in the phone: the buyer ends at the truth."""

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.journeys.phone import Phone
from tests.journeys.town import Town

OpenWindow = Callable[..., Page]


def go_to_pay_sheet(town: Town, phone: Phone) -> None:
    """As a follower does who opens a link to the checkout; the way through the chat is another story."""
    phone.go_to_checkout(town.find_sku("50g", "袋装"))
    phone.pick_address()
    phone.submit()


def order(town: Town, phone: Phone) -> None:
    """The same where the sheet need not come."""
    phone.go_to_checkout(town.find_sku("50g", "袋装"))
    phone.pick_address()
    phone.web.get_by_role("button", name="提交订单").click()


def verdicts(town: Town, openid: str) -> list[str]:
    """What the shop thought of the notifications for this follower's payment."""
    rows = town.query(
        "SELECT n.verdict FROM payment_notifications n JOIN payment_attempts a ON a.out_trade_no = n.out_trade_no"
        " WHERE a.openid = ? ORDER BY n.id",
        openid,
    )
    return [row[0] for row in rows]


def paid_notices(town: Town, openid: str) -> int:
    """How often the buyer was told."""
    rows = town.query(
        "SELECT count(*) FROM notices n JOIN orders o ON o.id = n.order_id JOIN followers f ON f.id = o.follower_id"
        " WHERE f.openid = ? AND n.kind = 'paid'",
        openid,
    )
    return int(rows[0][0])


@pytest.mark.parametrize(
    "fault", ["notify_lost", "notify_forged", "notify_old", "notify_probe", "notify_wrong_key"]
)
def test_the_waiting_page_finds_out_when_no_genuine_notification_comes(
    town: Town, phone: Phone, fault: str
) -> None:
    town.fault(fault, "always")
    go_to_pay_sheet(town, phone)

    phone.pay()

    phone.expect_text("支付成功")
    assert town.order_state(phone.openid) == "paid"
    assert "applied" not in verdicts(town, phone.openid)


def test_without_any_page_the_sweeper_finds_out(town: Town, phone: Phone) -> None:
    town.fault("notify_lost", "always")
    go_to_pay_sheet(town, phone)
    phone.type_password()
    expect(phone.part("pay-done")).to_be_visible()
    phone.page.close()  # the buyer puts the phone away

    town.wait_for(lambda: town.order_state(phone.openid) == "paid", "the order paid by the sweeper")


@pytest.mark.parametrize("fault", ["notify_twice", "notify_twin"])
def test_a_doubled_notification_pays_once_and_tells_once(town: Town, phone: Phone, fault: str) -> None:
    town.fault(fault, "always")
    go_to_pay_sheet(town, phone)

    phone.pay()

    phone.expect_text("支付成功")
    town.wait_for(lambda: len(verdicts(town, phone.openid)) == 2, "both notifications")
    assert set(verdicts(town, phone.openid)) <= {"applied", "repeated"}
    town.wait_for(lambda: paid_notices(town, phone.openid) == 1, "the notice")


@pytest.mark.parametrize("moment", ["order", "browser"])
def test_a_notification_that_is_faster_than_everything_else_counts(
    town: Town, phone: Phone, moment: str
) -> None:
    town.fault("notify_early", moment)
    order(town, phone)
    if moment == "browser":
        phone.pay()
        phone.expect_text("支付成功")

    town.wait_for(lambda: town.order_state(phone.openid) == "paid", "the order paid")
    town.wait_for(lambda: bool(verdicts(town, phone.openid)), "the notification judged")
    assert set(verdicts(town, phone.openid)) <= {"applied", "repeated"}


@pytest.mark.parametrize(
    "fault", ["notify_wrong_amount", "notify_wrong_mchid", "notify_wrong_appid", "notify_wrong_openid"]
)
def test_a_genuine_notification_that_differs_is_not_believed_but_the_query_is(
    town: Town, phone: Phone, fault: str
) -> None:
    town.fault(fault, "always")
    go_to_pay_sheet(town, phone)

    phone.pay()

    phone.expect_text("支付成功")
    town.wait_for(lambda: "mismatch" in verdicts(town, phone.openid), "the notification judged")
    town.wait_for(
        lambda: bool(town.query("SELECT 1 FROM alerts WHERE kind LIKE 'mismatch%' LIMIT 1")),
        "an alert for a person",
    )


def test_money_after_closing_revives_the_order_while_there_is_stock(
    town: Town, phone: Phone, open_window: OpenWindow
) -> None:
    town.fault("pay_late", "always")
    go_to_pay_sheet(town, phone)
    cancel_elsewhere(town, phone, open_window)
    assert town.order_state(phone.openid) == "cancelled"

    phone.type_password()  # WeChat still lets this one through

    town.wait_for(lambda: town.order_state(phone.openid) == "paid", "the order revived")
    phone.part("pay-done").click()
    phone.expect_text("支付成功")


@pytest.mark.parametrize("fault", ["pay_500", "pay_timeout", "pay_reset", "pay_unsigned", "pay_probe"])
def test_an_order_call_whose_answer_is_lost_is_made_good_by_pressing_again(
    town: Town, phone: Phone, fault: str
) -> None:
    town.fault(fault, "once", only="/jsapi")  # not for a sweep of another order
    order(town, phone)
    phone.web.locator(".pay__trouble:not([hidden])").wait_for()

    phone.web.locator("[data-pay-button]").click()
    phone.pay()

    phone.expect_text("支付成功")
    numbers = town.query("SELECT count(*) FROM payment_attempts WHERE openid = ?", phone.openid)
    assert numbers == [(1,)]


def test_a_worker_killed_in_the_middle_loses_no_notice(town: Town, phone: Phone) -> None:
    go_to_pay_sheet(town, phone)
    town.kill_worker()
    phone.pay()
    phone.expect_text("支付成功")
    assert paid_notices(town, phone.openid) == 0

    town.restart_worker()

    expect(phone.part("messages")).to_contain_text("支付成功，我们已开始备货", timeout=30_000)


def cancel_elsewhere(town: Town, phone: Phone, open_window: OpenWindow) -> None:
    """The same follower cancels the order in a second web view."""
    order_no = town.query("SELECT order_no FROM orders ORDER BY id DESC LIMIT 1")[0][0]
    page = open_window(375, 812)
    page.goto(f"{town.settings.web_url}/__wechat__/enter?openid={phone.openid}&url=/shop/orders/{order_no}")
    form = page.locator(f"form[action$='/shop/orders/{order_no}/cancel']")
    form.evaluate("form => form.submit()")
    expect(page.get_by_text("已取消").or_(page.get_by_text("已关闭")).first).to_be_visible()


def test_the_shop_takes_nothing_without_a_signature(town: Town) -> None:
    answer = requests.post(f"{town.settings.shop_url}/pay/notify/wechatpay_v3", json={"a": 1}, timeout=10)

    assert answer.status_code == 401
