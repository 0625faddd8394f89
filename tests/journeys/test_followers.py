"""The story: the account's followers come into the shop, are known on both sides, and are forgotten when they ask."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

CROWD, PAGE = 1000, 400
BUSY = "/user/info/batchget"


@pytest.fixture
def small_pages(town: Town) -> Iterator[None]:
    """WeChat hands out its list in small pages."""
    town.wechat("limits", name="followers_page", value=PAGE)
    yield
    town.wechat("limits", name="followers_page", value=None)


@pytest.mark.usefixtures("small_pages")
def test_a_thousand_followers_are_read_in_and_tags_go_both_ways(town: Town, console: Console) -> None:
    openid = town.wechat("followers/bulk", count=CROWD, nickname="老街坊")["last"]
    tag_id = town.mp("tags/create", tag={"name": "街坊"})["tag"]["id"]
    town.mp("tags/members/batchtagging", openid_list=[openid], tagid=tag_id)
    town.mp("user/info/updateremark", openid=openid, remark="巷口王婶")
    town.fault("api_busy", "always", only=BUSY)
    console.open("followers/sync")
    console.press("开始同步")

    progress = console.page.locator(".sync")
    expect(progress.locator("[data-sync-trouble]")).to_be_visible()
    listed = int(progress.locator("[data-sync-listed]").inner_text())
    assert listed == town.query("SELECT count(*) FROM followers WHERE is_subscribed")[0][0] >= CROWD
    town.fault("api_busy", "off")
    console.press("现在就继续")
    expect(progress).to_have_count(0)
    console.expect_words(f"资料 {listed} 人")

    console.open("followers/?q=巷口王婶")
    console.page.get_by_role("link", name="巷口王婶").first.click()
    expect(console.page.locator(".crm-chips")).to_contain_text("街坊")
    console.page.get_by_label("备注名").fill("王婶爱喝白茶")
    console.press("保存")
    console.press("取下标签 街坊")
    expect(console.page.locator(".crm-chips")).not_to_contain_text("街坊")

    town.wait_for(lambda: remark_and_tags(town, openid) == ("王婶爱喝白茶", []), "the changes at WeChat")


def test_who_leaves_is_forgotten_and_who_takes_back_his_address_loses_it(
    town: Town, phone: Phone, console: Console
) -> None:
    phone.go_to_pay_sheet("50g", "袋装")
    phone.pay()
    phone.expect_text("支付成功")
    card = f"followers/{town.follower_id(phone.openid)}"
    console.open(card)
    console.press("显示完整信息")
    expect(console.page.locator(".crm-address")).to_have_count(1)
    console.page.get_by_label("备注名").fill("试过龙井")
    console.press("保存")

    town.wechat("push", openid=phone.openid, kind="user_authorization_revoke", revoke_info="201")
    console.open(card)
    expect(console.page.locator(".crm-addresses")).to_contain_text("还没有地址")
    expect(console.page.locator(".crm-name")).to_contain_text("试过龙井")

    town.wechat(f"followers/{phone.openid}/unsubscribe?wait=1")
    console.open(card)
    expect(console.page.locator(".crm-name")).to_contain_text("未关注")
    expect(console.page.locator(".crm-name")).not_to_contain_text("试过龙井")
    expect(console.page.locator(".crm-talk")).to_contain_text("内容已删除")
    expect(console.page.locator(".crm-talk bdi", has_text="茶")).to_have_count(0)
    expect(console.page.locator(".crm-orders")).to_contain_text("¥128.00")


def remark_and_tags(town: Town, openid: str) -> tuple[str, list[str]]:
    """What WeChat keeps about this follower."""
    return town.look(f"followers/{openid}")["remark"], town.tags_at_wechat(openid)
