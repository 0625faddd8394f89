"""Mass messages: who gets one, who is left out, the finish event, and calls that must not send twice."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from simulator.clock import BEIJING
from tests.simulator.box import Box
from tests.simulator.drafting import article, call, draft, thumb
from tests.simulator.envelopes import told
from tests.simulator.fake_shop import FakeShop
from tests.simulator.files import MP4, PNG, upload

TEXT = {"msgtype": "text", "text": {"content": "本周六门店品茶会"}}


@pytest.fixture(autouse=True)
def _middle_of_a_month(box: Box) -> None:
    """Budgets of days and months must not end while a test runs."""
    now = datetime.fromtimestamp(box.engine.clock.now(), BEIJING)
    month = now.replace(day=28) + timedelta(days=5)
    box.pass_time((month.replace(day=10, hour=12) - now).total_seconds())


def everybody(box: Box) -> list[str]:
    return [row["openid"] for row in box.followers if row["subscribed"]]


def to_list(box: Box, openids: list[str], **more: Any) -> dict[str, Any]:
    return call(box, "message/mass/send", touser=openids, **{**TEXT, **more})


def to_all(box: Box, **more: Any) -> dict[str, Any]:
    return call(box, "message/mass/sendall", filter={"is_to_all": True}, **{**TEXT, **more})


def finished(box: Box, shop: FakeShop, count: int = 1) -> dict[str, Any]:
    """The last of so many finish events."""
    box.pass_time(300)
    return told(box, shop.wait_for(count)[-1])


def state(box: Box, msg_id: int) -> str:
    return str(call(box, "message/mass/get", msg_id=msg_id)["msg_status"])


def until_state(box: Box, msg_id: int, wanted: str) -> None:
    deadline = time.monotonic() + 5
    while state(box, msg_id) != wanted:
        assert time.monotonic() < deadline, f"{state(box, msg_id)} is not {wanted}"
        time.sleep(0.01)


def texts(box: Box, openid: str) -> list[str]:
    return [row["text"] for row in box.chat(openid) if row.get("via") == "mass"]


def test_an_article_to_all_arrives_and_the_event_tells_counts_and_addresses(box: Box, shop: FakeShop) -> None:
    people, picture = everybody(box), thumb(box)
    first = article(box, thumb_media_id=picture, pic_crop_235_1="0_0.1_1_0.9")
    media_id = draft(box, first, article(box, thumb_media_id=picture, title="冬茶"))

    sent = call(
        box,
        "message/mass/sendall",
        filter={"is_to_all": True},
        msgtype="mpnews",
        mpnews={"media_id": media_id},
        send_ignore_reprint=0,
    )
    event = finished(box, shop)

    assert sent["errmsg"].startswith("send job submission success")
    assert (event["Event"], event["MsgID"], event["Status"]) == (
        "MASSSENDJOBFINISH",
        str(sent["msg_id"]),
        "send success",
    )
    counts = [event[name] for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")]
    assert counts == [str(len(people)), str(len(people)), str(len(people)), "0"]
    assert event["CopyrightCheckResult"]["Count"] == "2"
    urls = [row["ArticleUrl"] for row in event["ArticleUrlResult"]["ResultList"]["item"]]
    bubble = box.chat(people[0])[-1]
    assert [card["url"] for card in bubble["articles"]] == urls
    assert bubble["articles"][0]["crop"] == "0_0.1_1_0.9"
    page = requests.get(urls[0], timeout=5).text
    assert "秋茶上新" in page
    assert f'href="{box.settings.web_base}/m/goods/88">阅读原文' in page
    assert box.chat(box.stranger()) == []
    assert state(box, sent["msg_id"]) == "SEND_SUCCESS"
    # The draft went with it.
    assert call(box, "draft/get", media_id=media_id)["errcode"] == 40007


def test_deleting_takes_the_page_away_and_leaves_the_bubble(box: Box, shop: FakeShop) -> None:
    picture = thumb(box)
    pair = [article(box, thumb_media_id=picture), article(box, thumb_media_id=picture, title="冬茶")]
    body = {"msgtype": "mpnews", "mpnews": {"media_id": draft(box, *pair)}}
    msg_id = to_list(box, everybody(box)[:2], **body)["msg_id"]
    assert call(box, "message/mass/delete", msg_id=msg_id)["errcode"] == 40065
    finished(box, shop)
    urls = [card["url"] for card in box.chat(everybody(box)[0])[-1]["articles"]]

    assert call(box, "message/mass/delete", msg_id=msg_id, article_idx=3)["errcode"] == 40060
    assert call(box, "message/mass/delete", msg_id=msg_id, article_idx=2)["errcode"] == 0
    assert [requests.get(url, timeout=5).status_code for url in urls] == [200, 404]
    assert state(box, msg_id) == "SEND_SUCCESS"
    assert call(box, "message/mass/delete", url=urls[0])["errcode"] == 0
    assert requests.get(urls[0], timeout=5).status_code == 404
    assert state(box, msg_id) == "DELETE"
    assert len(box.chat(everybody(box)[0])[-1]["articles"]) == 2
    assert call(box, "message/mass/delete", url=f"{box.base}/s/nothing")["errcode"] == 40059


def test_the_fifth_message_of_a_month_is_filtered_and_the_next_month_is_not(box: Box, shop: FakeShop) -> None:
    one, other, third = everybody(box)[:3]
    for _ in range(4):
        to_list(box, [one, other])

    msg_id = to_list(box, [one, other, third])["msg_id"]
    box.pass_time(300)
    events = [told(box, received) for received in shop.wait_for(5)]

    last = next(event for event in events if event["MsgID"] == str(msg_id))
    assert (last["TotalCount"], last["FilterCount"], last["SentCount"]) == ("3", "1", "1")
    assert [len(texts(box, openid)) for openid in (one, other, third)] == [4, 4, 1]
    box.pass_time(32 * 86_400)
    to_list(box, [one, other])
    assert len(texts(box, one)) == 5


def test_who_left_or_is_on_the_blacklist_is_counted_and_gets_nothing(box: Box, shop: FakeShop) -> None:
    one, barred, third = everybody(box)[:3]
    call(box, "tags/members/batchblacklist", openid_list=[barred])

    to_list(box, [one, barred, third, box.stranger()])
    event = finished(box, shop)

    assert (event["TotalCount"], event["FilterCount"], event["SentCount"]) == ("4", "2", "2")
    assert [texts(box, openid) for openid in (barred, box.stranger())] == [[], []]


def test_a_tag_gets_what_its_own_get(box: Box, shop: FakeShop) -> None:
    one, other, third = everybody(box)[:3]
    tag = call(box, "tags/create", tag={"name": "茶友"})["tag"]["id"]
    call(box, "tags/members/batchtagging", openid_list=[one, third], tagid=tag)

    sent = call(box, "message/mass/sendall", filter={"is_to_all": False, "tag_id": tag}, **TEXT)

    assert finished(box, shop)["TotalCount"] == "2"
    assert [bool(texts(box, openid)) for openid in (one, other, third)] == [True, False, True]
    assert sent["errcode"] == 0
    unknown = call(box, "message/mass/sendall", filter={"is_to_all": False, "tag_id": 999}, **TEXT)
    assert unknown["errcode"] == 40152


def test_one_clientmsgid_sends_once_in_a_day(box: Box) -> None:
    people = everybody(box)[:2]
    msg_id = to_list(box, people, clientmsgid="mass-1")["msg_id"]

    assert to_list(box, people, clientmsgid="mass-1")["errcode"] == 45066
    box.pass_time(61)
    again = to_list(box, people, clientmsgid="mass-1")
    assert (again["errcode"], again["msg_id"]) == (45065, msg_id)
    box.pass_time(86_400)
    assert to_list(box, people, clientmsgid="mass-1")["errcode"] == 0
    assert to_list(box, people, clientmsgid="m" * 33)["errcode"] == 45067
    assert len(texts(box, people[0])) == 2


def test_to_all_is_once_a_day_and_four_times_a_month(box: Box) -> None:
    answers = [to_all(box)["errcode"], to_all(box)["errcode"]]
    for _ in range(3):
        box.pass_time(86_400)
        answers.append(to_all(box)["errcode"])

    assert answers == [0, 45028, 0, 0, 0]
    box.pass_time(86_400)
    assert to_all(box)["errcode"] == 45028


def test_sixty_calls_a_minute(box: Box) -> None:
    box.post("limits", name="mass_per_minute", value=2)
    people = everybody(box)[:2]

    assert [to_list(box, people)["errcode"] for _ in range(3)] == [0, 0, 42010]
    box.pass_time(60)
    assert to_list(box, people)["errcode"] == 0


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"touser": []}, 40130),
        ({"touser": ["oTeaShop_0000000000000000001"] * 3}, 40130),
        ({"touser": [f"o{number:027d}" for number in range(10_001)]}, 40032),
        ({"touser": ["oTeaShop_0000000000000000001", "x"]}, 40003),
        ({"touser": "all"}, 40031),
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "nothing"}}, 40007),
        ({"msgtype": "image", "image": {"media_id": "nothing"}}, 44004),
        ({"msgtype": "image", "images": {"media_ids": ["nothing"]}}, 40007),
        ({"text": {"content": ""}}, 44004),
    ],
)
def test_a_list_or_body_that_cannot_be_sent_is_refused(box: Box, body: dict[str, Any], errcode: int) -> None:
    given = {"touser": everybody(box)[:2], **TEXT, **body}

    assert call(box, "message/mass/send", **given)["errcode"] == errcode


def test_an_article_with_a_product_is_refused(box: Box) -> None:
    media_id = draft(box, article(box, product_info={"footer_product_info": {"product_key": "x"}}))

    assert to_all(box, msgtype="mpnews", mpnews={"media_id": media_id})["errcode"] == 45113


def test_a_preview_shows_the_draft_and_uses_nothing_up(box: Box) -> None:
    openid, media_id = everybody(box)[0], draft(box)
    body = {"msgtype": "mpnews", "mpnews": {"media_id": media_id}}

    shown = call(box, "message/mass/preview", touser=openid, **body)
    named = call(box, "message/mass/preview", towxname=box.followers[0]["nickname"], touser="x", **TEXT)

    assert (shown["errcode"], shown["errmsg"].split()[0], named["errcode"]) == (0, "preview", 0)
    first, second = box.chat(openid)
    assert (first["preview"], first["via"], second["text"]) == (True, "preview", TEXT["text"]["content"])
    page = requests.get(first["articles"][0]["url"], timeout=5).text
    assert "仅供预览" in page
    assert call(box, "draft/get", media_id=media_id)["news_item"]
    assert call(box, "message/mass/preview", touser=box.stranger(), **TEXT)["errcode"] == 43004
    assert call(box, "message/mass/preview", towxname="nobody", **TEXT)["errcode"] == 40132


def test_the_speed_is_kept_and_decides_how_long_it_takes(box: Box) -> None:
    assert call(box, "message/mass/speed/get") == {"speed": 0, "realspeed": 80}
    assert call(box, "message/mass/speed/set", speed=4)["errcode"] == 0
    assert call(box, "message/mass/speed/get") == {"speed": 4, "realspeed": 10}
    assert call(box, "message/mass/speed/set", speed=5)["errcode"] == 45083
    assert call(box, "message/mass/speed/set", x=1)["errcode"] == 45084


def test_faults_of_the_platform(box: Box, shop: FakeShop) -> None:
    people = everybody(box)[:2]
    box.fault("mass_quota")
    assert to_list(box, people)["errcode"] == 45028
    box.post("faults", name="mass_result", value="err(20013)", once=True)
    msg_id = to_list(box, people)["msg_id"]
    event = finished(box, shop)
    assert (event["Status"], event["SentCount"], state(box, msg_id)) == ("err(20013)", "0", "SEND_FAIL")
    assert texts(box, people[0]) == []
    box.post("faults", name="mass_errors", value="50")
    to_list(box, people)
    assert finished(box, shop, 2)["ErrorCount"] == "2"
    box.fault("mass_silent")
    box.post("faults", name="mass_errors", value="off")
    msg_id = to_list(box, people)["msg_id"]
    box.pass_time(300)
    until_state(box, msg_id, "SEND_SUCCESS")
    assert len(shop.received) == 2


@pytest.mark.parametrize(("confirmed", "result"), [(True, "send success"), (False, "err(40001)")])
def test_the_administrator_decides(box: Box, shop: FakeShop, confirmed: bool, result: str) -> None:
    people = everybody(box)[:2]
    box.fault("mass_confirm")
    msg_id = to_list(box, people)["msg_id"]
    box.pass_time(300)
    assert (state(box, msg_id), box.get("mass")["mass"][0]["waits"]) == ("SENDING", True)
    assert texts(box, people[0]) == []

    box.post(f"mass/{msg_id}/answer", confirmed=confirmed)

    assert finished(box, shop)["Status"] == result
    assert bool(texts(box, people[0])) is confirmed
    again = requests.post(f"{box.base}/sim/api/mass/{msg_id}/answer", json={"confirmed": True}, timeout=5)
    assert again.status_code == 409


def test_half_an_hour_without_the_administrator_is_a_failure(box: Box, shop: FakeShop) -> None:
    box.fault("mass_confirm")
    msg_id = to_list(box, everybody(box)[:2], **{"clientmsgid": "x"})["msg_id"]

    box.pass_time(1801)

    assert told(box, shop.wait_for(1)[0])["Status"] == "err(40002)"
    assert state(box, msg_id) == "SEND_FAIL"


def test_a_film_and_pictures_are_sent_as_they_are(box: Box) -> None:
    people = everybody(box)[:2]
    film = upload(box, "/cgi-bin/media/upload", "a.mp4", MP4, type="video")["media_id"]
    ready = call(box, "media/uploadvideo", media_id=film, title="泡茶教程", description="三分钟")["media_id"]
    pictures = [
        upload(box, "/cgi-bin/media/upload", "a.png", PNG, type="image")["media_id"] for _ in range(2)
    ]

    assert to_list(box, people, msgtype="mpvideo", mpvideo={"media_id": ready})["errcode"] == 0
    assert to_list(box, people, msgtype="image", images={"media_ids": pictures})["errcode"] == 0

    shown = [(bubble["kind"], bubble["media_id"]) for bubble in box.chat(people[0])]
    assert shown == [("video", ready), *(("image", one) for one in pictures)]
    assert box.chat(people[0])[0]["title"] == "泡茶教程"
    assert call(box, "media/uploadvideo", media_id=pictures[0])["errcode"] == 40007
