"""A phone asks to be told when goods are back: where WeChat cannot ask, where it fails, and in WeChat's own dialog."""

import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from tests.journeys.phone import Phone
from tests.journeys.town import Town

SLUG, OPTIONS = "yinzhen", ("陈放三年", "60g")  # sold out from the first day
RULE_ON = (
    "INSERT INTO automatic_rules (kind, step, version, on_since, delay_hours, slug, title, summary)"
    " VALUES ('back_in_stock', 0, 1, '2026-01-01 00:00:00.000000', 0, '', '', '')"
    " ON CONFLICT (kind, step) DO UPDATE SET on_since = excluded.on_since"
)
TEMPLATE_CHOSEN = (
    "INSERT INTO notice_templates (purpose, template_id, title, content, is_lasting, fields, version)"
    " VALUES ('back_in_stock', ?, '商品到货通知', '', 0, '{}', 1)"
    " ON CONFLICT (purpose) DO UPDATE SET template_id = excluded.template_id"
)


def test_a_follower_asks_and_then_allows_a_notification(town: Town, phone: Phone) -> None:
    template = town.mp("../wxaapi/newtmpl/addtemplate", tid="402", kidList=[1, 2])["priTmplId"]
    change(town, RULE_ON)
    change(town, TEMPLATE_CHOSEN, template)

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
    agreed = (
        "SELECT count(*) FROM notice_acceptances WHERE openid = ? AND template_id = ? AND spent_at IS NULL"
    )
    town.wait_for(
        lambda: town.query(agreed, phone.openid, template) == [(1,)], "WeChat's word that he agreed"
    )
    wishes = "SELECT sku_id FROM stock_requests WHERE follower_id = ?"
    assert town.query(wishes, town.follower_id(phone.openid)) == [(town.find_sku(*OPTIONS),)]


def tap_allow(phone: Phone) -> None:
    """WeChat's tag lies on the button, which is only there with it."""
    expect(phone.web.get_by_role("button", name="允许通知")).to_be_visible()
    phone.web.locator("wx-open-subscribe").click(position={"x": 20, "y": 20})


def change(town: Town, statement: str, *values: str) -> None:
    """What the merchant chose before."""
    with closing(sqlite3.connect(town.settings.folder / "shop.db", timeout=10)) as connection, connection:
        connection.execute(statement, values)
