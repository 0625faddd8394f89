"""Goods come back: a phone asks to be told, with and without WeChat's dialog, and is told by a notification."""

import signal
import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

SLUG, OPTIONS = "yinzhen", ("陈放三年", "60g")  # sold out from the first day


def test_who_allowed_a_notification_is_told_outside_the_48_hours(
    town: Town, console: Console, phone: Phone
) -> None:
    choose_template(console)
    turn_on(console)

    town.fault("open_tag", "unusable")
    phone.visit(f"/shop/p/{SLUG}")
    # He has never been logged in: the tap is not lost on the way through the login.
    phone.web.get_by_role("button", name="到货提醒").click()
    phone.expect_text("记下了。到货时如果您 48 小时内和公众号说过话，会收到一条消息。")
    expect(phone.web.get_by_role("button", name="允许通知")).to_be_hidden()

    town.wechat("faults", name="open_tag", value="fail", once=True)
    phone.part("webview-close").click()
    phone.visit(f"/shop/p/{SLUG}")
    tap_allow(phone)
    phone.expect_text("记下了，但没有订阅通知")
    tap_allow(phone)
    expect(phone.part("subscribe-sheet")).to_contain_text("商品到货通知")
    phone.part("subscribe-allow").click()
    phone.expect_text("到货时会告诉您，过了 48 小时也会收到订阅通知")
    expect(phone.web.get_by_role("button", name="再允许一条")).to_be_visible()
    wishes = "SELECT sku_id FROM stock_requests WHERE follower_id = ?"
    assert town.query(wishes, town.follower_id(phone.openid)) == [(town.find_sku(*OPTIONS),)]
    agreed = "SELECT count(*) FROM notice_acceptances WHERE openid = ?"
    town.wait_for(lambda: town.query(agreed, phone.openid) == [(1,)], "WeChat's word that he agreed")
    phone.part("webview-close").click()

    # He has never written to the account: only a notification reaches him.
    restock(town, console)
    look_for_people_now(town)
    expect(phone.part("messages")).to_contain_text("商品到货通知")
    expect(phone.part("messages")).to_contain_text("白毫银针")


def choose_template(console: Console) -> None:
    """One that the account has at WeChat."""
    console.open("broadcasts/templates/")
    console.press("从微信更新")
    console.expect_words("已从微信更新")
    card = console.page.locator("#back_in_stock")
    card.get_by_label("模板").select_option(label="商品到货通知")
    card.get_by_role("button", name="用这个模板").click()
    card.get_by_role("button", name="保存").click()
    console.expect_words("的模板已保存")


def turn_on(console: Console) -> None:
    """Goods that are back are told of, at night too."""
    console.open("broadcasts/automatic/")
    for name in ("quiet_from", "quiet_to"):
        console.page.locator(f"[name={name}]").fill("0")
    console.press("保存")
    console.expect_words("免打扰时间已保存")
    card = console.page.locator("section.card").filter(has_text="到货提醒").last
    card.get_by_label("自动发送").check()
    card.get_by_role("button", name="保存").click()
    expect(card).to_contain_text("开着")


def tap_allow(phone: Phone) -> None:
    """WeChat's tag lies on the button, which is only there with it."""
    expect(phone.web.get_by_role("button", name="允许通知")).to_be_visible()
    phone.web.locator("wx-open-subscribe").click(position={"x": 20, "y": 20})


def restock(town: Town, console: Console) -> None:
    """Three of them have come."""
    product = town.query("SELECT id FROM products WHERE slug = ?", SLUG)[0][0]
    console.open(f"products/{product}")
    console.page.get_by_label("的库存").last.fill("3")
    console.page.locator(".btn[name=do][value=save]").click()
    console.expect_words("已保存。")


def look_for_people_now(town: Town) -> None:
    """The shop looks once a minute who is due; a worker that begins looks at once if nobody has looked yet."""
    town.kill_worker(signal.SIGTERM)
    with closing(sqlite3.connect(town.settings.folder / "shop.db", timeout=10)) as connection, connection:
        connection.execute("DELETE FROM timetable_runs WHERE name = 'automatic'")
    town.restart_worker()
