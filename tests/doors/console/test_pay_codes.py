"""Payment codes of goods in the console: which kind of code a product has, and why, and what is printed."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from flask import Flask

from app.catalog.models import Sku
from app.core.db import transaction
from app.payments.static_codes import product_id_of
from simulator.qr.reader import read_picture
from tests.apiv2 import use_apiv2
from tests.drawings import find_code, paint
from tests.factories import make_sku
from tests.offers import make_point
from tests.staff import Console


def test_without_mode_1_the_page_says_what_its_codes_are_and_why(app: Flask, console: Console) -> None:
    with app.app_context():
        slug = make_sku().product.slug
        make_point()

    assert "本店没有这种码" in console.text(f"/posters/{slug}/")
    assert console.get(f"/pay-codes/{slug}/1.png").status_code == 404


def test_with_it_each_pick_up_point_has_a_code_on_a_poster(
    app: Flask, console: Console, tmp_path: Path
) -> None:
    use_apiv2(app, tmp_path)
    with app.app_context():
        product = make_sku(title="安吉白茶", price_fen=12850).product
        slug, points = product.slug, [make_point(), make_point(title="机场店")]
        expected = [product_id_of(product, point) for point in points]
        numbers = [point.id for point in points]

    page = console.text(f"/posters/{slug}/")
    said = []
    for number in numbers:
        assert f"/console/pay-codes/{slug}/{number}/poster.svg" in page
        text = read_picture(console.get(f"/pay-codes/{slug}/{number}.png").data)
        said.append(dict(parse_qsl(urlsplit(text).query))["product_id"])
    poster = console.text(f"/pay-codes/{slug}/{numbers[1]}/poster.svg")

    assert said == expected
    for words in ("安吉白茶", "128.50", "微信扫一扫付款", "机场店"):
        assert words in poster
    assert f"product_id={expected[1]}&" in read_picture(paint(find_code(poster)))
    assert f"/pay-codes/{slug}/{numbers[0]}/poster.svg" in console.text(
        f"/pay-codes/{slug}/{numbers[0]}/print"
    )
    assert console.get(f"/pay-codes/{slug}/99999.png").status_code == 404


def test_what_has_none_says_why(app: Flask, console: Console, tmp_path: Path) -> None:
    use_apiv2(app, tmp_path)
    with app.app_context():
        sku = make_sku()
        slug = sku.product.slug
    assert "请先设一个自提点" in console.text(f"/posters/{slug}/")

    with app.app_context():
        point_id = make_point().id
        with transaction() as session:
            session.add(Sku(product_id=sku.product_id, code="SECOND", options="", price_fen=900, stock=1))

    assert "有几种规格的商品" in console.text(f"/posters/{slug}/")
    assert console.get(f"/pay-codes/{slug}/{point_id}.png").status_code == 404
