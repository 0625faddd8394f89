"""The story: the doors of the chat that a merchant prints and publishes, and who comes through them."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

OpenWindow = Callable[..., Page]
KNOWN_TAG = "SELECT 1 FROM tags WHERE name = ? AND wechat_id IS NOT NULL"


def test_a_printed_scene_code_brings_a_follower_with_a_tag(
    town: Town, console: Console, page: Page, tmp_path: Path
) -> None:
    make_tag(console, "门店来的")
    console.open("codes/new")
    console.page.get_by_label("名称", exact=True).fill("门店收银台")
    console.page.get_by_label("扫码后打上标签").select_option(label="门店来的")
    console.page.get_by_label("自己写的回复").check()
    console.press("文字")
    console.page.get_by_label("回复的文字").fill("谢谢来店里坐坐，下次喝茶报门店暗号")
    console.press("生成二维码")
    code = console.download("PNG", tmp_path / "code.png")
    code_page = console.page.url

    openid, nickname = town.find_stranger()
    phone = Phone(page, openid, town.settings.web_url)
    phone.open_chat(town.settings.phone_url, nickname)
    phone.scan_picture("stranger-scan", code)

    expect(phone.part("messages")).to_contain_text("下次喝茶报门店暗号")
    console.page.goto(code_page)
    row = console.page.locator("tbody tr:not(.is-empty)")
    assert [text.split("\n")[-1].strip() for text in row.locator("td.number").all_inner_texts()][:2] == [
        "1",
        "1",
    ]
    console.open(f"followers/{town.follower_id(openid)}")
    expect(console.page.locator(".crm-chips")).to_contain_text("门店来的")
    town.wait_for(lambda: "门店来的" in town.tags_at_wechat(openid), "the tag at WeChat")


def test_a_product_code_opens_the_product_and_counts_its_place(
    phone: Phone, console: Console, tmp_path: Path
) -> None:
    console.open("posters/cups")
    console.page.get_by_label("放在哪里").fill("茶席边")
    console.press("生成二维码")
    code = console.download("二维码 PNG", tmp_path / "cups.png")

    phone.part("chat-plus").click()
    phone.scan_picture("plus-scan", code)

    phone.expect_text("青瓷品茗杯")
    console.open("entrances/")
    expect(console.row("茶席边").locator("td.number").first).to_contain_text("1")


def test_a_menu_from_the_editor_answers_and_a_tag_sees_its_own(
    town: Town, take_phone: Callable[..., Phone], console: Console, open_window: OpenWindow
) -> None:
    phone, member = take_phone(), take_phone(open_window())
    make_tag(console, "老茶客")
    town.wait_for(lambda: bool(town.query(KNOWN_TAG, "老茶客")), "the tag at WeChat")
    console.open("menus/")
    add_button(console, "逛小铺", "看杯子", "点击回复")
    console.page.get_by_label("一件商品").first.check()
    console.page.get_by_label("商品", exact=True).first.select_option(label="青瓷品茗杯 梅子青")
    add_button(console, "逛小铺", "扫罐识茶", "扫码，公众号回答")
    publish(console)

    phone.open_menu()
    phone.tap_menu(0, 0)
    expect(phone.part("message-news-card").last).to_contain_text("青瓷品茗杯")
    phone.part("menu-0").click()
    phone.part("menu-0-1").click()
    phone.part("scan-input").fill("GW-120")
    phone.part("scan-go").click()
    expect(phone.part("message-news-card").last).to_contain_text("竹影盖碗")

    console.open(f"followers/{town.follower_id(member.openid)}")
    console.page.locator("select[name=tag]").select_option(label="老茶客")
    console.press("打上")
    town.wait_for(lambda: "老茶客" in town.tags_at_wechat(member.openid), "the follower's tag at WeChat")
    console.open("menus/personal")
    console.page.get_by_label("菜单名称").fill("给老茶客")
    console.page.get_by_label("标签").select_option(label="老茶客")
    console.press("建好草稿")
    console.press("我的")
    console.page.get_by_label("名称", exact=True).fill("老茶客专区")
    publish(console)

    member.page.reload()
    member.open_menu()
    expect(member.part("menu-2")).to_have_text("老茶客专区")
    phone.page.reload()
    phone.open_menu()
    expect(phone.part("menu-2")).to_have_text("我的")


def make_tag(console: Console, name: str) -> None:
    """A tag that WeChat is going to know."""
    console.open("followers/tags")
    console.page.get_by_label("标签名").first.fill(name)
    console.press("建立标签")
    expect(console.page.locator(".own-tags")).to_contain_text(name)


def add_button(console: Console, column: str, name: str, kind: str) -> None:
    """One more button in this column of the menu."""
    console.press(f"在“{column}”里添加子菜单")
    console.page.get_by_label("名称").first.fill(name)
    console.page.get_by_label("点了之后").select_option(label=kind)


def publish(console: Console) -> None:
    """Publish the draft."""
    console.press("去发布…")
    console.press("发布")
    console.expect_words("已发布为第")
