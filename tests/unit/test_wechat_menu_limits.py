"""Checking menus against WeChat's limits."""

from typing import Any

import pytest

from app.wechat.menus.limits import find_foreign_hosts, find_long_links, find_problems, shown_name


def click(name: str = "新品", key: str = "NEWS_NEW") -> dict[str, Any]:
    return {"type": "click", "name": name, "key": key}


def view(url: str, name: str = "进店") -> dict[str, Any]:
    return {"type": "view", "name": name, "url": url}


def mini(appid: str = "wx9f8e7d6c5b4a3928") -> dict[str, Any]:
    page = {"url": "https://shop.example.cn/", "pagepath": "pages/home/index"}
    return {"type": "miniprogram", "name": "小程序", "appid": appid} | page


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
        mini(),
    ],
)
def test_a_button_within_the_limits_is_taken(button: dict[str, Any]) -> None:
    assert find_problems({"button": [button]}) == ()


@pytest.mark.parametrize(
    ("button", "words"),
    [
        (click("六个字的按钮"), "18 字节，最多 16 字节"),
        (click(""), "名称"),
        ({"type": "click", "key": "K"}, "名称"),
        (click(key=""), "还没有选回复什么"),
        (click(key="k" * 129), "128"),
        (view(""), "还没有选打开哪一页"),
        (view("https://shop.example.cn/" + "x" * 1001), "1024"),
        (view("javascript:alert(1)"), "https://"),
        (view("//evil.example/"), "https://"),
        (view("http://shop.example.cn/"), "https://"),
        (view("https:///nowhere"), "https://"),
        (view("https://[::1"), "https://"),
        (view("https://shop.example.cn/a b"), "https://"),
        (view("/shop/\\evil"), "https://"),
        (mini(appid="WX9f8e7d6c5b4a3928"), "AppID"),
        ({"type": ["click"], "name": "怪", "key": "K"}, "不认识"),
        ({"type": "view_limited", "name": "旧", "media_id": "m"}, "view_limited"),
        ({"name": "空"}, "类型"),
        ({"type": "miniprogram", "name": "小程序", "url": "https://x.cn/"}, "AppID"),
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

    assert any(words in problem.words for problem in problems)


@pytest.mark.parametrize("definition", [{}, {"button": []}, {"button": [click()] * 4}, {"button": "x"}])
def test_there_are_one_to_three_buttons(definition: dict[str, Any]) -> None:
    assert [problem.words for problem in find_problems(definition)] == ["一级菜单须有 1 到 3 个按钮"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(find_problems({"button": [click(key=""), view(""), click("")]})) == 3


def test_a_problem_tells_its_place() -> None:
    menu = {"button": [click(), parent(click(), click("")), view("")]}

    assert [problem.place for problem in find_problems(menu)] == ["2.2", "3"]


def test_a_hostile_name_stays_short_in_a_problem() -> None:
    [problem] = find_problems({"button": [click("<b>黑客</b>" * 2000)]})

    assert len(problem.words) < 100


def test_a_link_that_grew_too_long_is_named() -> None:
    sent = {"button": [view("https://shop.example.cn/"), parent(view("https://x.cn/" + "y" * 1024, "长"))]}

    assert [problem.place for problem in find_long_links(sent)] == ["2.1"]


def test_other_hosts_than_ours_are_counted_once() -> None:
    menu = {"button": [view("/shop/"), parent(view("https://a.cn/1"), view("https://a.cn/2"), click())]}
    sent = {
        "button": [
            view("https://shop.example.cn/shop/?e=1"),
            parent(view("https://a.cn/1"), view("https://b.cn/")),
        ]
    }

    assert find_foreign_hosts(menu, sent) == {"a.cn", "b.cn"}


@pytest.mark.parametrize(
    ("name", "most", "seen"),
    [
        ("逛商城", 4, "逛商城"),
        ("一二三四", 4, "一二三四"),
        ("一二三四五", 4, "一二三四…"),
        ("shopping", 4, "shopping"),
        ("shoppings", 4, "shopping…"),
        ("买 A 货", 4, "买 A 货"),
        ("一二三四五六七八九", 8, "一二三四五六七八…"),
        ("", 4, ""),
    ],
)
def test_a_phone_cuts_long_names(name: str, most: int, seen: str) -> None:
    assert shown_name(name, most) == seen
