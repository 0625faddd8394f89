"""Every page of a shop in use opens: what a page alone asks for is tried on PostgreSQL, with `--both` on SQLite too."""

import pytest
from flask import Flask

from tests.filled_shop import Walk, fill
from tests.follower_phone import Phone
from tests.staff import make_hashes_quick, make_staff, open_console

pytestmark = pytest.mark.postgresql_only

OPENID = "oTeaShop_9999999999999999999"  # whom no builder makes


def without_arguments(app: Flask, below: str) -> list[str]:
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(below) and "GET" in (rule.methods or ()) and not rule.arguments
    ]


def test_every_page_of_the_console_opens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)
    console = open_console(app)
    fill(app, OPENID)
    pages = without_arguments(app, "/console/")

    walk = Walk(app, lambda path: console.client.get(path, buffered=True), "/console/").start(*pages)

    assert walk.broken == []
    assert len(walk.endpoints) > len(pages)


def test_every_page_of_the_shop_opens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)
    with app.app_context():
        make_staff()
    phone = Phone(app, OPENID).log_in()
    fill(app, OPENID)
    pages = without_arguments(app, "/shop/")

    walk = Walk(app, phone.get, "/shop/").start(*pages)

    assert walk.broken == []
    assert len(walk.endpoints) > len(pages) / 2
