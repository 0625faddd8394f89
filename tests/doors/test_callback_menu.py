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
from app.wechat.menus.models import MenuVersion
from app.wechat.menus.states import VersionState
from app.wechat.menus.versions import get_default, list_personal, list_versions
from tests.factories import make_sku
from tests.menu_platform import MenuPlatform, open_menu_platform
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


@pytest.fixture
def platform(app: Flask) -> Iterator[MenuPlatform]:
    with open_menu_platform(app) as platform:
        yield platform


def run(app: Flask, *args: str, **environment: str) -> Result:
    terminal = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "C.UTF-8", **environment}
    return app.test_cli_runner(env=terminal).invoke(args=["wechat", "menu", *args])


def seed(app: Flask, definition: dict[str, Any] = MENU) -> None:
    """A menu that was published before, to a WeChat that has forgotten it since."""
    with app.app_context(), transaction() as session:
        version = MenuVersion(
            menu_id=get_default().id,
            number=1,
            state=VersionState.SHOWN,
            definition=definition,
            sent=definition,
        )
        session.add(version)


def numbers(app: Flask) -> list[int]:
    with app.app_context():
        return [version.number for version in list_versions(get_default().id)]


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_the_seeded_menu_is_published_and_read_back(app: Flask, platform: MenuPlatform) -> None:
    seed(app)

    result = run(app, "publish")

    assert result.exit_code == 0, result.output
    assert "我的订单" in result.output
    assert "和发布的不同" not in result.output
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


def test_publishing_twice_keeps_the_codes_and_the_version(app: Flask, platform: MenuPlatform) -> None:
    seed(app)
    run(app, "publish")
    first = platform.menu

    run(app, "publish")

    assert platform.menu == first
    assert numbers(app) == [2, 1]
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


def test_what_wechat_shows_differently_is_told(app: Flask, platform: MenuPlatform) -> None:
    seed(app)
    other = {"button": [{"type": "click", "name": "别的", "key": "OTHER"}]}
    platform.answers["/cgi-bin/menu/get"] = lambda _: {"menu": other}

    result = run(app, "publish")

    assert result.exit_code == 0
    assert "≠ 第 1 列：“逛商城” 打开网页 https://shop.example.cn/shop/" in result.output
    assert "→ “别的” 点击回复 OTHER" in result.output


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


@pytest.mark.parametrize(
    ("name", "text"), [("m.toml", "= ="), ("m.json", "{"), ("m.json", "[1]"), ("m.json", "{}")]
)
def test_a_file_that_cannot_be_read_is_named(
    app: Flask, platform: MenuPlatform, tmp_path: Path, name: str, text: str
) -> None:
    result = run(app, "publish", write(tmp_path, name, text))

    assert result.exit_code == 1
    assert name in result.output or "1 到 3 个按钮" in result.output
    assert "Traceback" not in result.output


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

    assert "    联系客服  点击回复 CONTACT" in run(app, "show").output


def test_show_says_when_there_is_none(app: Flask, platform: MenuPlatform) -> None:
    result = run(app, "show")

    assert result.exit_code == 0
    assert "现在没有菜单" in result.output


def test_check_fails_when_wechat_shows_something_else(
    app: Flask, platform: MenuPlatform, tmp_path: Path
) -> None:
    run(app, "publish", write(tmp_path, "menu.toml", TOML))
    assert run(app, "check").exit_code == 0

    platform.menu = {"button": [{"type": "click", "name": "别的", "key": "OTHER"}]}

    result = run(app, "check")
    assert result.exit_code == 1
    assert "“别的”" in result.output


def test_history_tells_every_version_and_rollback_brings_one_back(
    app: Flask, platform: MenuPlatform, tmp_path: Path
) -> None:
    assert "还没有发布过" in run(app, "history").output
    run(app, "publish", write(tmp_path, "menu.toml", TOML), "--note", "开店")
    run(app, "publish", write(tmp_path, "menu.toml", TOML.replace("逛商城", "进店")))

    assert "已发布为第 3 版" in run(app, "rollback", "1").output

    history = run(app, "history").output
    assert [line.split("  ")[0] for line in history.splitlines()] == ["第 3 版", "第 2 版", "第 1 版"]
    assert "command  开店" in history
    assert platform.menu is not None
    assert platform.menu["button"][0]["name"] == "逛商城"
    assert run(app, "rollback", "9").exit_code == 1
    assert run(app, "rollback", "x").exit_code == 2


def test_personalised_menus_come_and_go(app: Flask, platform: MenuPlatform, tmp_path: Path) -> None:
    file = write(tmp_path, "vip.toml", TOML)
    refused = run(app, "conditional", "add", file, "--name", "会员", "--tag", "101")
    assert refused.exit_code == 1
    assert "请先发布默认菜单" in refused.output
    assert "还没有个性化菜单" in run(app, "conditional", "list").output
    seed(app)
    run(app, "publish")

    added = run(
        app, "conditional", "add", file, "--name", "安卓会员", "--tag", "101", "--platform", "android"
    )

    assert added.exit_code == 0, added.output
    assert "标签“101”、安卓手机  正在显示" in run(app, "conditional", "list").output
    assert "逛商城  打开网页" in run(app, "conditional", "try", "somebody").output
    assert run(app, "conditional", "try", "nobody").exit_code == 1
    with app.app_context():
        menu_id = list_personal()[0].id
    assert run(app, "conditional", "remove", str(menu_id)).exit_code == 0
    assert platform.personal == {}
    assert run(app, "conditional", "remove", str(menu_id)).exit_code == 1


def test_a_personalised_menu_is_edited(app: Flask, platform: MenuPlatform, tmp_path: Path) -> None:
    file = write(tmp_path, "vip.toml", TOML)
    seed(app)
    run(app, "publish")
    run(app, "conditional", "add", file, "--name", "会员", "--tag", "101", "--platform", "ios")
    with app.app_context():
        number = str(list_personal()[0].id)
    new = write(tmp_path, "new.toml", TOML.replace("逛商城", "会员店"))

    assert "排在最前" in run(app, "conditional", "edit", number, new, "--platform", "any").output
    assert "没有变化" in run(app, "conditional", "edit", number, "--name", "老客").output

    (only,) = platform.personal.values()
    assert only["button"][0]["name"] == "会员店"
    assert only["matchrule"] == {"tag_id": "101"}
    assert "老客  标签“101”" in run(app, "conditional", "list").output
    assert run(app, "conditional", "edit", number, "--tag", "").exit_code == 1
    assert run(app, "conditional", "edit", "999").exit_code == 1


def test_all_menus_are_taken_down_only_when_it_was_meant(
    app: Flask, platform: MenuPlatform, tmp_path: Path
) -> None:
    seed(app)
    run(app, "publish")
    run(app, "conditional", "add", write(tmp_path, "vip.toml", TOML), "--name", "会员", "--tag", "101")

    unsure = run(app, "take-down")
    assert unsure.exit_code == 1
    assert "个性化菜单：会员" in unsure.output
    assert len(platform.personal) == 1

    assert run(app, "take-down", "--yes").exit_code == 0
    assert (platform.menu, platform.personal) == (None, {})
    assert run(app, "publish").exit_code == 0
    assert platform.menu is not None


@pytest.mark.parametrize(
    ("args", "environment", "words"),
    [
        ((), {}, "现在没有菜单"),
        (("--lang", "en"), {}, "no menu"),
        ((), {"LANG": "en_GB.UTF-8"}, "no menu"),
        (("--lang", "zh"), {"LANG": "en_GB.UTF-8"}, "现在没有菜单"),
    ],
)
def test_the_terminal_is_spoken_to_in_its_language(
    app: Flask, platform: MenuPlatform, args: tuple[str, ...], environment: dict[str, str], words: str
) -> None:
    assert words in run(app, "show", *args, **environment).output


def test_a_click_is_counted_under_the_words_on_its_button(app: Flask, client: FlaskClient) -> None:
    seed(app)
    with app.app_context():
        make_sku()

    fields = read_fields(push(client, write_event("CLICK", EventKey="NEWS_NEW")))

    with app.app_context():
        entrance = find_by_code(fields["Articles/item/Url"].partition("?e=")[2])
        assert entrance is not None
        assert entrance.label == "菜单：本周新品"
