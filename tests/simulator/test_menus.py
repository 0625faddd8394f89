"""Menus: limits, error codes, what is read back, conditional menus, tapping."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from simulator.qr.drawing import draw_qr
from tests.simulator.box import Box
from tests.simulator.fake_shop import FakeShop
from tests.simulator.files import PNG, upload

VIEW = {"type": "view", "name": "逛商城", "url": "https://shop.example.cn/m/"}
CLICK = {"type": "click", "name": "我的订单", "key": "MENU_MY_ORDERS"}


def create(box: Box, *buttons: Any) -> int:
    return box.api("POST", "/cgi-bin/menu/create", body={"button": list(buttons)})["errcode"]


def top(**changes: Any) -> dict[str, Any]:
    return {**CLICK, **changes}


def sub(*subs: Any, **changes: Any) -> dict[str, Any]:
    return {"name": "我的", "sub_button": list(subs), **changes}


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        pytest.param([], 40016, id="none"),
        pytest.param([CLICK] * 4, 40016, id="four"),
        pytest.param(["x"], 40017, id="not an object"),
        pytest.param([top(type="nothing")], 40017, id="unknown type"),
        pytest.param([top(sub_button=[CLICK])], 40017, id="type and children"),
        pytest.param([top(name="")], 40018, id="no name"),
        pytest.param([top(name="六个汉字太长")], 40018, id="name of 18 bytes"),
        pytest.param([top(key="")], 40019, id="no key"),
        pytest.param([top(key="k" * 129)], 40019, id="long key"),
        pytest.param([{**VIEW, "url": ""}], 40020, id="no url"),
        pytest.param([{**VIEW, "url": "https://x.cn/" + "u" * 1024}], 40020, id="long url"),
        pytest.param([{**VIEW, "url": "javascript:alert(1)"}], 40055, id="no web address"),
        pytest.param([sub(*[CLICK] * 6)], 40023, id="six children"),
        pytest.param([sub(sub(CLICK))], 40022, id="three levels"),
        pytest.param([sub({**CLICK, "type": "nothing"})], 40024, id="child of unknown type"),
        pytest.param([sub({**CLICK, "name": "长" * 21})], 40025, id="child's long name"),
        pytest.param([sub({**CLICK, "key": ""})], 40026, id="child without key"),
        pytest.param([sub({**VIEW, "url": ""})], 40027, id="child without url"),
        pytest.param([sub({**VIEW, "url": "ftp://x.cn/"})], 40054, id="child's address"),
        pytest.param([{"name": "空", "sub_button": []}], 65308, id="leads nowhere"),
        pytest.param(
            [{**VIEW, "type": "miniprogram", "appid": "x", "pagepath": "p"}], 45064, id="mini program"
        ),
    ],
)
def test_a_menu_outside_the_limits_is_refused(box: Box, buttons: list[Any], errcode: int) -> None:
    assert create(box, *buttons) == errcode
    assert box.api("GET", "/cgi-bin/menu/get")["errcode"] == 46003


def test_names_are_measured_in_bytes(box: Box) -> None:
    assert create(box, top(name="五个汉字好"), sub({**CLICK, "name": "长" * 20})) == 0


def test_escaped_characters_are_refused(box: Box) -> None:
    escaped = b'{"button":[{"type":"click","name":"\\u8336","key":"K"}]}'

    answer = box.api("POST", "/cgi-bin/menu/create", body=escaped)

    assert answer["errcode"] == 40033
    assert "\\uxxxx" in answer["errmsg"]


def test_bytes_that_are_not_utf8_are_refused(box: Box) -> None:
    body = '{"button":[{"type":"click","name":"茶","key":"K"}]}'.encode("gbk")

    assert box.api("POST", "/cgi-bin/menu/create", body=body)["errcode"] == 65318


def test_a_published_menu_is_read_back_in_both_shapes(box: Box) -> None:
    create(box, VIEW, sub(CLICK, VIEW))

    menu = box.api("GET", "/cgi-bin/menu/get")["menu"]
    current = box.api("GET", "/cgi-bin/get_current_selfmenu_info")

    assert menu["button"][0] == {**VIEW, "sub_button": []}
    assert menu["button"][1]["sub_button"] == [{**CLICK, "sub_button": []}, {**VIEW, "sub_button": []}]
    assert isinstance(menu["menuid"], int)
    assert current["is_menu_open"] == 1
    assert current["selfmenu_info"]["button"][1] == {"name": "我的", "sub_button": {"list": [CLICK, VIEW]}}


def test_deleting_takes_the_conditional_menus_along(box: Box) -> None:
    create(box, VIEW)
    rule = {"client_platform_type": "1"}
    body = {"button": [CLICK], "matchrule": rule}
    assert box.api("POST", "/cgi-bin/menu/addconditional", body=body)["menuid"]

    box.api("GET", "/cgi-bin/menu/delete")

    assert box.api("GET", "/cgi-bin/menu/get")["errcode"] == 46003
    assert box.api("POST", "/cgi-bin/menu/addconditional", body=body)["errcode"] == 65303


def test_a_conditional_menu_is_seen_by_whom_it_is_for(box: Box) -> None:
    create(box, VIEW)
    body = {"button": [CLICK], "matchrule": {"client_platform_type": "1"}}
    menuid = box.api("POST", "/cgi-bin/menu/addconditional", body=body)["menuid"]
    people = {row["platform"]: row["openid"] for row in box.followers}

    seen = {
        platform: box.api("POST", "/cgi-bin/menu/trymatch", body={"user_id": openid})["button"][0]["type"]
        for platform, openid in people.items()
    }

    assert seen == {"ios": "click", "android": "view"}
    assert isinstance(menuid, str)
    assert box.api("GET", "/cgi-bin/menu/get")["conditionalmenu"][0]["menuid"] == int(menuid)
    assert box.api("POST", "/cgi-bin/menu/delconditional", body={"menuid": "1"})["errcode"] == 65301
    assert box.api("POST", "/cgi-bin/menu/delconditional", body={"menuid": menuid})["errcode"] == 0


@pytest.mark.parametrize(
    ("rule", "errcode"),
    [
        ({}, 65304),
        (None, 65304),
        ({"sex": "1"}, 65320),
        ({"country": "中国"}, 65320),
        ({"client_platform_type": "9"}, 40097),
        ({"tag_id": "999"}, 45159),
        ({"tag_id": "²"}, 45159),
    ],
)
def test_a_rule_needs_something_that_still_exists(box: Box, rule: Any, errcode: int) -> None:
    create(box, VIEW)
    body = {"button": [CLICK], "matchrule": rule}

    assert box.api("POST", "/cgi-bin/menu/addconditional", body=body)["errcode"] == errcode


def conditional(box: Box, name: str, **rule: Any) -> dict[str, Any]:
    body = {"button": [{**CLICK, "name": name}], "matchrule": rule}
    return box.api("POST", "/cgi-bin/menu/addconditional", body=body)


def test_the_newest_menu_wins_and_the_tag_given_last_decides(box: Box) -> None:
    def seen() -> str:
        return str(box.get(f"followers/{box.somebody()}/menu")["menu"]["button"][0]["name"])

    def give(tag: int) -> None:
        body = {"tagid": tag, "openid_list": [box.somebody()]}
        box.api("POST", "/cgi-bin/tags/members/batchtagging", body=body)

    first, second = (
        box.api("POST", "/cgi-bin/tags/create", body={"tag": {"name": name}})["tag"]["id"] for name in "一二"
    )
    create(box, VIEW)
    conditional(box, "标签一", tag_id=str(first))
    conditional(box, "标签二", tag_id=str(second))
    assert seen() == VIEW["name"]
    give(first)
    assert seen() == "标签一"
    give(second)
    assert seen() == "标签二"
    box.api(
        "POST",
        "/cgi-bin/tags/members/batchuntagging",
        body={"tagid": second, "openid_list": [box.somebody()]},
    )
    assert seen() == "标签一"
    newest = conditional(box, "苹果", client_platform_type="1")
    assert seen() == "苹果"
    shown = box.get(f"followers/{box.somebody()}/menu")["menu"]
    assert (shown["menuid"], shown["matchrule"]) == (int(newest["menuid"]), {"client_platform_type": "1"})


def test_conditional_menus_are_counted_and_may_not_be_empty(box: Box) -> None:
    box.post("limits", name="conditional_menus", value=1)
    create(box, VIEW)
    empty = {"button": [], "matchrule": {"client_platform_type": "1"}}

    assert box.api("POST", "/cgi-bin/menu/addconditional", body=empty)["errcode"] == 65307
    assert conditional(box, "一", client_platform_type="1")["menuid"]
    assert conditional(box, "二", client_platform_type="2")["errcode"] == 65305
    assert box.api("POST", "/cgi-bin/menu/trymatch", body={"user_id": "nobody"})["errcode"] == 65302


def test_a_conditional_menu_leads_to_three_foreign_hosts_at_most(box: Box) -> None:
    create(box, VIEW)
    links = [{"type": "view", "name": f"链{number}", "url": f"https://h{number}.cn/"} for number in range(4)]
    body = {"button": [sub(*links)], "matchrule": {"client_platform_type": "1"}}

    assert box.api("POST", "/cgi-bin/menu/addconditional", body=body)["errcode"] == 65316


def test_materials_and_articles_are_shown_without_an_event(box: Box, shop: FakeShop) -> None:
    picture = upload(box, "/cgi-bin/material/add_material", "a.png", PNG, type="image")["media_id"]
    article = box.post("articles", title="秋茶")
    buttons = [
        {"type": "media_id", "name": "门店", "media_id": picture},
        {"type": "article_id", "name": "本期", "article_id": article["article_id"]},
        {"type": "article_view_limited", "name": "往期", "article_id": article["article_id"]},
    ]
    assert create(box, sub(*buttons)) == 0
    path = f"followers/{box.somebody()}/menu?wait=1"

    answers = [box.post(path, path=[0, number]) for number in range(3)]

    assert answers == [{}, {}, {"open_url": article["url"]}]
    image, card = box.chat()
    assert (image["kind"], image["media_id"]) == ("image", picture)
    assert (card["kind"], card["articles"][0]["title"]) == ("news", "秋茶")
    assert shop.received == []
    body = {"media_id": picture}
    assert box.api("POST", "/cgi-bin/material/del_material", body=body)["errcode"] == 48005


@pytest.mark.parametrize(
    ("button", "errcode"),
    [
        ({"type": "media_id", "name": "门店", "media_id": "gone"}, 40007),
        ({"type": "article_id", "name": "本期", "article_id": "gone"}, 53600),
    ],
)
def test_a_menu_cannot_show_what_is_not_there(box: Box, button: dict[str, str], errcode: int) -> None:
    assert create(box, button) == errcode


def test_tapping_a_key_pushes_click(box: Box, shop: FakeShop) -> None:
    create(box, VIEW, sub(CLICK))

    answer = box.post(f"followers/{box.somebody()}/menu?wait=1", path=[1, 0])

    assert answer["deliveries"][0]["verdict"] == "handled"
    entry = box.get(f"wire/{box.wire()[-1]['seq']}")
    assert "<Event><![CDATA[CLICK]]></Event>" in entry["request"]["decoded"]
    assert "<EventKey><![CDATA[MENU_MY_ORDERS]]></EventKey>" in entry["request"]["decoded"]
    assert "<MsgId>" not in entry["request"]["decoded"]


def test_tapping_a_link_opens_it_and_pushes_view(box: Box, shop: FakeShop) -> None:
    create(box, VIEW)

    answer = box.post(f"followers/{box.somebody()}/menu?wait=1", path=[0])

    assert answer["open_url"] == VIEW["url"]
    decoded = box.get(f"wire/{box.wire()[-1]['seq']}")["request"]["decoded"]
    assert "<![CDATA[VIEW]]>" in decoded
    assert "<MenuId>4" in decoded


@pytest.mark.parametrize("path", [[3], [0, 0], [-1], "x", [], [0, 0, 0]])
def test_a_button_that_is_not_there_cannot_be_tapped(box: Box, path: Any) -> None:
    import requests

    create(box, VIEW)
    url = f"{box.base}/sim/api/followers/{box.somebody()}/menu"

    assert requests.post(url, json={"path": path}, timeout=5).status_code == 400


def test_buttons_that_need_the_phone_ask_first(box: Box, shop: FakeShop) -> None:
    picture = "data:image/png;base64," + base64.b64encode(draw_qr("茶")).decode()
    kinds = ("scancode_waitmsg", "pic_photo_or_album", "location_select")
    create(box, sub(*({"type": kind, "name": kind[:9], "key": kind} for kind in kinds)))
    path = f"followers/{box.somebody()}/menu?wait=1"

    asked = [box.post(path, path=[0, number]).get("ask") for number in range(3)]
    assert asked == ["scan", "picture", "location"]
    assert shop.received == []
    box.post(path, path=[0, 0], scan_result="6901234567892")
    box.post(path, path=[0, 1], picture=picture)
    box.post(path, path=[0, 2], latitude="24.48", longitude="118.09")

    shop.wait_for(5)
    decoded = [box.get(f"wire/{entry['seq']}")["request"]["decoded"] for entry in box.wire()]
    assert sum("<ScanResult><![CDATA[6901234567892]]>" in text for text in decoded) == 1
    md5 = hashlib.md5(draw_qr("茶")).hexdigest()
    assert sum(f"<PicMd5Sum><![CDATA[{md5}]]>" in text for text in decoded) == 1
    assert sum("<MsgType><![CDATA[image]]>" in text for text in decoded) == 1
    assert sum("<MsgType><![CDATA[location]]>" in text for text in decoded) == 1
