"""What holds for every page of the shop: headers, caching, and errors that speak to people."""

import gzip
import logging
import re
from html.parser import HTMLParser

import pytest
from flask import Flask

from app.core.db import db
from app.followers.models import Follower
from tests.factories import make_order, make_sku
from tests.fakes import FakeGateway
from tests.follower_phone import HOME, SAFARI, Phone
from webviews import catalog


class InlineCode(HTMLParser):
    """Collects what the content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts without a file, handlers and styles in attributes."""
        names = {name for name, _ in attrs}
        if (tag == "script" and "src" not in names) or tag == "style":
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in names if name.startswith("on") or name == "style"]
        self.found += [f"{tag} {value}" for _, value in attrs if value and value.startswith("javascript:")]


@pytest.fixture
def phone(app: Flask, gateway: FakeGateway) -> Phone:
    phone = Phone(app).log_in()
    phone.post("/shop/addresses/new", **HOME)
    return phone


@pytest.fixture
def pages(app: Flask, phone: Phone) -> dict[str, str]:
    """Every page, as a follower with an order and something in the cart sees it."""
    with app.app_context():
        sku = make_sku()
        sku_id, slug = sku.id, sku.product.slug
        follower = db.session.get_one(Follower, 1)
        order_no = make_order(follower=follower, sku=make_sku()).order_no
    phone.post("/shop/cart/add", sku=sku_id, quantity=1)
    paths = [
        "/shop/",
        f"/shop/p/{slug}",
        "/shop/cart",
        f"/shop/checkout?sku={sku_id}&t=a-token-that-is-long-enough",
        f"/shop/pay/{order_no}",
        f"/shop/result/{order_no}",
        f"/shop/result/{order_no}?waited=1",
        "/shop/orders",
        f"/shop/orders/{order_no}",
        "/shop/addresses",
        "/shop/addresses/new",
        "/shop/addresses/1",
        "/shop/nowhere",
    ]
    return {path: phone.get(path).text for path in paths}


def test_no_page_holds_inline_code(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        parser = InlineCode()
        parser.feed(page)
        assert parser.found == [], path


def test_every_page_is_a_whole_page_with_its_language(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        assert page.startswith("\n<!doctype html>") or page.startswith("<!doctype html>"), path
        assert '<html lang="zh-CN">' in page, path
        assert "viewport-fit=cover" in page, path
        assert page.count("<h1") <= 1, path


def test_every_page_has_at_most_one_green_button_in_sight(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        in_sight = page.split('class="dialog"')[0]
        assert in_sight.count("weui-btn_primary") <= 1, path


def test_every_picture_has_words_and_a_size(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        for picture in re.findall(r"<img[^>]*>", page):
            assert "alt=" in picture, path
            assert "width=" in picture, path


def test_personal_pages_are_kept_nowhere(phone: Phone) -> None:
    for path in ("/shop/orders", "/shop/addresses", "/shop/cart", "/shop/login", "/shop/nowhere"):
        assert phone.get(path).headers["Cache-Control"] == "no-store", path
    assert phone.get("/shop/").headers["Cache-Control"] == "private, no-cache"


def test_the_policy_allows_our_files_and_wechats_script_only(phone: Phone) -> None:
    policy = phone.get("/shop/").headers["Content-Security-Policy"]

    assert "script-src 'self' https://res.wx.qq.com https://res2.wx.qq.com;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_versioned_file_is_kept_for_a_year_and_an_old_version_is_not(app: Flask, phone: Phone) -> None:
    path = re.search(r'href="(/shop/static/shop\.css\?v=\w+)"', phone.get("/shop/").text)
    assert path

    with phone.get(path.group(1)) as current, phone.get("/shop/static/shop.css?v=old") as old:
        assert "immutable" in current.headers["Cache-Control"]
        assert old.headers["Cache-Control"] == "public, max-age=300"


def test_style_sheets_travel_compressed_where_the_phone_can_read_it(app: Flask, phone: Phone) -> None:
    plain = phone.client.get("/shop/static/shop.css")
    packed = phone.client.get("/shop/static/shop.css", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    plain.close()


def test_a_page_that_is_not_there_says_so_with_a_reference_that_is_in_the_log(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        page = phone.get("/shop/nowhere/at/all")

    reference = re.search(r"编号 (\w{6}) ", page.text)
    assert page.status_code == 404
    assert reference
    assert reference.group(1) in [getattr(record, "reference", "") for record in caplog.records]


def test_a_mistake_of_ours_is_logged_whole_and_told_in_a_sentence(
    phone: Phone, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise ValueError("a secret detail")

    monkeypatch.setattr(catalog.catalog, "list_on_sale", fail)

    page = phone.get("/shop/")

    assert page.status_code == 500
    assert "我们这边出了点问题" in page.text
    assert "secret detail" not in page.text
    (record,) = [record for record in caplog.records if hasattr(record, "reference")]
    assert record.exc_info
    assert record.reference in page.text


def test_a_script_gets_its_errors_as_data(phone: Phone) -> None:
    answer = phone.get("/shop/api/nowhere")

    assert answer.status_code == 404
    assert set(answer.get_json()) == {"code", "title", "message", "reference"}


def test_a_wrong_method_is_a_page_not_found(phone: Phone) -> None:
    assert phone.post("/shop/orders").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/shop/addresses/99999999999999999999",
        "/shop/?c=99999999999999999999",
        "/shop/checkout?sku=9e9&t=" + "a" * 20,
    ],
)
def test_a_number_beyond_all_rows_is_no_mistake_of_ours(phone: Phone, path: str) -> None:
    assert phone.get(path).status_code in (200, 404)


def test_a_form_that_is_too_large_is_refused_with_a_sentence(phone: Phone) -> None:
    page = phone.post("/shop/addresses/new", detail="路" * 3_000_000)

    assert page.status_code == 413


def test_every_page_works_in_english_and_outside_wechat(app: Flask, pages: dict[str, str]) -> None:
    browser = Phone(app, agent=SAFARI)
    for path in ("/shop/", "/shop/cart", "/shop/orders", "/shop/nowhere"):
        answer = browser.client.get(
            path, base_url="https://shop.example.cn", headers={"Accept-Language": "en"}
        )
        assert answer.status_code in (200, 403, 404), path
        assert '<html lang="en">' in answer.text
