"""Menus as values: comparing, writing, predicting, blaming."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.errors import InputInvalid, PlatformError
from app.wechat.menus import drafts
from app.wechat.menus.blame import BLAMED, find_suspects, with_suspects
from app.wechat.menus.buttons import leaves, tidy, with_links
from app.wechat.menus.differences import compare
from app.wechat.menus.drafts import Draft, with_ids
from app.wechat.menus.prediction import Candidate, Person, predict
from app.wechat.menus.remote import tidy_rule
from app.wechat.menus.words import say_action, say_difference, say_rule
from app.wechat.platform_errors import make_error


def click(name: str = "新品", key: str = "NEWS_NEW") -> dict[str, Any]:
    return {"type": "click", "name": name, "key": key}


def view(url: str, name: str = "进店") -> dict[str, Any]:
    return {"type": "view", "name": name, "url": url}


def parent(*children: dict[str, Any]) -> dict[str, Any]:
    return {"name": "更多", "sub_button": list(children)}


def menu_of(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"button": list(buttons)}


# ---- shape and comparison


def test_what_wechat_adds_makes_no_difference() -> None:
    ours = menu_of(parent(click(), view("https://x.cn/")), click())
    theirs = menu_of(
        parent(click() | {"sub_button": []}, view("https://x.cn/") | {"key": ""}),
        click() | {"sub_button": []},
    )

    assert tidy(theirs) == ours
    assert compare(ours, theirs) == ()


@pytest.mark.parametrize(
    "menu", [{}, {"button": None}, {"button": "x"}, {"button": [None, 3]}, {"button": {}}]
)
def test_what_is_no_menu_has_no_buttons(menu: dict[str, Any]) -> None:
    assert tidy(menu) == {"button": []}


def test_only_paths_become_addresses() -> None:
    sent = with_links(
        menu_of(parent(view("/shop/"), view("https://x.cn/"))), lambda path, ref, name: f"{name}{path}{ref}"
    )

    assert [leaf["url"] for leaf in leaves(sent)] == ["进店/shop/进店 /shop/", "https://x.cn/"]


def test_a_difference_is_named_with_its_place_and_both_sides() -> None:
    drift = compare(menu_of(parent(click(key="A"))), menu_of(parent(click(key="B")), click("多")))

    assert [say_difference(each) for each in drift] == [
        "≠ 第 1 列第 1 个：“新品” 点击回复 A → “新品” 点击回复 B",
        "+ 第 2 列：“多” 点击回复 NEWS_NEW",
    ]


def test_a_button_that_got_sub_buttons_differs() -> None:
    drift = compare(menu_of(click("更多")), menu_of(parent(click())))

    assert [(each.place, str(each.sort)) for each in drift] == [("1", "changed"), ("1.1", "added")]
    assert say_difference(drift[0]).endswith("“更多” 打开子菜单")


A, B, C, D = (click(name, name) for name in "ABCD")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ([A, B, C], [B, C, A], [("moved", "1", "3")]),
        ([A, B], [C, A, B], [("added", "", "1")]),
        ([A, B, C], [B, C], [("removed", "", "1")]),
        ([parent(A, B, C)], [parent(B, C)], [("removed", "", "1.1")]),
        ([parent(A, B), parent(C)], [parent(B), parent(C, A)], [("moved", "1.1", "2.2")]),
        ([A, parent(B, C)], [parent(B, C), A], [("moved", "1", "2")]),
        ([A, parent(B)], [parent(B, A)], [("moved", "1", "1.2")]),
        (
            [parent(A, B, C)],
            [parent(D, A, click("新名", "B"), C)],
            [("added", "", "1.1"), ("changed", "", "1.3")],
        ),
        ([A, A], [A], [("removed", "", "2")]),
        ([A], [view("https://x.cn/")], [("changed", "", "1")]),
        (
            [parent(A, B), C],
            [C, {"name": "改名", "sub_button": [A, B]}],
            [("changed", "1", "2")],
        ),
    ],
)
def test_a_button_that_stands_elsewhere_has_moved_and_who_makes_room_has_not(
    old: list[dict[str, Any]], new: list[dict[str, Any]], told: list[tuple[str, str, str]]
) -> None:
    found = compare(menu_of(*old), menu_of(*new))

    assert [(str(each.sort), each.came_from, each.place) for each in found] == told


def test_a_move_is_said_with_both_places() -> None:
    (moved,) = compare(menu_of(parent(A, B), C), menu_of(parent(B), C, A))

    assert say_difference(moved) == "↔ 第 1 列第 1 个 → 第 3 列：“A” 点击回复 A"


def test_what_was_made_on_the_website_is_said_in_words() -> None:
    assert say_action({"type": "text", "name": "x", "value": "9:00"}) == "公众平台网页上设置的内容 9:00"


# ---- drafts


def draft_of(*buttons: dict[str, Any]) -> Draft:
    return with_ids(menu_of(*buttons))


def names(draft: Draft) -> list[Any]:
    return [
        [child["name"] for child in button["sub_button"]] if "sub_button" in button else button["name"]
        for button in draft["button"]
    ]


def test_every_button_of_a_draft_has_its_own_id() -> None:
    draft = draft_of(parent(click(), click()), click())

    ids = [button["id"] for button in draft["button"]] + [leaf["id"] for leaf in leaves(draft)]
    assert len(set(ids)) == 4
    assert tidy(draft) == menu_of(parent(click(), click()), click())


def test_the_first_sub_button_takes_the_action_of_its_parent_over() -> None:
    draft = draft_of(click("新品"))

    drafts.add_child(draft, "p1")

    assert tidy(draft) == menu_of({"name": "新品", "sub_button": [click("新品")]})
    drafts.add_child(draft, "p1")
    assert draft["button"][0]["sub_button"][1]["name"] == ""


def test_buttons_move_among_their_neighbours_and_stop_at_the_end() -> None:
    draft = draft_of(click("甲"), click("乙"), parent(click("丙"), click("丁")))

    drafts.move(draft, "p2", -1)
    drafts.move(draft, "p2", -1)
    drafts.move(draft, "p3-1", 1)
    drafts.move(draft, "p3-1", 1)

    assert names(draft) == ["乙", "甲", ["丁", "丙"]]


def test_a_sub_button_moves_to_another_column() -> None:
    draft = draft_of(parent(click("甲"), click("乙")), parent(click("丙")), click("丁"))

    drafts.move_to_column(draft, "p1-1", 1)
    drafts.move_to_column(draft, "p1-2", 1)

    assert names(draft) == ["更多", ["丙", "甲", "乙"], "丁"]
    assert draft["button"][0] == {"id": "p1", "name": "更多", "type": "click", "key": ""}
    with pytest.raises(InputInvalid):
        drafts.move_to_column(draft, "p2-1", 2)


def test_removing_takes_all_below_with_it() -> None:
    draft = draft_of(parent(click("甲")), parent(click("乙")))

    drafts.remove(draft, "p1")
    drafts.remove(draft, "p2-1")

    assert names(draft) == ["更多"]


@pytest.mark.parametrize(
    "change",
    [
        lambda draft: drafts.add_column(draft),
        lambda draft: drafts.add_child(draft, "p1"),
        lambda draft: drafts.add_child(draft, "p1-1"),
        lambda draft: drafts.move_to_column(draft, "p2-1", 0),
        lambda draft: drafts.remove(draft, "gone"),
        lambda draft: drafts.fill_in(draft, "gone", click()),
    ],
)
def test_what_wechat_has_no_room_for_is_refused_at_once(change: Callable[[Draft], object]) -> None:
    draft = draft_of(parent(*[click()] * 5), parent(click()), click())

    with pytest.raises(InputInvalid):
        change(draft)


def test_filling_in_replaces_the_action_whole() -> None:
    draft = draft_of(view("/shop/"), parent(click("甲")))

    drafts.fill_in(draft, "p1", click("新"))
    drafts.fill_in(draft, "p2", click("名"))

    assert tidy(draft) == menu_of(click("新"), {"name": "名", "sub_button": [click("甲")]})


# ---- who sees what

DEFAULT = Candidate("默认", {}, {})
VIP = Candidate("会员", {"tag_id": "101"}, {})
ANDROID = Candidate("安卓", {"client_platform_type": "2"}, {})
BOTH = Candidate("会员安卓", {"tag_id": "101", "client_platform_type": "2"}, {})


@pytest.mark.parametrize(
    ("person", "menus", "seen"),
    [
        (Person("101", "1"), [ANDROID, VIP], ["会员"]),
        (Person("101", "2"), [ANDROID, VIP], ["安卓"]),
        (Person("101", "2"), [VIP, ANDROID], ["会员"]),
        (Person("7", "1"), [VIP, ANDROID], ["默认"]),
        (Person("", "2"), [BOTH, VIP, ANDROID], ["安卓"]),
        (Person("101", ""), [BOTH], ["默认", "会员安卓"]),
        (Person("101", ""), [VIP], ["会员"]),
        (Person(), [], ["默认"]),
    ],
)
def test_the_newest_that_fits_is_seen_else_the_default(
    person: Person, menus: list[Candidate], seen: list[str]
) -> None:
    assert [each.name for each in predict(person, menus, DEFAULT)] == seen


def test_a_rule_is_said_with_the_tags_name() -> None:
    assert say_rule(BOTH.rule, {"101": "会员"}) == "标签“会员”、安卓手机"
    assert say_rule({"tag_id": 9}, {}) == "标签“9”"
    assert say_rule({}, {}) == "所有人"


def test_rules_are_equal_whatever_they_are_written_like() -> None:
    assert tidy_rule({"group_id": 101, "client_platform_type": ""}) == tidy_rule({"tag_id": "101"})


# ---- blame


@pytest.mark.parametrize(
    ("errcode", "places"),
    [
        (40018, ["1", "2"]),
        (40025, ["2.1", "2.2"]),
        (40055, ["1"]),
        (40054, ["2.1"]),
        (45064, ["2.2"]),
        (40019, []),
        (48001, []),
    ],
)
def test_wechats_code_leads_to_the_buttons_it_may_mean(errcode: int, places: list[str]) -> None:
    mini = {"type": "miniprogram", "name": "小程序", "appid": "wx9f8e7d6c5b4a3928"}
    menu = menu_of(view("https://a.cn/"), parent(view("https://b.cn/"), mini))

    assert [place for place, _ in find_suspects(errcode, menu)] == places


def test_an_error_names_its_suspects_or_stays_as_it_was() -> None:
    menu = menu_of(click("<b>黑客</b>"))

    assert "第 1 列“<b>黑客</b>”" in with_suspects(make_error(40018, "x"), menu).message
    error = PlatformError(48001, "x", "没有权限")
    assert with_suspects(error, menu) is error


@pytest.mark.parametrize("errcode", sorted(BLAMED))
def test_every_code_that_can_be_blamed_has_a_sentence(errcode: int) -> None:
    assert "微信返回错误" not in make_error(errcode, "x").message
