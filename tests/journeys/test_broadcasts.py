"""A product to many, from the composer to three phones and back to the figures."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town


def test_a_merchant_writes_to_many_and_three_phones_show_who_got_it(
    town: Town,
    console: Console,
    take_phone: Callable[..., Phone],
    open_window: Callable[..., Page],
) -> None:
    buyer, unwilling, silent = (take_phone(open_window()) for _number in range(3))
    for phone in (buyer, unwilling):
        phone.say("你好")
        expect(phone.part("messages")).to_contain_text("你好")
    turn_off(unwilling)

    send_card(console, "周三上新", "旅行茶具")
    console.expect_words("已发完")
    expect(buyer.part("message-news-card").last).to_contain_text("旅行茶具")
    for phone in (unwilling, silent):
        expect(phone.part("message-news-card").filter(has_text="旅行茶具")).to_have_count(0)

    buyer.open_card()
    buyer.expect_text("旅行茶具")
    buyer.choose()
    buyer.buy_now()
    buyer.pick_address()
    buyer.submit()
    buyer.pay()
    town.wait_for(lambda: town.order_state(buyer.openid) == "paid", "the payment")

    console.open("broadcasts/results")
    figures = console.row("周三上新").locator("td.number").all_inner_texts()
    opened, _rate, paid = (text.split("\n")[-1].strip() for text in figures[1:4])
    assert (opened, paid) == ("1", "1")
    show_reasons(console, "周三上新")


def turn_off(phone: Phone) -> None:
    """He wants no messages of this kind, and goes back to the chat."""
    phone.visit("/shop/me")
    phone.web.get_by_role("switch", name="接收商品消息").click()
    phone.expect_text("不会再给您发商品消息")
    phone.part("webview-close").click()


def send_card(console: Console, name: str, title: str) -> None:
    """Compose, look, confirm."""
    console.open("broadcasts/new")
    page = console.page
    page.locator("#name").fill(name)
    page.locator("[name=way][value=card]").check()
    console.press("选择商品")
    page.locator("dialog[open] [data-search]").fill(title)
    page.locator("dialog[open] .pick:visible").filter(has_text=title).first.click()
    expect(page.locator(".cast-item-name")).to_contain_text(title)
    expect(page.locator(".phone-chat").first).to_contain_text(title)
    console.press("保存，去确认")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("button", name="确认发给").click()
    console.expect_words("已经开始")


def show_reasons(console: Console, name: str) -> None:
    """The page says why the others have none."""
    console.page.get_by_role("link", name=name).click()
    console.expect_words("没收到的原因")
    expect(console.page.locator(".cast-reasons")).to_contain_text("48 小时")
