"""The sheet of goods, one SKU a row: its columns, the template, and products as its rows."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from app.catalog.descriptions import clean
from app.catalog.models import Product
from app.core.spreadsheets.reading import LONGEST_CELL, Limits
from app.core.spreadsheets.writing import Row, Yuan
from console.frame.state_labels import state_label

LIMITS = Limits(rows=1000, columns=30, file_bytes=5 * 1024 * 1024)
LEFT_OUT = "（太长，未导出）"  # stands for a description that no cell can hold; read as "leave it"
BETWEEN_PICTURES = "、"

# Our name of a column → what it may be called.
HEADINGS = {
    "key": ("商品标识", "product key"),
    "title": ("商品名称", "product name"),
    "summary": ("一句话简介", "简介", "summary in one line", "summary"),
    "category": ("分类", "category"),
    "state": ("状态", "status", "state"),
    "position": ("排序", "order", "position"),
    "pictures": ("图片文件名", "picture files"),
    "description": ("商品详情", "about this product", "description"),
    "options": ("规格", "options"),
    "code": ("编码", "code"),
    "price": ("价格（元）", "价格", "price (yuan)", "price"),
    "stock": ("库存", "stock"),
    "seen": ("导出时库存", "stock when exported"),
    "weight": ("重量（克）", "重量", "weight (g)", "weight"),
}
NEEDED = ("title", "price")
WIDTHS = (14, 28, 30, 12, 10, 8, 24, 40, 28, 14, 12, 10, 12, 12)


def heading_row() -> list[str]:
    """The first row in the reader's language."""
    return [
        _("商品标识"),
        _("商品名称"),
        _("一句话简介"),
        _("分类"),
        _("状态"),
        _("排序"),
        _("图片文件名"),
        _("商品详情"),
        _("规格"),
        _("编码"),
        _("价格（元）"),
        _("库存"),
        _("导出时库存"),
        _("重量（克）"),
    ]


def product_rows(products: Iterable[Product]) -> Iterator[Row]:
    """The heading, then a row for each SKU; what is the product's stands in its first row."""
    yield heading_row()
    for product in products:
        for number, sku in enumerate(product.skus):
            words = _product_cells(product) if number == 0 else [""] * 6
            amount = [Yuan(sku.price_fen), sku.stock, sku.stock, sku.weight_grams]
            options = sku.options.replace(";", "；")
            yield [product.slug, product.title, *words, options, sku.code, *amount]


def template_rows() -> list[Row]:
    """An empty sheet with two rows that show how it is filled in."""
    first = ["", _("示例：武夷肉桂"), _("岩骨花香"), "", state_label("draft"), 0, "", _("三道焙火。")]
    more = [
        ["净含量=50g", "RG-050", Yuan(3800), 20, "", 60],
        ["净含量=125g", "RG-125", Yuan(8800), 10, "", 140],
    ]
    second = ["", _("示例：武夷肉桂"), "", "", "", "", "", ""]
    return [heading_row(), [*first, *more[0]], [*second, *more[1]]]


def _product_cells(product: Product) -> list[str | int]:
    description = " ".join(clean(product.description).split())
    return [
        product.summary,
        product.category.title if product.category else "",
        state_label(product.state),
        product.position,
        BETWEEN_PICTURES.join(picture.file for picture in product.pictures),
        description if len(description) <= LONGEST_CELL else LEFT_OUT,
    ]
