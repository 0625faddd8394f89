"""A merchant looks after one order: another price, a word to its buyer, and paper."""

from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town


def test_an_order_gets_another_price_and_a_word_and_is_paid_and_printed(
    town: Town, console: Console, phone: Phone
) -> None:
    phone.go_to_pay_sheet("125g", "罐装")
    expect(phone.part("pay-sheet")).to_contain_text("318.00")
    phone.part("pay-cancel").click()
    phone.expect_text("还没有付款")
    order_no = town.query("SELECT order_no FROM orders ORDER BY id DESC LIMIT 1")[0][0]

    console.open(f"orders/{order_no}")
    console.page.get_by_label("一共减去").check()
    console.page.get_by_label("金额（元）").fill("18")
    console.page.get_by_label("原因（买家也看得到）").first.fill("老客优惠")
    console.press("改价")
    console.expect_words("改价：¥318.00 → ¥300.00")
    console.page.get_by_label("写给买家").fill("给您改好价了，打开订单就能付")
    console.press("发送")
    expect(phone.part("messages")).to_contain_text("给您改好价了，打开订单就能付")

    phone.web.get_by_role("link", name="查看订单").click()
    phone.expect_text("店主改价 · 老客优惠")
    phone.web.get_by_role("link", name="去支付 ¥300.00").click()
    expect(phone.part("pay-sheet")).to_contain_text("300.00")
    phone.pay()
    phone.expect_text("支付成功")

    console.open(f"orders/{order_no}")
    console.expect_words("到账 ¥300.00")
    console.expect_words("在微信支付关闭了这次付款")
    console.press("打印")
    expect(console.page.locator(".slip-no")).to_have_text(order_no)
    assert console.page.pdf().startswith(b"%PDF")
    console.page.get_by_role("link", name="返回").click()
    console.expect_words("打印了发货单")
    console.expect_words("关键词：")  # where it came from
