"""The shop's window: list, product, pictures."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.catalog.models import Category, Product, ProductPicture, ProductState, Sku
from app.core.db import transaction
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from tests.factories import make_sku
from tests.follower_phone import SAFARI, Phone


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app)


def make_tea(app: Flask, **product: object) -> str:
    """A product with two options; returns its slug."""
    with app.app_context(), transaction() as session:
        row = Product(slug="longjing", title="西湖龙井", summary="明前手采", state=ProductState.ON_SALE)
        row.description = "第一段\n\n第二段 <b>不是标签</b>"
        row.pictures = [ProductPicture(file="a.jpg"), ProductPicture(file="b.jpg", position=1)]
        row.skus = [
            Sku(code="A", options="净含量=50g;包装=罐装", price_fen=6800, stock=30),
            Sku(code="B", options="净含量=125g;包装=罐装", price_fen=12800, stock=0, position=1),
            Sku(code="C", options="净含量=125g;包装=袋装", price_fen=11800, stock=3, position=2),
        ]
        for name, value in product.items():
            setattr(row, name, value)
        session.add(row)
    return "longjing"


def test_the_list_shows_what_is_on_sale_with_its_lowest_price(app: Flask, phone: Phone) -> None:
    make_tea(app)
    with app.app_context():
        make_sku(title="正山小种")

    page = phone.get("/shop/").text

    assert "西湖龙井" in page
    assert "正山小种" in page
    assert "68.00" in page
    assert "128.00" not in page


def test_lists_show_the_small_copy_and_the_page_the_large_one(app: Flask, phone: Phone) -> None:
    name = f"p-{'0' * 32}.jpg"
    slug = make_tea(app, pictures=[ProductPicture(file=name)])

    assert f"/shop/media/{name.replace('.jpg', '-s.jpg')}" in phone.get("/shop/").text
    assert f'src="/shop/media/{name}"' in phone.get(f"/shop/p/{slug}").text


def test_a_description_is_shown_formatted_and_harmless(app: Flask, phone: Phone) -> None:
    hostile = '<h3>冲泡</h3><p onclick="x()">九十度<script>alert(1)</script></p>'
    slug = make_tea(app, description=hostile)

    page = phone.get(f"/shop/p/{slug}").text

    assert "<h3>冲泡</h3><p>九十度</p>" in page


def test_what_is_off_sale_is_neither_listed_nor_shown(app: Flask, phone: Phone) -> None:
    slug = make_tea(app, state=ProductState.OFF_SALE)

    assert "西湖龙井" not in phone.get("/shop/").text
    page = phone.get(f"/shop/p/{slug}")
    assert page.status_code == 404
    assert "不在架上" in page.text


def test_a_search_finds_title_and_summary_and_says_when_it_finds_nothing(app: Flask, phone: Phone) -> None:
    make_tea(app)

    assert "西湖龙井" in phone.get("/shop/", q="手采").text
    nothing = phone.get("/shop/", q="<咖啡>").text
    assert "没有找到“&lt;咖啡&gt;”" in nothing
    assert "西湖龙井" not in nothing


def test_a_category_shows_its_own_products(app: Flask, phone: Phone) -> None:
    make_tea(app)
    with app.app_context(), transaction() as session:
        category = Category(title="茶器")
        session.add(category)
        session.flush()
        number = category.id
    with app.app_context():
        make_sku(title="盖碗", category_id=number)

    page = phone.get("/shop/", c=number).text

    assert "盖碗" in page
    assert "西湖龙井" not in page


def test_an_empty_shop_says_so(phone: Phone) -> None:
    assert "店主正在上架" in phone.get("/shop/").text


def test_a_product_tells_freight_options_and_stock_before_buying(app: Flask, phone: Phone) -> None:
    page = phone.get(f"/shop/p/{make_tea(app)}").text

    assert "每单 ¥8.00，满 ¥99.00 免运费" in page
    for words in ("净含量", "125g", "袋装", '"stock": 3', "加入购物车", "立即购买"):
        assert words in page, words
    assert "第二段 &lt;b&gt;" in page


def test_few_pieces_and_none_are_told(app: Flask, phone: Phone) -> None:
    with app.app_context():
        few = make_sku(stock=3).product.slug
        none = make_sku(stock=0).product.slug

    assert "仅剩 3 件" in phone.get(f"/shop/p/{few}").text
    sold_out = phone.get(f"/shop/p/{none}").text
    assert "已售罄" in sold_out
    assert "立即购买" not in sold_out
    assert "已售罄" in phone.get("/shop/").text


def test_a_shared_link_carries_an_entrance_of_its_own(app: Flask, phone: Phone) -> None:
    slug = make_tea(app)

    page = phone.get(f"/shop/p/{slug}").text

    with app.app_context():
        code = code_for(EntranceKind.SHARE, slug, "西湖龙井")
    assert f'data-share-link="https://shop.example.cn/shop/p/{slug}?e={code}"' in page
    assert 'data-share-picture="https://shop.example.cn/shop/media/a.jpg"' in page
    assert 'data-share-title="西湖龙井"' in page
    assert 'data-share-text="明前手采"' in page


def test_the_shop_is_shared_with_an_entrance_of_its_own_whatever_entrance_it_was_opened_by(
    app: Flask, phone: Phone
) -> None:
    make_tea(app)
    with app.app_context():
        menu = code_for(EntranceKind.MENU, "1", "菜单")
        shared = code_for(EntranceKind.SHARE, "/shop/", "小铺")

    page = phone.get("/shop/", e=menu).text

    assert f'data-share-link="https://shop.example.cn/shop/?e={shared}"' in page
    assert 'data-share-picture="https://shop.example.cn/shop/media/a.jpg"' in page
    assert menu not in page


def test_the_sdk_is_loaded_inside_wechat_only(app: Flask, phone: Phone) -> None:
    slug = make_tea(app)

    assert "res.wx.qq.com" in phone.get(f"/shop/p/{slug}").text
    assert "res.wx.qq.com" not in Phone(app, agent=SAFARI).get(f"/shop/p/{slug}").text


def test_a_page_of_ours_is_signed_and_no_other(phone: Phone) -> None:
    ours = phone.get("/shop/api/jssdk", url="https://shop.example.cn/shop/p/longjing?e=1#x")
    theirs = phone.get("/shop/api/jssdk", url="https://evil.example/")

    assert set(ours.get_json()) == {"appId", "timestamp", "nonceStr", "signature"}
    assert theirs.status_code == 422


def test_a_picture_is_served_for_a_year(app: Flask, phone: Phone) -> None:
    folder = Path(app.config["MEDIA_DIR"])
    folder.mkdir(parents=True)
    (folder / "tea.jpg").write_bytes(b"\xff\xd8\xff")

    picture = phone.get("/shop/media/tea.jpg")

    assert picture.status_code == 200
    assert picture.mimetype == "image/jpeg"
    assert "immutable" in picture.headers["Cache-Control"]
    picture.close()


@pytest.mark.parametrize(
    "name",
    ["../shop.db", "..%2fshop.db", ".env", "shop.db", "a.svg", "a.html", "x/a.jpg", "a.jpg.exe"],
)
def test_nothing_but_a_plain_picture_is_served(app: Flask, phone: Phone, name: str) -> None:
    folder = Path(app.config["MEDIA_DIR"])
    folder.mkdir(parents=True)
    for file in ("shop.db", "a.svg", "a.html", "a.jpg.exe"):
        (folder / file).write_bytes(b"secret")

    assert phone.get(f"/shop/media/{name}").status_code == 404


def test_the_bare_address_leads_into_the_shop(client: FlaskClient) -> None:
    answer = client.get("/")

    assert answer.status_code in (301, 302, 308)
    assert answer.headers["Location"].endswith("/shop/")
