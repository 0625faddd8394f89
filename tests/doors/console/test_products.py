"""The console's goods: the editor and its buttons, two editors, the list, categories, stock."""

import re
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from app.catalog import stock
from app.catalog.editing import get_product
from app.catalog.models import Product
from app.core.db import db
from tests.factories import make_sku
from tests.staff import Console, open_console

NEW = {
    "title": "武夷肉桂",
    "option-name": ["净含量", ""],
    "option-values": ["50g、125g", ""],
    "sku-options": ["净含量=50g", "净含量=125g"],
    "sku-id": ["", ""],
    "sku-seen": ["0", "0"],
    "sku-price": ["38", "88.50"],
    "sku-stock": ["10", "4"],
    "sku-weight": ["60", "140"],
    "sku-code": ["", ""],
}


def draw(kind: str) -> bytes:
    target = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(target, kind)
    return target.getvalue()


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the editor as it stands."""
    form = page.partition("data-editor")[2].partition("</form>")[0].partition("<template")
    text = form[0] + form[2].partition("</template>")[2]
    found: dict[str, list[str]] = {"category": [""]}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="file"' not in tag:
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    description = re.search(r'<textarea[^>]*name="description"[^>]*>(.*?)</textarea>', text, re.S)
    return found | {"description": [unescape(description[1]) if description else ""]}


def only_product(app: Flask) -> Product:
    with app.app_context():
        product = db.session.query(Product).one()
        db.session.refresh(product)
        assert product.skus is not None
        assert product.pictures is not None
        return product


def save(console: Console, path: str, **values: object) -> TestResponse:
    return console.post(path, **values)  # type: ignore[arg-type]


def test_a_product_is_made_put_on_sale_and_changed(app: Flask, console: Console) -> None:
    answer = console.post("/products/new", **NEW, then="on_sale")  # type: ignore[arg-type]
    product = only_product(app)

    assert answer.location == f"/console/products/{product.id}"
    assert product.state == "on_sale"
    assert [(sku.price_fen, sku.stock) for sku in product.skus] == [(3800, 10), (8850, 4)]
    form = fields(console.text(f"/products/{product.id}"))
    form["sku-price"][1], form["sku-stock"][1] = "90", "6"
    assert console.post(f"/products/{product.id}", **form).status_code == 302  # type: ignore[arg-type]
    assert [(sku.price_fen, sku.stock) for sku in only_product(app).skus] == [(3800, 10), (9000, 6)]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(app: Flask, console: Console) -> None:
    answer = console.post("/products/new", **NEW | {"sku-price": ["38", "八十"]})  # type: ignore[arg-type]
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "净含量=125g的价格没有填对" in page
    kept = fields(page)
    assert (kept["title"], kept["sku-price"]) == (["武夷肉桂"], ["38", "八十"])


def test_buttons_change_the_table_and_keep_what_was_typed(app: Flask, console: Console) -> None:
    values = NEW | {"option-values": ["50g、125g、250g", ""], "do": "matrix"}
    form = fields(console.post("/products/new", **values).get_data(as_text=True))  # type: ignore[arg-type]
    assert form["sku-price"] == ["38", "88.50", ""]

    values = form | {"fill-weight": "200", "fill-code": "RG", "do": "fill"}
    form = fields(console.post("/products/new", **values).get_data(as_text=True))  # type: ignore[arg-type]

    assert form["sku-weight"] == ["200"] * 3
    assert form["sku-code"] == ["RG-1", "RG-2", "RG-3"]
    assert form["sku-stock"] == ["10", "4", "0"]
    with app.app_context():
        assert db.session.query(Product).count() == 0


def test_a_renamed_value_goes_on_being_the_same_sku(app: Flask, console: Console) -> None:
    console.post("/products/new", **NEW)  # type: ignore[arg-type]
    product = only_product(app)
    form = fields(console.text(f"/products/{product.id}"))
    form["option-values"][0] = "一两、125g"

    console.post(f"/products/{product.id}", **form)  # type: ignore[arg-type]

    after = only_product(app)
    assert [sku.id for sku in after.skus] == [sku.id for sku in product.skus]
    assert [sku.options for sku in after.skus] == ["净含量=一两", "净含量=125g"]


def test_who_is_late_is_told_keeps_his_words_and_may_insist(app: Flask, console: Console) -> None:
    console.post("/products/new", **NEW)  # type: ignore[arg-type]
    path = f"/products/{only_product(app).id}"
    mine = fields(console.text(path)) | {"title": ["我的名字"]}
    other = open_console(app, "xiaolin")
    other.post(path, **fields(other.text(path)) | {"title": ["小林的名字"]})  # type: ignore[arg-type]

    answer = console.post(path, **mine)  # type: ignore[arg-type]
    page = answer.get_data(as_text=True)

    assert answer.status_code == 409
    assert "xiaolin 在" in page
    assert only_product(app).title == "小林的名字"
    assert console.post(path, **fields(page)).status_code == 302  # type: ignore[arg-type]
    assert only_product(app).title == "我的名字"


def test_pictures_are_uploaded_sorted_and_shown_small(app: Flask, console: Console) -> None:
    def upload(**more: object) -> dict[str, list[str]]:
        files = [(BytesIO(draw("JPEG")), "茶.jpg"), (BytesIO(b"<svg>"), "坏.svg")]
        answer = save(console, "/products/new", **NEW | {"do": "upload", "file": files} | more)
        page = answer.get_data(as_text=True)
        assert "坏.svg：无法识别这张图片" in page
        return fields(page)

    first = upload()["picture"]
    form = upload(picture=first)
    names = form["picture"]
    moved = console.post("/products/new", **form | {"do": f"picture-left:{names[1]}"})  # type: ignore[arg-type]

    assert fields(moved.get_data(as_text=True))["picture"] == [names[1], names[0]]
    assert f'value="picture-left:{names[1]}" formnovalidate aria-label="往前移" data-focus' in moved.text
    assert console.get(f"/media/{names[0].replace('.jpg', '-s.jpg')}").status_code == 200
    told = save(console, "/products/pictures", file=(BytesIO(draw("PNG")), "a.png"))
    assert console.get(told.json["large"].removeprefix("/console")).status_code == 200
    assert save(console, "/products/pictures").status_code == 422


def test_the_preview_shows_a_draft_to_whoever_has_its_link(app: Flask, console: Console) -> None:
    hostile = "<p>火功足</p><script>alert(1)</script>"
    console.post("/products/new", **NEW | {"description": hostile})  # type: ignore[arg-type]
    product = only_product(app)
    link = re.search(r'src="(/shop/preview/[^"]+)"', console.text(f"/products/{product.id}"))
    assert link is not None

    answer = app.test_client().get(link[1])

    assert "武夷肉桂" in answer.text
    assert "<p>火功足</p>" in answer.text
    assert "alert(1)" not in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert app.test_client().get(f"{link[1]}x").status_code == 404
    assert app.test_client().get(f"/shop/p/{product.slug}").status_code == 404


@pytest.mark.both_databases
def test_many_are_put_on_and_off_sale_at_once_and_the_list_is_narrowed(app: Flask, console: Console) -> None:
    with app.app_context():
        ids = [str(make_sku(title=title).product_id) for title in ("白毫", "碧螺春")]
        make_sku(title="老茶头", stock=0)

    console.post("/products/move", product=ids, to="off", back="/console/products/")  # type: ignore[arg-type]

    page = console.text("/products/?shelf=off_sale&q=毫")
    assert "已下架 2 件商品。" in page
    assert "白毫" in page
    assert "碧螺春" not in page
    assert "老茶头" in console.text("/products/?shelf=sold_out")
    assert "没有符合条件的商品" in console.text("/products/?q=%25")
    assert console.post("/products/move", product=ids[0], to="nonsense").status_code == 404
    console.post("/products/move", to="on")
    assert "请先选择商品" in console.text("/products/")


@pytest.mark.both_databases
def test_categories_are_added_renamed_sorted_and_removed(app: Flask, console: Console) -> None:
    def say(title: str) -> str:
        console.post("/categories/", title=title)
        return console.text("/categories/")

    assert "分类已添加" in say("绿茶")
    assert "分类已添加" in say("红茶")
    assert "已经有“红茶”这个分类" in say(" 红茶")
    assert "分类名称要有 1 到 40 个字" in say(" ")

    console.post("/categories/2/move", to="up")
    console.post("/categories/1/rename", title="<b>绿</b>")
    page = console.text("/categories/")
    assert page.index("红茶") < page.index("&lt;b&gt;绿")
    with app.app_context():
        product_id = make_sku(category_id=2).product_id
    console.post("/categories/2/remove")

    assert "其中 1 件商品现在没有分类" in console.text("/categories/")
    with app.app_context():
        assert get_product(product_id).category_id is None
    assert console.post("/categories/2/remove").status_code == 404


def test_stock_is_changed_with_a_reason_and_its_history_shown(app: Flask, console: Console) -> None:
    with app.app_context():
        sku = make_sku(stock=5)
        path, sku_id = f"/products/{sku.product_id}/stock", str(sku.id)

    def say(change: str) -> str:
        console.post(path, sku=sku_id, change=change, note="到货 <i>")
        return console.text(path)

    assert "库存已改为 25。" in say("+20")
    assert "库存只有 25，不够减。" in say("－30")
    assert "请写 +20" in say("x")
    page = say("-3")

    assert "库存已改为 22。" in page
    assert "初始库存" in page
    assert "到货 &lt;i&gt;" in page
    with app.app_context():
        assert stock.find_unexplained() == []
    assert console.get(f"{path}?sku=999").status_code == 404
