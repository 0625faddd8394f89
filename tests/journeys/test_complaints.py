"""A buyer complains to WeChat from the card of his payment; the merchant answers, and it is dealt with."""

from playwright.sync_api import expect

from app.core.qr import qr_png
from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town


def test_a_complaint_is_answered_and_completed(town: Town, console: Console, phone: Phone) -> None:
    console.open("complaints/address")
    console.press("设成本店的地址")
    console.expect_words("有新投诉时微信会马上通知本店")
    phone.go_to_pay_sheet("125g", "罐装")
    phone.pay()
    phone.expect_text("支付成功")
    phone.part("webview-close").click()

    phone.part("payment-complain").click()
    phone.part("complaint-text").fill("一只杯子碎了，没有人理我")
    phone.part("complaint-picture").check()
    phone.part("complaint-send").click()
    expect(phone.part("complaint-state")).to_have_text("等商家处理")
    town.wait_for(
        lambda: bool(town.query("SELECT 1 FROM complaint_pictures WHERE file IS NOT NULL")),
        "the complaint with its picture",
    )

    console.open("complaints/")
    console.expect_words("还剩 23 小时")
    console.page.get_by_role("link", name="申请退款").first.click()
    console.expect_words("一只杯子碎了，没有人理我")
    expect(console.page.locator(".complaint-pictures img").first).not_to_have_js_property("naturalWidth", 0)
    console.press("查看")
    console.expect_words("13800001234")
    console.page.get_by_label("写给买家").fill("抱歉，今天补寄一只")
    console.page.get_by_label("图片（最多 4 张）").set_input_files(
        {"name": "杯子.png", "mimeType": "image/png", "buffer": qr_png("杯子")}
    )
    console.press("回复买家")
    console.expect_words("已回复。")
    console.press("处理完成")
    console.expect_words("已标为处理完成。")

    order_no = town.query("SELECT order_no FROM orders ORDER BY id DESC LIMIT 1")[0][0]
    console.open(f"orders/{order_no}")
    console.expect_words("微信投诉：买家发起投诉")
    console.expect_words("抱歉，今天补寄一只")

    phone.part("complaint-close").click()
    phone.part("payment-complain").click()
    expect(phone.part("complaint-state")).to_have_text("已处理完成")
    expect(phone.part("complaint-lines")).to_contain_text("抱歉，今天补寄一只")
    expect(phone.part("complaint-lines").locator("img")).to_have_count(2)
