"""A merchant's day: goods on sale, a follower answered and sold to, his parcel, the ledger as a file, figures."""

import re
from io import BytesIO
from pathlib import Path

import openpyxl
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

WRITTEN, QUESTION = "凤凰单丛 蜜兰香", "要个人工，今年的蜜兰香到了吗"
ANSWER, NUMBER = "到了，给您找出来", "SF1234567890"


def test_a_merchants_day_from_new_goods_to_the_figures(
    town: Town, console: Console, phone: Phone, tmp_path: Path
) -> None:
    write_product(console)
    phone.say(QUESTION)
    answer_at_the_desk(console)
    expect(phone.part("messages")).to_contain_text(ANSWER)
    buy_what_the_card_shows(phone)
    assert town.order_state(phone.openid) == "paid"
    order_no = town.query("SELECT order_no FROM orders ORDER BY id DESC LIMIT 1")[0][0]

    ship(town, console, order_no)
    expect(phone.part("messages")).to_contain_text("您的包裹已经寄出")
    compare_ledger_with_its_file(console, order_no, tmp_path / "ledger.xlsx")
    read_figures(console, order_no)

    assert "order paid" in town.logs
    assert phone.openid not in town.logs
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)|prepay_id|paySign|access_token=(?!\*)", town.logs)


def write_product(console: Console) -> None:
    """A picture, two sizes, a price for each, a description; on sale at once."""
    page = console.page
    console.open("products/new")
    page.get_by_label("商品名称").fill(WRITTEN)
    page.get_by_label("分类", exact=True).select_option(label="茗茶")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "茶.png", "mimeType": "image/png", "buffer": _picture()}
    )
    expect(page.locator(".product-picture img")).to_be_visible()
    page.locator("[name=option-name]").first.fill("净含量")
    page.locator("[name=option-values]").first.fill("50g、100g")
    page.locator("button[value=matrix]").click()
    expect(page.locator("[name=sku-price]")).to_have_count(2)
    for place, (price, pieces) in enumerate((("68", "9"), ("128", "4"))):
        page.locator("[name=sku-price]").nth(place).fill(price)
        page.locator("[name=sku-stock]").nth(place).fill(pieces)
    page.locator("#rich-area").fill("枞味清甜")
    console.press("保存并上架")
    console.expect_words("已上架，粉丝现在就能看到。")
    shown = page.frame_locator(".product-phone")
    expect(shown.locator(".head__title")).to_have_text(WRITTEN)
    page.get_by_label("商品名称").fill("还没有保存的名字")
    page.locator("#rich-area").fill("还没有保存的话")
    expect(shown.locator(".head__title")).to_have_text("还没有保存的名字")
    expect(shown.locator(".prose")).to_contain_text("还没有保存的话")


def answer_at_the_desk(console: Console) -> None:
    """Take the talk, write, and put the new tea's card behind the words."""
    page = console.page
    console.open("desk/")
    page.locator(".desk-rows a").filter(has_text=QUESTION).click()
    console.press("接待")
    page.get_by_role("textbox", name="回复").fill(ANSWER)
    console.press("发送")
    page.get_by_role("link", name="发商品或订单卡片").click()
    page.get_by_role("dialog").get_by_role("listitem").filter(has_text=WRITTEN).get_by_role("button").click()
    expect(page.locator(".talk-out .bubble-card")).to_be_visible()


def buy_what_the_card_shows(phone: Phone) -> None:
    """From the card in the chat to the thanks in the chat."""
    phone.open_card()
    phone.expect_text("枞味")
    expect(phone.web.locator("img").first).to_be_visible()
    phone.choose("100g")
    phone.buy_now()
    phone.pick_address()
    phone.submit()
    expect(phone.part("pay-sheet")).to_contain_text("128.00")
    phone.pay()
    phone.expect_text("支付成功")
    phone.part("webview-close").click()
    expect(phone.part("messages")).to_contain_text("支付成功，我们已开始备货")


def ship(town: Town, console: Console, order_no: str) -> None:
    """Found in the ledger with where it came from; sent."""
    console.open("orders/")
    row = console.row(order_no)
    expect(row).to_contain_text("128.00")
    expect(row).to_contain_text(f"客服：{town.owner[0]}")  # the card came from there
    row.get_by_role("link", name=order_no).click()
    console.page.get_by_label("快递公司").select_option(label="顺丰速运")
    console.page.get_by_label("运单号").fill(NUMBER)
    console.press("标为已发货")
    console.expect_words(f"寄出第 1 个包裹（顺丰速运 {NUMBER}）")


def compare_ledger_with_its_file(console: Console, order_no: str, path: Path) -> None:
    """What the filter leaves on the page is what stands in the file."""
    console.open(f"orders/?q={NUMBER}&delivery=shipped")
    expect(console.row(order_no)).to_contain_text("已发货")
    console.press("导出 Excel")
    console.download("下载", path)
    titles, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    assert len(rows) == 1
    told = dict(zip(titles, rows[0], strict=True))
    assert (told["订单号"], told["件数"], told["订单状态"]) == (order_no, 1, "已发货")
    assert (told["合计（元）"], told["实收（元）"], told["净收（元）"]) == (128, 128, 128)
    assert WRITTEN in told["商品"]
    assert "100g" in told["商品"]
    assert "*" in told["电话"]


def read_figures(console: Console, order_no: str) -> None:
    """The new tea among the best, and from its number to the very order."""
    console.open("figures/")
    best = console.row(WRITTEN)
    expect(best).to_contain_text("128.00")
    best.get_by_role("link", name="1", exact=True).first.click()
    expect(console.row(order_no)).to_be_visible()


def _picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (640, 480), "sienna").save(target, "PNG")
    return target.getvalue()
