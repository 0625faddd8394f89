"""The merchant makes offers; a follower sees them in the chat, buys with them and fetches his goods."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from app.core.clock import BEIJING
from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

GOOD, SALE, COUPON = "竹影盖碗 白瓷手绘", "开窑秒杀", "开窑券"


def test_a_flash_price_and_a_coupon_lead_from_the_chat_to_the_counter(
    town: Town, console: Console, phone: Phone
) -> None:
    make_flash_sale(console, GOOD, "150ml")
    make_coupon(console)

    phone.say("盖碗")
    expect(phone.part("message-news-card").last).to_contain_text(f"{GOOD} 秒杀 ¥99.00 起")
    phone.open_card()
    phone.expect_text(SALE)
    phone.web.get_by_role("link", name=COUPON).click()
    phone.web.get_by_role("button", name=f"领取 {COUPON}").click()
    phone.expect_text("已领取")
    phone.part("webview-close").click()
    phone.go_to_checkout(town.find_sku("150ml"))
    phone.web.get_by_role("link", name="到店自提").click()
    phone.web.get_by_label("提货人").fill("王小茶")
    phone.web.get_by_label("手机号").fill("13800001234")
    phone.submit()
    expect(phone.part("pay-sheet")).to_contain_text("79.00")
    phone.pay()

    phone.web.get_by_role("link", name="查看订单").click()
    code = phone.web.locator(".pickup__code").inner_text()
    hand_over(console, code)
    assert town.order_state(phone.openid) == "shipped"
    hand_over_again(console, code)


def make_flash_sale(console: Console, title: str, option: str) -> None:
    """One SKU at ¥99 for an hour."""
    console.open("flash-sales/new")
    console.page.get_by_label("名称").fill(SALE)
    fill_span(console)
    console.page.locator("summary").filter(has_text=title).click()
    for label, value in (("秒杀价", "99"), ("数量", "3"), ("每人限购", "1")):
        console.page.get_by_label(f"{label}：{title} {option}", exact=True).fill(value)
    console.press("保存")
    console.expect_words("秒杀已保存")


def make_coupon(console: Console) -> None:
    """¥20 for everybody."""
    console.open("coupons/new")
    console.page.get_by_label("名称").fill(COUPON)
    console.page.get_by_label("优惠", exact=True).fill("20")
    fill_span(console)
    console.press("保存")
    console.expect_words("优惠券已保存")


def fill_span(console: Console) -> None:
    """From now on for an hour."""
    now = datetime.now(BEIJING)
    console.page.get_by_label("开始时间").fill(f"{now:%Y-%m-%dT%H:%M}")
    console.page.get_by_label("结束时间").fill(f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}")


def hand_over(console: Console, code: str) -> None:
    """Look the code up and give the goods out."""
    console.open("pickup/")
    console.page.get_by_label("提货码").fill(code)
    console.press("查找")
    console.expect_words(GOOD)
    console.press("确认提货")
    console.expect_words("已核销，请把商品交给买家")


def hand_over_again(console: Console, code: str) -> None:
    """The same code opens nothing twice."""
    console.open(f"pickup/?code={code}")
    console.expect_words("不能再次提货")
    expect(console.page.get_by_role("button", name="确认提货")).to_have_count(0)
