"""The story: a merchant writes what the account answers, a follower asks, buys, and the rule is credited."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

ANSWERED_BY = "SELECT answered_by FROM messages WHERE direction = 'in' AND kind = 'text' AND openid = ?"


def test_a_rule_from_the_editor_answers_sells_and_is_credited(
    town: Town, phone: Phone, console: Console
) -> None:
    console.write_rule("出门喝茶", "路上", "路上也能好好喝茶 🍵", card="旅行茶具", picture=draw_picture())
    rule = town.query("SELECT id FROM keyword_rules WHERE name = '出门喝茶'")[0][0]
    console.page.get_by_role("link", name="去实验室试").click()
    expect(console.page.locator(".lab-answer")).to_contain_text("出门喝茶")

    phone.say("在路上喝什么好")
    expect(phone.part("message-news-card").last).to_contain_text("旅行茶具")
    expect(phone.part("messages").get_by_role("img", name="图片", exact=True)).to_be_visible()
    expect(phone.part("messages")).to_contain_text("路上也能好好喝茶 🍵")
    assert town.query(ANSWERED_BY, phone.openid) == [(f"rule:{rule}",)]
    phone.open_card()
    phone.expect_text("旅行茶具")
    phone.choose()
    phone.buy_now()
    phone.pick_address()
    phone.submit()
    phone.pay()
    phone.expect_text("支付成功")

    console.open("entrances/")
    row = console.row("出门喝茶")
    expect(row).to_contain_text("关键词")
    figures = row.locator("td.number").all_inner_texts()
    assert [text.split("\n")[-1].strip() for text in figures] == ["1", "1", "1", "1", "¥168.00"]


def draw_picture() -> bytes:
    """A picture file."""
    target = BytesIO()
    Image.new("RGB", (200, 150), "gold").save(target, "PNG")
    return target.getvalue()
