"""The merchant puts goods on sale, one by the editor and one by a sheet; a follower finds both."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone

WRITTEN, SHEET = "凤凰单丛 蜜兰香", "武夷肉桂 牛栏坑"
LINES = (
    "商品名称,分类,状态,商品详情,规格,编码,价格（元）,库存,重量（克）",
    f"{SHEET},茗茶,在售,三道焙火，岩骨花香,净含量：50g,RG-050,38,20,60",
    f"{SHEET},,,,净含量：125g,RG-125,88.50,10,140",
)


def test_goods_of_the_editor_and_of_a_sheet_stand_in_the_shop(console: Console, phone: Phone) -> None:
    write_product(console)
    import_sheet(console)

    phone.visit("/shop/")
    for title, price in ((WRITTEN, "68.00"), (SHEET, "38.00")):
        expect(phone.web.get_by_role("link").filter(has_text=title).first).to_contain_text(price)
    phone.web.get_by_role("link").filter(has_text=WRITTEN).first.click()
    expect(phone.web.locator("img").first).to_be_visible()
    phone.expect_text("枞味")
    phone.part("webview-close").click()
    phone.visit("/shop/")
    phone.web.get_by_role("link").filter(has_text=SHEET).first.click()
    phone.expect_text("三道焙火")
    phone.web.get_by_role("button", name="立即购买").first.click()
    phone.expect_text("125g")


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


def import_sheet(console: Console) -> None:
    """Looked at, confirmed, done by the worker, and a report to keep."""
    page = console.page
    console.open("products/import/")
    page.locator("[name=sheet]").set_input_files(
        {"name": "商品.csv", "mimeType": "text/csv", "buffer": "\n".join(LINES).encode()}
    )
    console.press("上传并检查")
    console.expect_words("新增 1 件，修改 0 件，不变 0 件，不导入 0 件")
    console.press("确认导入")
    expect(page.get_by_role("link", name="下载 商品导入结果")).to_be_visible()


def _picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (640, 480), "sienna").save(target, "PNG")
    return target.getvalue()
