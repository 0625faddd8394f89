"""An order is paid away from the buyer's own phone: at the desk by a code, elsewhere by a link."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"


def order_without_paying(phone: Phone, town: Town) -> str:
    """Leave the pay sheet; returns the order's number."""
    phone.go_to_pay_sheet("125g", "罐装")
    phone.part("pay-cancel").click()
    phone.expect_text("还没有付款")
    return str(town.query("SELECT order_no FROM orders ORDER BY id DESC LIMIT 1")[0][0])


def copy_link(phone: Phone, town: Town) -> str:
    """The link by which somebody else pays a new order."""
    order_without_paying(phone, town)
    phone.web.get_by_role("link", name="继续支付").click()
    phone.part("pay-cancel").click()
    phone.web.get_by_role("link", name="继续支付").click()
    link = phone.web.locator("[data-copy]").get_attribute("data-copy")
    assert link
    return link


def test_whoever_scans_the_code_on_the_merchants_screen_pays(
    town: Town,
    console: Console,
    take_phone: Callable[..., Phone],
    open_window: Callable[..., Page],
    tmp_path: Path,
) -> None:
    order_no = order_without_paying(take_phone(), town)
    console.open(f"orders/{order_no}")
    console.press("收款码")
    console.page.locator(".collect-code").screenshot(path=tmp_path / "code.png")

    friend = take_phone(open_window())
    friend.part("chat-plus").click()
    friend.scan_picture("plus-scan", tmp_path / "code.png")
    expect(friend.part("pay-amount").first).to_have_text("¥318.00")
    friend.pay()

    console.expect_words("到账 ¥318.00")
    expect(console.page).to_have_url(f"{console.url}/console/orders/{order_no}")


def test_a_link_is_paid_in_a_phones_own_browser_and_comes_back(
    town: Town, phone: Phone, browser: Browser
) -> None:
    link = copy_link(phone, town)
    context = browser.new_context(user_agent=IPHONE, locale="zh-CN", viewport={"width": 375, "height": 780})
    page = context.new_page()

    page.goto(link)
    page.get_by_role("button", name="打开微信付款").click()
    page.get_by_label("支付密码").fill("123456")
    page.get_by_role("button", name="确认付款").click()

    expect(page.get_by_text("已经付好了").or_(page.get_by_role("link", name="我已支付"))).to_be_visible()
    if page.get_by_role("link", name="我已支付").is_visible():  # back before the notification
        page.get_by_role("link", name="我已支付").click()
    expect(page.get_by_text("已经付好了")).to_be_visible()
    assert town.order_state(phone.openid) == "paid"
    context.close()


def test_a_link_is_paid_on_a_computer_by_alipay_and_the_code_beside_it_ends(
    town: Town, phone: Phone, browser: Browser
) -> None:
    link = copy_link(phone, town)
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    page = context.new_page()

    page.goto(link)
    expect(page.get_by_alt_text("付款二维码")).to_be_visible()
    page.get_by_role("button", name="用支付宝付款").click()
    page.get_by_role("button", name="登录支付宝").click()
    page.get_by_label("支付密码").fill("123456")
    page.get_by_role("button", name="确认付款").click()

    expect(page.get_by_text("已经付好了")).to_be_visible()
    assert town.order_state(phone.openid) == "paid"
    code = "SELECT a.state FROM payment_attempts a WHERE a.way = 'native' ORDER BY a.id DESC LIMIT 1"
    town.wait_for(lambda: town.query(code) == [("closed",)], "WeChat's code is closed")
    context.close()
