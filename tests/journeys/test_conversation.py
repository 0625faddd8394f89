"""The story: a merchant writes what the account answers, a follower asks, buys, and the rule is credited."""

from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town


def test_a_rule_from_the_editor_answers_sells_and_is_credited(
    town: Town, phone: Phone, console: Console
) -> None:
    console.write_rule("出门喝茶", "路上", "路上也能好好喝茶", card="旅行茶具")
    console.page.get_by_role("link", name="去实验室试").click()
    expect(console.page.locator(".lab-answer")).to_contain_text("出门喝茶")

    phone.say("在路上喝什么好")
    phone.open_card()
    phone.expect_text("旅行茶具")
    phone.choose()
    phone.buy_now()
    phone.pick_address()
    phone.submit()
    phone.pay()
    phone.expect_text("支付成功")
    phone.part("webview-close").click()
    expect(phone.part("messages")).to_contain_text("路上也能好好喝茶")

    console.open("entrances/")
    row = console.row("出门喝茶")
    expect(row).to_contain_text("关键词")
    figures = row.locator("td.number").all_inner_texts()
    assert [text.split("\n")[-1].strip() for text in figures] == ["1", "1", "1", "1", "¥168.00"]
