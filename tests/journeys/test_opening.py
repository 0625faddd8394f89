"""From a closed shop to an open one: the guide, the checks, a tester who pays, a visitor who cannot, the opening."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town


@pytest.fixture
def closed(console: Console) -> Console:
    """The owner has taken the opening back; whatever happens, the others find the shop open again."""
    console.open("opening/")
    console.press("收回开业")
    console.expect_words("现在只有名单里的人能付款")
    return console


def test_a_newcomer_is_led_to_the_opening(
    town: Town, closed: Console, take_phone: Callable[..., Phone], open_window: Callable[..., Page]
) -> None:
    tick_what_only_he_knows(closed)
    check_everything(closed)
    tester, stranger = take_phone(), take_phone(open_window())
    tester.visit(read_invitation(closed))
    tester.web.get_by_role("button", name="加入测试名单").click()
    tester.expect_text("您已加入支付测试名单")
    tester.part("webview-close").click()
    sku = town.find_sku("50g", "袋装")
    tester.go_to_checkout(sku)
    tester.pick_address()
    tester.submit()
    tester.pay()
    town.wait_for(lambda: town.order_state(tester.openid) == "paid", "the tester's payment")
    closed.open("guide/")
    expect(closed.page.get_by_role("heading", name="下一步：开业")).to_be_visible()
    stranger.visit(f"/shop/checkout?sku={sku}&quantity=1")
    stranger.expect_text("我们还没有开业")

    closed.open("opening/")
    closed.press("开业")
    closed.expect_words("开业了！现在每位粉丝都能付款。")
    stranger.part("webview-close").click()
    stranger.go_to_checkout(sku)


def tick_what_only_he_knows(console: Console) -> None:
    """The steps before there was a shop."""
    console.open("guide/")
    for name in ("服务号已经注册好了", "认证已经通过", "商户号开好了，也关联了服务号"):
        console.press(name)


def check_everything(console: Console) -> None:
    """Run the doctor and confirm what it cannot see."""
    console.open("doctor/")
    console.press("全部重新检查")
    expect(console.page.locator("[data-doctor]")).to_have_count(0)
    asked = console.page.locator("form[action*='/tick/'] button:not([value=off])")
    for left in reversed(range(asked.count())):
        asked.first.click()
        expect(asked).to_have_count(left)
    expect(console.page.locator(".doctor-counts")).to_contain_text("不通 0")


def read_invitation(console: Console) -> str:
    """The path that the invitation's code holds."""
    console.open("opening/?invite=1")
    link = urlsplit(console.page.locator("[data-invitation]").inner_text())
    assert link.path == "/shop/test"
    return f"{link.path}?{link.query}"
