"""Checking and comparing menus."""

from typing import Any

import pytest

from app.wechat.menu import compare
from app.wechat.menu_limits import find_problems


def click(name: str = "新品", key: str = "NEWS_NEW") -> dict[str, Any]:
    return {"type": "click", "name": name, "key": key}


def view(url: str, name: str = "进店") -> dict[str, Any]:
    return {"type": "view", "name": name, "url": url}


def parent(*children: dict[str, Any], **extra: object) -> dict[str, Any]:
    return {"name": "更多", "sub_button": list(children)} | extra


@pytest.mark.parametrize(
    "button",
    [
        click(),
        click("五个字一级"),
        view("/shop/"),
        view("https://shop.example.cn/shop/"),
        view("https://shop.example.cn/" + "x" * 1000),
        click(key="k" * 128),
        parent(*[click("子" * 20)] * 5),
        click() | {"sub_button": []},
        {"type": "scancode_waitmsg", "name": "扫码", "key": "SCAN"},
        {"type": "media_id", "name": "图片", "media_id": "m"},
        {"type": "article_id", "name": "文章", "article_id": "a"},
        {
            "type": "miniprogram",
            "name": "小程序",
            "url": "https://shop.example.cn/",
            "appid": "wx9f8e7d6c5b4a3928",
            "pagepath": "pages/home/index",
        },
    ],
)
def test_a_button_within_the_limits_is_taken(button: dict[str, Any]) -> None:
    assert find_problems({"button": [button]}) == []


@pytest.mark.parametrize(
    ("button", "words"),
    [
        (click("六个字的按钮"), "18 字节，最多 16 字节"),
        (click(""), "名称"),
        ({"type": "click", "key": "K"}, "名称"),
        (click(key=""), "缺少 key"),
        (click(key="k" * 129), "128"),
        (view(""), "缺少 url"),
        (view("https://shop.example.cn/" + "x" * 1001), "1024"),
        (view("javascript:alert(1)"), "https://"),
        (view("//evil.example/"), "https://"),
        ({"type": "view_limited", "name": "旧", "media_id": "m"}, "view_limited"),
        ({"name": "空"}, "类型"),
        ({"type": "miniprogram", "name": "小程序", "url": "https://x.cn/"}, "缺少 appid"),
        (parent(click(), type="click"), "不能再有动作"),
        (parent(*[click()] * 6), "最多 5 个"),
        (parent(click("子" * 21)), "63 字节，最多 60 字节"),
        (parent(parent(click())), "不能再有子菜单"),
        (parent("不是按钮"), "写法"),  # type: ignore[arg-type]
        ("不是按钮", "写法"),
    ],
)
def test_a_button_beyond_the_limits_is_named(button: Any, words: str) -> None:
    problems = find_problems({"button": [button]})

    assert any(words in problem for problem in problems)


@pytest.mark.parametrize("definition", [{}, {"button": []}, {"button": [click()] * 4}, {"button": "x"}])
def test_there_are_one_to_three_buttons(definition: dict[str, Any]) -> None:
    assert find_problems(definition) == ["一级菜单须有 1 到 3 个按钮"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(find_problems({"button": [click(key=""), view(""), click("")]})) == 3


def test_two_equal_menus_do_not_differ() -> None:
    menu = {"button": [parent(click(), view("/shop/")), click()]}

    assert compare(menu, menu) == []


def test_a_difference_is_named_with_its_place() -> None:
    wanted = {"button": [parent(click(key="A"))]}
    shown = {"button": [parent(click(key="B")), click(name="多")]}

    drift = compare(wanted, shown)

    assert "1.1 key: A ≠ B" in drift
    assert "2 name: — ≠ 多" in drift
