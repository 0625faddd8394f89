"""A merchant writes a rule in a real browser, and the account answers by it in the chat."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.phone import Phone
from tests.journeys.town import Town


def test_a_rule_written_in_the_console_answers_in_the_chat(
    town: Town, phone: Phone, open_window: Callable[..., Page]
) -> None:
    console = open_window()
    name, password = town.owner
    console.goto(f"{town.settings.shop_url}/console/rules/new")
    console.locator("[name=username]").fill(name)
    console.locator("[name=password]").fill(password)
    console.locator("form[method=post] button[type=submit]").first.click()
    console.get_by_label("规则名称").fill("中秋礼盒")
    console.get_by_label("第 1 个关键词", exact=True).fill("中秋月饼")

    console.get_by_role("button", name="商品", exact=True).click()
    console.get_by_role("button", name="选择商品").click()
    console.locator("dialog[open] [data-search]").fill("礼盒")
    console.locator("dialog[open] .pick:visible").first.click()
    expect(console.locator(".chosen-title")).to_contain_text("礼盒")
    console.get_by_role("button", name="文字", exact=True).click()
    console.locator("textarea").fill("中秋前都能送到 🍵")
    console.get_by_role("button", name="图片", exact=True).click()
    console.locator("input[type=file]").set_input_files(
        {"name": "月.png", "mimeType": "image/png", "buffer": _draw()}
    )
    expect(console.locator(".reply .material img")).to_be_visible()
    expect(console.locator("textarea")).to_have_value("中秋前都能送到 🍵")
    expect(console.locator(".phone-chat")).to_contain_text("中秋前都能送到 🍵")
    expect(console.locator("[data-region=advice]")).not_to_contain_text("还不能保存")
    console.get_by_role("button", name="保存").last.click()
    expect(console.get_by_text("已保存，一秒内生效。")).to_be_visible()

    rule = town.query("SELECT id FROM keyword_rules WHERE name = '中秋礼盒'")
    console.wait_for_timeout(1100)  # what every process keeps in memory is looked after once a second
    phone.say("有没有中秋月饼")

    expect(phone.part("message-news-card").last).to_contain_text("礼盒")
    expect(phone.page.get_by_text("中秋前都能送到 🍵")).to_be_visible()
    expect(phone.page.get_by_role("img", name="图片", exact=True)).to_be_visible()
    said = "SELECT answered_by FROM messages WHERE direction = 'in' AND openid = ? ORDER BY id DESC"
    assert town.query(said, phone.openid)[0] == (f"rule:{rule[0][0]}",)


def _draw() -> bytes:
    target = BytesIO()
    Image.new("RGB", (200, 150), "gold").save(target, "PNG")
    return target.getvalue()
