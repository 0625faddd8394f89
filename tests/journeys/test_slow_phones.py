"""The story: a slow phone and a weak network. What is seen can be tapped, whether its script has come or not."""

import re

from playwright.sync_api import Locator, Route, expect

from tests.journeys.phone import Phone
from tests.journeys.town import Town

KEPT = re.compile(r"\bis-kept\b")
PRODUCT = "/shop/p/longjing"


def hold(phone: Phone, script: str) -> list[Route]:
    """Let this script of the next page be under way for long."""
    held: list[Route] = []
    phone.page.unroute_all()
    phone.page.route(f"**/shop/static/{script}?*", lambda route: held.append(route))
    return held


def go(phone: Phone, path: str) -> None:
    """Follow a link to another page of the shop."""
    phone.web.locator("body").evaluate("(_, path) => { location.href = path; }", path)


def tap_early(button: Locator, held: list[Route]) -> None:
    """Tap before the script is there; the tap is seen at once."""
    button.click()
    expect(button).to_have_class(KEPT)
    for route in held:
        route.continue_()


def test_a_tap_before_the_options_can_open_opens_them(phone: Phone) -> None:
    held = hold(phone, "options.js")
    phone.visit(PRODUCT)

    tap_early(phone.web.get_by_role("button", name="立即购买"), held)

    expect(phone.web.get_by_label("50g", exact=True)).to_be_visible()


def test_scripts_that_a_weak_network_lost_are_fetched_at_the_next_tap(phone: Phone) -> None:
    phone.page.route("**/shop/static/options.js?*", lambda route: route.abort())
    phone.visit(PRODUCT)
    buy = phone.web.get_by_role("button", name="立即购买")
    buy.click()
    expect(phone.web.get_by_text("网络不太好，请再试一次")).to_be_visible()

    phone.page.unroute_all()
    buy.click()

    expect(phone.web.get_by_label("50g", exact=True)).to_be_visible()


def test_no_tap_on_the_way_to_a_paid_order_is_lost(town: Town, phone: Phone) -> None:
    held = hold(phone, "gallery.js")
    phone.visit(PRODUCT)
    tap_early(phone.web.locator(".gallery__picture").first, held)
    phone.part("preview-close").click()

    held = hold(phone, "address_book.js")
    go(phone, f"/shop/checkout?sku={town.find_sku('50g', '袋装')}&quantity=1")
    tap_early(phone.web.locator(".address"), held)
    phone.part("address-0").click()
    expect(phone.web.locator(".address__who")).to_be_visible()

    held = hold(phone, "pay.js")
    phone.web.get_by_role("button", name="提交订单").click()
    tap_early(phone.web.locator("[data-pay-button]"), held)
    expect(phone.part("pay-sheet")).to_have_count(1)
    phone.pay()
    phone.expect_text("我们会尽快发货")

    phone.web.get_by_role("link", name="查看订单").click()
    phone.expect_text("待发货")
    held = hold(phone, "result.js")
    order_no = town.query("SELECT order_no FROM orders ORDER BY id DESC LIMIT 1")[0][0]
    go(phone, f"/shop/result/{order_no}")
    tap_early(phone.web.get_by_role("link", name="返回公众号"), held)
    expect(phone.part("webview")).to_have_count(0)


def test_no_order_is_cancelled_before_it_was_asked(town: Town, phone: Phone) -> None:
    phone.go_to_checkout(town.find_sku("50g", "袋装"))
    phone.pick_address()
    phone.submit()
    phone.part("pay-cancel").click()
    held = hold(phone, "action_sheet.js")
    phone.web.get_by_role("link", name="查看订单").click()

    tap_early(phone.web.get_by_role("button", name="取消订单"), held)

    expect(phone.web.get_by_role("alertdialog")).to_be_visible()
    assert town.order_state(phone.openid) == "unpaid"


def test_a_pasted_address_is_read_when_the_script_has_come(phone: Phone) -> None:
    held = hold(phone, "address_form.js")
    phone.visit("/shop/addresses/new")
    phone.web.get_by_label("粘贴整段地址").fill("王小茶 13800001234 福建省厦门市思明区湖滨南路88号")

    tap_early(phone.web.get_by_role("button", name="识别"), held)

    expect(phone.web.get_by_label("收货人")).to_have_value("王小茶")
