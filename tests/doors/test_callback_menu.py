"""The menu from the command line, and what its buttons then do."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import db, transaction
from app.entrances.models import Entrance, EntranceKind
from app.entrances.service import find_by_code
from app.wechat.models import MenuPublication
from tests.factories import make_sku
from tests.fake_platform import Asked, FakePlatform
from tests.pushes import push, read_fields, write_event

MENU = {
    "button": [
        {"type": "view", "name": "逛商城", "url": "/shop/"},
        {"type": "click", "name": "本周新品", "key": "NEWS_NEW"},
        {
            "name": "我的",
            "sub_button": [
                {"type": "view", "name": "我的订单", "url": "/shop/orders"},
                {"type": "click", "name": "联系客服", "key": "CONTACT"},
            ],
        },
    ]
}

TOML = """
[[button]]
type = "view"
name = "逛商城"
url = "/shop/"
"""


class MenuPlatform(FakePlatform):
    """Keeps the menu as WeChat does: every leaf comes back with an empty `sub_button`."""

    menu: dict[str, Any] | None = None

    def __enter__(self) -> "MenuPlatform":
        super().__enter__()
        self.answers["/cgi-bin/menu/create"] = self._create
        self.answers["/cgi-bin/menu/get"] = self._get
        return self

    def _create(self, asked: Asked) -> dict[str, Any]:
        self.menu = asked.json
        return {"errcode": 0, "errmsg": "ok"}

    def _get(self, _: Asked) -> dict[str, Any]:
        if self.menu is None:
            return {"errcode": 46003, "errmsg": "menu no exist"}
        buttons = [button | {"sub_button": button.get("sub_button", [])} for button in self.menu["button"]]
        return {"menu": {"button": buttons, "menuid": 460187342}}


@pytest.fixture
def platform(app: Flask) -> Iterator[MenuPlatform]:
    with MenuPlatform() as platform:
        client = app.extensions["wechat"].client
        client.api_base, client.API_BASE_URL = platform.base, f"{platform.base}/cgi-bin/"
        yield platform


def run(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["wechat", "menu", *args])


def seed(app: Flask, definition: dict[str, Any] = MENU) -> None:
    with app.app_context(), transaction() as session:
        session.add(MenuPublication(definition=definition))


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_the_seeded_menu_is_published_and_read_back(app: Flask, platform: MenuPlatform) -> None:
    seed(app)

    result = run(app, "publish")

    assert result.exit_code == 0, result.output
    assert "我的订单" in result.output
    assert "与定义不同" not in result.output
    assert platform.menu is not None
    assert [button["name"] for button in platform.menu["button"]] == ["逛商城", "本周新品", "我的"]


def test_chinese_in_the_menu_is_not_escaped(app: Flask, platform: MenuPlatform) -> None:
    seed(app)

    run(app, "publish")

    [created] = [asked for asked in platform.asked if asked.path == "/cgi-bin/menu/create"]
    assert "逛商城".encode() in created.body
    assert b"\\u" not in created.body


def test_paths_become_addresses_that_remember_their_button(app: Flask, platform: MenuPlatform) -> None:
    seed(app)

    run(app, "publish")

    assert platform.menu is not None
    urls = [platform.menu["button"][0]["url"], platform.menu["button"][2]["sub_button"][0]["url"]]
    with app.app_context():
        labels = []
        for url in urls:
            entrance = find_by_code(url.partition("?e=")[2])
            assert entrance is not None
            labels.append(entrance.label)
    assert urls[0].startswith("https://shop.example.cn/shop/?e=")
    assert labels == ["菜单：逛商城", "菜单：我的订单"]


def test_publishing_twice_keeps_the_codes(app: Flask, platform: MenuPlatform) -> None:
    seed(app)
    run(app, "publish")
    first = platform.menu

    run(app, "publish")

    assert platform.menu == first
    with app.app_context():
        kinds = list(db.session.scalars(select(Entrance.kind)))
    assert kinds == [EntranceKind.MENU] * 2


@pytest.mark.parametrize(
    ("name", "text"), [("menu.toml", TOML), ("menu.json", json.dumps({"button": [MENU["button"][0]]}))]
)
def test_a_menu_is_published_from_a_file(
    app: Flask, platform: MenuPlatform, tmp_path: Path, name: str, text: str
) -> None:
    result = run(app, "publish", write(tmp_path, name, text))

    assert result.exit_code == 0, result.output
    assert platform.menu is not None
    assert platform.menu["button"][0]["name"] == "逛商城"


def test_the_definition_is_kept_as_it_was_written(app: Flask, platform: MenuPlatform, tmp_path: Path) -> None:
    run(app, "publish", write(tmp_path, "menu.toml", TOML))

    with app.app_context():
        kept = db.session.scalars(select(MenuPublication.definition)).one()
    assert kept["button"][0]["url"] == "/shop/"


def test_what_wechat_shows_differently_is_told(app: Flask, platform: MenuPlatform) -> None:
    seed(app)
    other = {"button": [{"type": "click", "name": "别的", "key": "OTHER"}]}
    platform.answers["/cgi-bin/menu/get"] = lambda _: {"menu": other}

    result = run(app, "publish")

    assert "与定义不同：1 name: 逛商城 ≠ 别的" in result.output


def test_a_menu_beyond_the_limits_is_not_sent(app: Flask, platform: MenuPlatform) -> None:
    seed(app, {"button": [{"type": "click", "name": "名字实在太长了", "key": "K"}]})

    result = run(app, "publish")

    assert result.exit_code == 1
    assert "最多 16 字节" in result.output
    assert platform.asked == []


def test_without_a_definition_a_file_is_asked_for(app: Flask, platform: MenuPlatform) -> None:
    result = run(app, "publish")

    assert result.exit_code == 1
    assert ".toml" in result.output


@pytest.mark.parametrize(("name", "text"), [("m.toml", "= ="), ("m.json", "{"), ("m.json", "[1]")])
def test_a_file_that_cannot_be_read_is_named(
    app: Flask, platform: MenuPlatform, tmp_path: Path, name: str, text: str
) -> None:
    result = run(app, "publish", write(tmp_path, name, text))

    assert result.exit_code == 1
    assert name in result.output


def test_a_refusal_by_wechat_is_told_in_a_sentence(app: Flask, platform: MenuPlatform) -> None:
    seed(app)
    platform.answers["/cgi-bin/menu/create"] = lambda _: {"errcode": 48001, "errmsg": "api unauthorized"}

    result = run(app, "publish")

    assert result.exit_code == 1
    assert "没有这个接口的权限" in result.output
    assert "Traceback" not in result.output


def test_show_prints_the_menu_wechat_shows(app: Flask, platform: MenuPlatform) -> None:
    seed(app)
    run(app, "publish")

    result = run(app, "show")

    assert "    联系客服  click CONTACT" in result.output


def test_show_says_when_there_is_none(app: Flask, platform: MenuPlatform) -> None:
    result = run(app, "show")

    assert result.exit_code == 0
    assert "还没有" in result.output


def test_a_click_is_counted_under_the_words_on_its_button(app: Flask, client: FlaskClient) -> None:
    seed(app)
    with app.app_context():
        make_sku()

    fields = read_fields(push(client, write_event("CLICK", EventKey="NEWS_NEW")))

    with app.app_context():
        entrance = find_by_code(fields["Articles/item/Url"].partition("?e=")[2])
        assert entrance is not None
        assert entrance.label == "菜单：本周新品"
