"""The merchant puts goods on sale by a sheet; a follower finds them. The editor is part of the merchant's day."""

from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone

SHEET = "武夷肉桂 牛栏坑"
LINES = (
    "商品名称,分类,状态,商品详情,规格,编码,价格（元）,库存,重量（克）",
    f"{SHEET},茗茶,在售,三道焙火，岩骨花香,净含量：50g,RG-050,38,20,60",
    f"{SHEET},,,,净含量：125g,RG-125,88.50,10,140",
)


def test_goods_of_a_sheet_stand_in_the_shop(console: Console, phone: Phone) -> None:
    import_sheet(console)

    phone.visit("/shop/")
    found = phone.web.get_by_role("link").filter(has_text=SHEET).first
    expect(found).to_contain_text("38.00")
    found.click()
    phone.expect_text("三道焙火")
    phone.web.get_by_role("button", name="立即购买").first.click()
    phone.expect_text("125g")


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
