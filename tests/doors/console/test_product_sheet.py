"""Goods by a spreadsheet: looked at first, kept product by product, harmless twice, and the same out as in."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.catalog import stock
from app.catalog.categories import add_category
from app.catalog.editing import add_product
from app.catalog.models import Product, Sku, StockMove
from app.catalog.pictures import small_of
from app.catalog.states import ProductState
from app.catalog.stock import find_unexplained
from app.core import outbox
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.media.store import get_media
from app.tasks import LONG_HANDLERS
from tests.factories import make_sku
from tests.staff import Console, make_role, open_console

HEADING = "商品标识,商品名称,分类,状态,商品详情,规格,编码,价格（元）,库存,导出时库存,重量（克）"
NEW = (
    ",武夷肉桂,茗茶,在售,三道焙火,净含量：50g,RG-050,38,20,,60",
    ",武夷肉桂,,,,净含量：125g,RG-125,88.50,10,,140",
)


@pytest.fixture
def console(app: Flask, console: Console) -> Console:
    """Of a shop with one category."""
    with app.app_context():
        add_category("茗茶")
    return console


def hand_in(console: Console, *lines: str, heading: str = HEADING) -> str:
    """Upload a CSV; returns where it leads."""
    text = "\n".join([heading, *lines])
    answer = console.post("/products/import/", sheet=(BytesIO(text.encode()), "a.csv"))
    return answer.location.removeprefix("/console")


def work_on(app: Flask) -> None:
    with app.app_context():
        outbox.run_due(LONG_HANDLERS, lease=timedelta(seconds=60))


def do(app: Flask, console: Console, path: str) -> str:
    """Confirm the sheet there, and let the worker do it; returns the job's page."""
    job = console.post(path).location.removeprefix("/console")
    work_on(app)
    return console.text(job)


def skus(app: Flask) -> list[tuple[str, str, str, int, int]]:
    with app.app_context():
        rows = db.session.scalars(select(Sku).where(Sku.removed_at.is_(None)).order_by(Sku.id))
        return [(row.product.title, row.options, row.code, row.price_fen, row.stock) for row in rows]


def test_a_sheet_adds_goods_once_however_often(app: Flask, console: Console) -> None:
    path = hand_in(console, *NEW)

    page = console.text(path)
    assert "新增 1 件，修改 0 件，不变 0 件，不导入 0 件" in page
    assert skus(app) == []
    assert "新增" in do(app, console, path)
    again = do(app, console, path)

    assert "不变" in again and "新增" not in again
    assert skus(app) == [
        ("武夷肉桂", "净含量=50g", "RG-050", 3800, 20),
        ("武夷肉桂", "净含量=125g", "RG-125", 8850, 10),
    ]
    with app.app_context():
        product = db.session.scalars(select(Product)).one()
        assert (product.state, product.category.title) == (ProductState.ON_SALE, "茗茶")
        assert product.description == "<p>三道焙火</p>"


def test_pictures_come_along_in_a_zip_and_the_same_zip_changes_nothing_twice(
    app: Flask, console: Console
) -> None:
    sheet = "商品名称,图片文件名,价格（元）\n武夷肉桂,正面.png、b/侧面.png,38"
    packed = {"goods/a.csv": sheet.encode(), "goods/正面.png": draw(), "b/侧面.png": draw("red")}
    path = hand_in_zip(console, packed)

    assert "新增 1 件，修改 0 件，不变 0 件，不导入 0 件" in console.text(path)
    assert "新增" in do(app, console, path)
    assert "不变 1 件" in console.text(hand_in_zip(console, packed))

    with app.app_context():
        product = db.session.scalars(select(Product)).one()
        names = [picture.file for picture in product.pictures]
        assert len(set(names)) == 2
        assert all(get_media().read(small_of(name)).startswith(b"\xff\xd8") for name in names)


def test_a_picture_that_is_none_keeps_its_product_out_and_no_other(app: Flask, console: Console) -> None:
    sheet = "商品名称,图片文件名,价格（元）\n武夷肉桂,a.png,38\n白茶,b.png,58\n红茶,c.png,9"
    packed = {"a.csv": sheet.encode(), "a.png": b"<svg onload=alert(1)>", "b.png": draw()}

    path = hand_in_zip(console, packed)
    assert "没有图片“c.png”" in console.text(path)
    report = do(app, console, path)

    assert "a.png：无法识别这张图片" in report
    assert [title for title, *_rest in skus(app)] == ["白茶"]


def test_a_zip_without_its_one_sheet_is_refused(console: Console) -> None:
    for packed in ({"a.png": draw()}, {"a.csv": b"x", "b.csv": b"x"}):
        assert hand_in_zip(console, packed) == "/products/import/"
        assert "压缩包里要正好有一份表格" in console.text("/products/import/")


def hand_in_zip(console: Console, files: dict[str, bytes]) -> str:
    """Upload a ZIP; returns where it leads."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    packed.seek(0)
    return console.post("/products/import/", sheet=(packed, "a.zip")).location.removeprefix("/console")


def draw(colour: str = "#345") -> bytes:
    """A small picture."""
    file = BytesIO()
    Image.new("RGB", (30, 30), colour).save(file, "PNG")
    return file.getvalue()


def test_a_sheet_changes_what_it_says_and_tells_why(app: Flask, console: Console) -> None:
    with app.app_context():
        sku = make_sku(price_fen=6800, stock=10)
        slug, code = sku.product.slug, sku.code
    path = hand_in(console, f"{slug},,,,,净含量=50g,{code},70,8,10,")

    page = console.text(path)
    assert "价格 68.00 → 70.00；库存 10 → 8" in page
    do(app, console, path)

    assert skus(app) == [("西湖龙井", "净含量=50g", code, 7000, 8)]
    with app.app_context():
        moves = db.session.execute(select(StockMove.change, StockMove.cause, StockMove.actor)).all()
        assert [tuple(move) for move in moves] == [(10, "opening", ""), (-2, stock.IMPORTED, "staff:1")]
        assert find_unexplained() == []
        actions = set(db.session.scalars(select(AuditEntry.action)))
        assert {"product.price", "product.stock"} <= actions


def test_stock_that_moved_since_the_export_is_not_overwritten(app: Flask, console: Console) -> None:
    with app.app_context():
        sku = make_sku(stock=10)
        slug, code = sku.product.slug, sku.code
        with transaction():
            stock.reserve(sku.id, 3, order_no="2026")

    unedited = console.text(hand_in(console, f"{slug},,,,,净含量=50g,{code},68,10,10,"))
    edited = console.text(hand_in(console, f"{slug},,,,,净含量=50g,{code},68,20,10,"))

    assert "不变 1 件" in unedited
    assert "导出以后库存从 10 变成了 7" in edited and "I2" in edited


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        (",肉桂,,,,,A,十块,,,", "H2", "价格没有填对"),
        (",肉桂,,,,,A,,,,", "H2", "价格要大于 0"),
        (",肉桂,没有的,,,,A,9,,,", "C2", "没有分类“没有的”"),
        (",肉桂,,热卖,,,A,9,,,", "D2", "状态要填草稿、在售或已下架"),
        (",肉桂,,下架,,,A,9,,,", "D2", "新商品只能是草稿或在售"),
        (",肉桂,,,,五十克,A,9,,,", "F2", "规格要写成"),
        (",肉桂,,,,,A,9,很多,,", "I2", "要填整数"),
        ("不行!,肉桂,,,,,A,9,1,,", "A2", "商品标识只能用"),
        (",,,,,,A,9,1,,", "B2", "请填商品名称"),
    ],
)
def test_what_is_wrong_is_said_with_its_cell(
    app: Flask, console: Console, line: str, place: str, words: str
) -> None:
    page = console.text(hand_in(console, line))

    assert words in page and place in page
    assert "不导入 1 件" in page and "确认导入" not in page


def test_all_that_is_wrong_is_said_at_once(console: Console) -> None:
    page = console.text(hand_in(console, ",肉桂,没有的,,,,A,十块,,,", ",肉桂,,,,净含量=9g,B,9,很多,,"))

    assert "没有分类“没有的”，请先添加；H2 价格没有填对" in page
    assert "I3" in page and "要填整数" in page


def test_one_wrong_row_keeps_its_whole_product_out_and_no_other(app: Flask, console: Console) -> None:
    path = hand_in(console, NEW[0], ",武夷肉桂,,,,净含量：125g,RG-125,贵,10,,", ",大红袍,,,,,DHP,99,5,,")

    page = console.text(path)
    assert "同一件商品的 H3 不对" in page
    do(app, console, path)

    assert [row[0] for row in skus(app)] == ["大红袍"]


def test_export_and_import_change_nothing(app: Flask, console: Console) -> None:
    do(app, console, hand_in(console, *NEW))
    with app.app_context():
        make_sku(title="=1+1", description="一段\n\n两段 <b>粗</b>")
    for language, suffix in (("zh", ".xlsx"), ("en", ".csv")):
        console.client.set_cookie("lang", language)
        job = console.post("/products/export", format=suffix).location.removeprefix("/console")
        work_on(app)
        file = console.get(f"{job}/file").data

        answer = console.post("/products/import/", sheet=(BytesIO(file), f"a{suffix}"))
        page = console.text(answer.location.removeprefix("/console"))

        nothing = {
            "zh": "新增 0 件，修改 0 件，不变 2 件，不导入 0 件",
            "en": "0 new, 0 changed, 2 unchanged, 0 not",
        }
        assert nothing[language] in page


def test_the_template_can_be_handed_in(app: Flask, console: Console) -> None:
    template = console.get("/products/import/template.xlsx").data

    answer = console.post("/products/import/", sheet=(BytesIO(template), "a.xlsx"))

    assert "新增 1 件" in console.text(answer.location.removeprefix("/console"))


def test_a_broken_run_goes_on_after_the_last_product(
    app: Flask, console: Console, monkeypatch: pytest.MonkeyPatch, advance: Callable[[timedelta], None]
) -> None:
    path = hand_in(console, ",甲,,,,,A,9,1,,", ",乙,,,,,B,9,1,,")
    job = console.post(path).location.removeprefix("/console")
    with monkeypatch.context() as patch:
        patch.setattr("app.catalog.importing.add_product", dying_at_the_second(add_product))
        work_on(app)
    assert [row[0] for row in skus(app)] == ["甲"]

    advance(timedelta(minutes=1))
    work_on(app)

    assert [row[0] for row in skus(app)] == ["甲", "乙"]
    assert console.text(job).count("新增") == 2
    report = openpyxl.load_workbook(BytesIO(console.get(f"{job}/file").data)).active
    assert [cell.value for cell in report["B"]] == ["结果", "新增", "新增"]


def test_who_may_not_put_on_sale_may_not_by_sheet(app: Flask, console: Console) -> None:
    with app.app_context():
        role = make_role("console.products.index", "console.products.edit")
    clerk = open_console(app, "clerk", role=role)

    assert "你不能上架和下架商品" in clerk.text(hand_in(clerk, *NEW))
    assert "新增 1 件" in clerk.text(hand_in(clerk, ",大红袍,,,,,DHP,99,5,,"))


def dying_at_the_second(work: Callable[..., int]) -> Callable[..., int]:
    calls = []

    def die(*args: Any, **named: Any) -> int:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("the worker is no more")
        return work(*args, **named)

    return die
