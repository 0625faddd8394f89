"""Product QR codes in the console: one for each place, on posters and sheets, and what is read from them."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from PIL import Image

from app.catalog.models import ProductPicture
from app.core.db import transaction
from app.entrances.models import EntranceKind
from app.entrances.service import code_for, find_by_code, get_entrance
from console.entrances.posters import page_address
from simulator.qr.reader import read_picture
from tests.drawings import find_code, paint
from tests.factories import make_sku
from tests.follower_phone import Phone
from tests.staff import Console


def make_product(app: Flask, title: str = "西湖龙井", picture: str = "", **sku: int) -> str:
    """A product, perhaps with a picture; returns its slug."""
    with app.app_context():
        product = make_sku(title=title, **sku).product
        if picture:
            with transaction() as session:
                session.merge(product).pictures = [ProductPicture(file=picture)]
        return product.slug


def add(console: Console, slug: str, place: str = "橱窗") -> int:
    """A place more; returns the entrance's number."""
    console.post(f"/posters/{slug}/", place=place)
    page = console.text(f"/posters/{slug}/")
    return max(int(number) for number in re.findall(r"/console/posters/(\d+)\.png", page))


def test_each_place_has_a_code_of_its_own_that_opens_the_product(app: Flask, console: Console) -> None:
    slug = make_product(app)

    links = {
        read_picture(console.get(f"/posters/{add(console, slug, place)}.png").data)
        for place in ("橱窗", "传单")
    }

    assert len(links) == 2
    for link in links:
        assert link.startswith(f"https://shop.example.cn/shop/p/{slug}?e=")
        with app.app_context():
            entrance = find_by_code(link.partition("?e=")[2])
            assert entrance is not None
            assert entrance.kind == EntranceKind.POSTER


def test_who_scans_it_stands_before_the_product_and_is_counted(app: Flask, console: Console) -> None:
    slug = make_product(app)
    number = add(console, slug)
    link = urlsplit(read_picture(console.get(f"/posters/{number}.png").data))

    with Phone(app).get(f"{link.path}?{link.query}") as page:
        assert "西湖龙井" in page.text

    assert "进店 1 次，下单 0 笔" in console.text(f"/posters/{slug}/")


def test_a_place_is_taken_off_the_list_while_its_code_works_on(app: Flask, console: Console) -> None:
    slug = make_product(app)
    number = add(console, slug)
    with app.app_context():
        address = page_address(get_entrance(number))

    assert console.post(f"/posters/{number}/remove").status_code == 302

    page = console.text(f"/posters/{slug}/")
    assert "“橱窗”已撤下" in page
    assert f"/console/posters/{number}/poster.svg" not in page
    assert f"poster={number}" not in console.text("/posters/")
    with app.app_context():
        assert find_by_code(address.partition("?e=")[2]) is not None
    assert add(console, slug) == number
    assert console.post("/posters/999/remove").status_code == 404


def test_the_same_place_again_is_the_same_code(app: Flask, console: Console) -> None:
    slug = make_product(app)

    assert add(console, slug, "橱窗") == add(console, slug, " 橱窗 ")


@pytest.mark.parametrize("place", ["", "  ", "字" * 17, "a\u202eb"])
def test_a_place_that_is_no_name_is_refused(app: Flask, console: Console, place: str) -> None:
    slug = make_product(app)

    console.post(f"/posters/{slug}/", place=place)

    page = console.text(f"/posters/{slug}/")
    assert "名称" in page
    assert ".png" not in page


def test_the_poster_shows_title_price_and_code(app: Flask, console: Console) -> None:
    slug = make_product(app, price_fen=12850)
    number = add(console, slug)

    poster = console.text(f"/posters/{number}/poster.svg")

    for words in ("西湖龙井", "128.50", "微信扫一扫", "橱窗", 'width="105mm"', 'height="148mm"'):
        assert words in poster
    assert "起" not in poster
    link = read_picture(paint(find_code(poster)))
    assert link == read_picture(console.get(f"/posters/{number}.png").data)
    assert link == read_picture(paint(find_code(console.text(f"/posters/{number}.svg"))))


def test_a_price_that_depends_on_the_option_is_the_lowest(app: Flask, console: Console) -> None:
    slug = make_product(app)
    with app.app_context(), transaction() as session:
        product = session.merge(make_sku(title="白茶", price_fen=8800).product)
        second = session.merge(make_sku(price_fen=9900))
        second.product_id, second.options = product.id, "净含量=100g"
        slug = product.slug

    poster = console.text(f"/posters/{add(console, slug)}/poster.svg")

    assert "88.00" in poster
    assert "起" in poster


def test_the_picture_is_part_of_the_poster(app: Flask, console: Console) -> None:
    media = Path(app.config["MEDIA_DIR"])
    media.mkdir(parents=True)
    Image.new("RGB", (300, 200), "green").save(media / "tea.jpg")
    slug = make_product(app, picture="tea.jpg")

    assert 'href="data:image/jpeg;base64,' in console.text(f"/posters/{add(console, slug)}/poster.svg")


@pytest.mark.parametrize("file", ["none.jpg", "broken.jpg", "../secret.jpg"])
def test_without_a_readable_picture_there_is_still_a_poster(app: Flask, console: Console, file: str) -> None:
    media = Path(app.config["MEDIA_DIR"])
    media.mkdir(parents=True)
    (media / "broken.jpg").write_bytes(b"no picture")
    Image.new("RGB", (9, 9)).save(media.parent / "secret.jpg")
    slug = make_product(app, picture=file)

    poster = console.text(f"/posters/{add(console, slug)}/poster.svg")

    assert "data:image" not in poster
    assert "西湖龙井" in poster


@pytest.mark.parametrize(
    "title",
    ["<script>alert(1)</script>", "\"'&<b>黑客</b>", "茶" * 80, "👨\u200d👩\u200d👧" * 15, "a\x01\x0b\x1fb"],
    ids=["markup", "quotes", "wide", "emoji", "control"],
)
def test_hostile_titles_break_no_poster(app: Flask, console: Console, title: str) -> None:
    slug = make_product(app, title=title)

    poster = console.text(f"/posters/{add(console, slug)}/poster.svg")

    assert not re.search(r"<script|<b>|[\x00-\x08\x0b-\x1f]", poster)
    assert poster.count("<text") == poster.count("</text>")
    assert read_picture(paint(find_code(poster))).startswith("https://shop.example.cn/")


def test_several_products_share_a_sheet_that_is_filled_up(app: Flask, console: Console) -> None:
    numbers = [add(console, make_product(app, title)) for title in ("龙井", "白茶", "普洱")]
    query = "&".join(f"poster={number}" for number in numbers)

    page = console.text(f"/posters/print?{query}&sheet=a4")

    assert re.findall(r"posters/(\d+)/poster", page) == [str(number) for number in [*numbers, numbers[0]]]
    assert page.count('class="sheet sheet-a4"') == 1
    assert console.text(f"/posters/print?{query}").count('class="sheet sheet-a6"') == 3


@pytest.mark.parametrize("query", ["", "poster=x", "poster=99", "poster=99999999999999999999"])
def test_there_is_nothing_to_print_without_a_poster(console: Console, query: str) -> None:
    assert console.get(f"/posters/print?{query}").status_code == 404


def test_what_is_no_poster_has_no_poster(app: Flask, console: Console) -> None:
    with app.app_context():
        code_for(EntranceKind.MENU, "1", "菜单")

    for path in ("/posters/1.png", "/posters/1/poster.svg", "/posters/print?poster=1", "/posters/nothing/"):
        assert console.get(path).status_code == 404


def test_every_product_leads_to_its_codes(app: Flask, console: Console) -> None:
    slug = make_product(app)

    assert f'href="/console/posters/{slug}/"' in console.text("/products/")
    assert f'href="/console/posters/{slug}/"' in console.text("/posters/")
    assert f'href="/console/codes/new?product={slug}"' in console.text(f"/posters/{slug}/")
