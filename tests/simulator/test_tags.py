"""Tags, the blacklist, and the pages of thousands."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.simulator.box import Box
from tests.simulator.fake_shop import FakeShop

FOREIGN = "oForeign_0000000000000000001"


def tags(box: Box, call: str, **body: Any) -> dict[str, Any]:
    return box.api("POST", f"/cgi-bin/tags/{call}", body=body)


def make(box: Box, name: str = "会员") -> int:
    return int(tags(box, "create", tag={"name": name})["tag"]["id"])


def give(box: Box, number: int, *openids: str) -> int:
    return int(tags(box, "members/batchtagging", tagid=number, openid_list=list(openids))["errcode"])


def test_a_tag_is_made_listed_renamed_and_taken_away_again(box: Box) -> None:
    first, second = make(box), make(box, "老客户")
    give(box, first, box.somebody(0), box.somebody(1))

    assert second == first + 1 > 100
    assert box.api("GET", "/cgi-bin/tags/get")["tags"] == [
        {"id": 2, "name": "星标组", "count": 0},
        {"id": first, "name": "会员", "count": 2},
        {"id": second, "name": "老客户", "count": 0},
    ]
    assert tags(box, "update", tag={"id": first, "name": "VIP"})["errcode"] == 0
    assert tags(box, "delete", tag={"id": first})["errcode"] == 0
    assert tags(box, "getidlist", openid=box.somebody())["tagid_list"] == []
    assert [tag["id"] for tag in box.api("GET", "/cgi-bin/tags/get")["tags"]] == [2, second]


@pytest.mark.parametrize(
    ("call", "tag", "errcode"),
    [
        ("create", {"name": ""}, 45157),
        ("create", {}, 45157),
        ("create", {"name": "会员"}, 45157),
        ("create", {"name": "星标组"}, 45157),
        ("create", {"name": "长" * 11}, 45158),
        ("update", {"id": 2, "name": "x"}, 45058),
        ("update", {"id": 999, "name": "x"}, 45159),
        ("update", {"id": "own", "name": "长" * 11}, 45158),
        ("delete", {"id": 0}, 45058),
        ("delete", {"id": "x"}, 45159),
        ("delete", None, 47001),
    ],
)
def test_a_wrong_tag_is_named(box: Box, call: str, tag: Any, errcode: int) -> None:
    own = make(box)
    given = {**tag, "id": own} if tag and tag.get("id") == "own" else tag

    assert tags(box, call, tag=given)["errcode"] == errcode


def test_tags_are_counted(box: Box) -> None:
    box.post("limits", name="tags", value=2)
    box.post("limits", name="tags_per_follower", value=1)
    box.post("limits", name="tag_delete_followers", value=1)
    first, second = make(box, "一"), make(box, "二")

    assert tags(box, "create", tag={"name": "三"})["errcode"] == 45056
    assert give(box, first, box.somebody(0), box.somebody(1)) == 0
    assert give(box, first, box.somebody(0)) == 0  # he has it already
    assert give(box, second, box.somebody(0)) == 45059
    assert tags(box, "delete", tag={"id": first})["errcode"] == 45057


def test_wrong_lists_of_people_are_named(box: Box) -> None:
    number = make(box)

    assert give(box, number) == 40032
    assert give(box, number, *[box.somebody()] * 51) == 40032
    assert give(box, number, "nobody") == 40003
    assert give(box, number, FOREIGN) == 49003
    assert give(box, number, box.stranger()) == 50005
    assert give(box, 1, box.somebody()) == 45058
    assert give(box, 999, box.somebody()) == 45159
    assert give(box, number, box.somebody(), FOREIGN) == 49003
    assert tags(box, "getidlist", openid=box.somebody())["tagid_list"] == []  # all or nobody
    assert tags(box, "getidlist", openid=FOREIGN)["errcode"] == 49003
    assert tags(box, "getidlist", openid=box.stranger())["errcode"] == 50005


def test_the_tags_of_a_follower_stand_in_the_order_they_came(box: Box) -> None:
    first, second = make(box, "一"), make(box, "二")

    give(box, second, box.somebody())
    give(box, first, box.somebody())

    assert tags(box, "getidlist", openid=box.somebody())["tagid_list"] == [second, first]
    assert box.api("GET", "/cgi-bin/user/info", openid=box.somebody())["tagid_list"] == [second, first]
    tags(box, "members/batchuntagging", tagid=second, openid_list=[box.somebody()])
    assert tags(box, "getidlist", openid=box.somebody())["tagid_list"] == [first]
    box.post(f"followers/{box.somebody()}/unsubscribe?wait=1")
    box.post(f"followers/{box.somebody()}/subscribe?wait=1")
    assert tags(box, "getidlist", openid=box.somebody())["tagid_list"] == []


def pages(box: Box, method: str, path: str, **body: Any) -> list[dict[str, Any]]:
    """Every page to the one without data."""
    found: list[dict[str, Any]] = []
    after = ""
    while not found or "data" in found[-1]:
        if method == "GET":
            found.append(box.api("GET", path, next_openid=after))
        else:
            name = "begin_openid" if "blacklist" in path else "next_openid"
            found.append(box.api("POST", path, body={**body, name: after}))
        after = found[-1]["next_openid"]
    return found


def test_every_list_ends_with_the_page_without_data(box: Box) -> None:
    box.post("limits", name="followers_page", value=2)
    box.post("limits", name="blacklist_page", value=2)
    number, people = make(box), [box.somebody(place) for place in range(4)]
    give(box, number, *people)
    tags(box, "members/batchblacklist", openid_list=people[:3])

    everybody = pages(box, "GET", "/cgi-bin/user/get")
    tagged = pages(box, "POST", "/cgi-bin/user/tag/get", tagid=number)
    blacklisted = pages(box, "POST", "/cgi-bin/tags/members/getblacklist")

    assert [page["count"] for page in everybody] == [2, 2, 0]
    assert everybody[-1] == {"total": 4, "count": 0, "next_openid": ""}
    assert [page["count"] for page in tagged] == [2, 2, 0]
    assert tagged[-1] == {"count": 0, "next_openid": ""}
    assert [openid for page in tagged[:-1] for openid in page["data"]["openid"]] == people
    assert [(page["total"], page["count"]) for page in blacklisted] == [(3, 2), (3, 1), (3, 0)]
    assert box.api("POST", "/cgi-bin/user/tag/get", body={"tagid": 999})["errcode"] == 45159


def test_who_leaves_between_two_pages_does_not_break_the_list(box: Box) -> None:
    box.post("limits", name="followers_page", value=2)
    first = box.api("GET", "/cgi-bin/user/get")
    box.post(f"followers/{first['next_openid']}/unsubscribe?wait=1")

    second = box.api("GET", "/cgi-bin/user/get", next_openid=first["next_openid"])

    assert second["data"]["openid"] == [box.somebody(2), box.somebody(3)]


def test_a_crowd_comes_at_once_and_the_phone_shows_a_few_dozen(box: Box) -> None:
    started = time.monotonic()
    answer = box.post("followers/bulk", count=25_000, nickname="茶友")
    added = box.post("followers", nickname="新朋友")

    state = box.get(f"state?with={answer['last']}")
    listed = pages(box, "GET", "/cgi-bin/user/get")

    assert (answer["added"], answer["total"], state["follower_count"]) == (25_000, 25_005, 25_006)
    assert [page["count"] for page in listed] == [10_000, 10_000, 5_005, 0]
    assert len({openid for page in listed[:-1] for openid in page["data"]["openid"]}) == 25_005
    shown = [row["openid"] for row in state["followers"]]
    assert len(shown) < 40
    assert {added["openid"], answer["last"], box.somebody()} <= set(shown)
    profile = box.api("GET", "/cgi-bin/user/info", openid=answer["first"])
    assert (profile["subscribe"], profile["openid"]) == (1, answer["first"])
    found = box.get("followers?q=新朋友")
    assert ([row["openid"] for row in found["followers"]], found["total"]) == ([added["openid"]], 25_006)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("count", [0, -1, "many", 1_000_001, True, None])
def test_a_crowd_of_no_size_is_refused(box: Box, count: Any) -> None:
    answer = requests.post(f"{box.base}/sim/api/followers/bulk", json={"count": count}, timeout=5)

    assert answer.status_code == 400


def test_a_blacklisted_follower_is_neither_heard_nor_reached(box: Box, shop: FakeShop) -> None:
    box.say("茶")
    tags(box, "members/batchblacklist", openid_list=[box.somebody()])

    answer = box.post(f"followers/{box.somebody()}/say?wait=1", content="还在吗")
    pushed = box.post("push", openid=box.somebody(), kind="image")

    assert (answer["held_back"], answer["deliveries"]) == ("blacklist", [])
    assert (pushed["held_back"], pushed["deliveries"]) == ("blacklist", [])
    assert len(shop.received) == 1
    assert box.chat()[-1]["state"] == "ok"  # the follower notices nothing
    message = {"touser": box.somebody(), "msgtype": "text", "text": {"content": "好"}}
    assert box.api("POST", "/cgi-bin/message/custom/send", body=message)["errcode"] == 43019
    box.post("push", openid=box.somebody(), kind="CLICK", key="K")
    assert len(shop.received) == 2  # events still come
    tags(box, "members/batchunblacklist", openid_list=[box.somebody()])
    assert box.say("我回来了")["verdict"] == "handled"


def test_too_many_cannot_be_blacklisted_at_once(box: Box) -> None:
    many = tags(box, "members/batchblacklist", openid_list=[box.somebody()] * 21)

    assert many["errcode"] == 40032
    assert tags(box, "members/batchblacklist", openid_list=[FOREIGN])["errcode"] == 49003


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "poem", "value": 1}, 404),
        ({"name": "tags", "value": 0}, 400),
        ({"name": "tags", "value": "x"}, 400),
        ({"name": "", "value": 1}, 404),
    ],
)
def test_wrong_numbers_are_refused(box: Box, body: dict[str, Any], status: int) -> None:
    assert requests.post(f"{box.base}/sim/api/limits", json=body, timeout=5).status_code == status


def test_a_number_goes_back_to_its_setting(box: Box) -> None:
    box.post("limits", name="tags", value=1)
    first = make(box)
    assert tags(box, "create", tag={"name": "二"})["errcode"] == 45056

    limits = box.post("limits", name="tags", value=None)["limits"]

    assert limits["tags"] == 100
    assert make(box, "二") == first + 1
