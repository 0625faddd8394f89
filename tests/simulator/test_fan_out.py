"""Customer-service messages to a crowd: kept connections, slow and lost answers, the log that nobody was left out."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.simulator.box import Box
from tests.simulator.drafting import call

PATH = "/cgi-bin/message/custom/send"
CARD = {"title": "秋茶上新", "description": "铁观音", "url": "https://shop.example.cn/m/88", "picurl": ""}


def crowd(box: Box, count: int) -> list[str]:
    """Openids of so many, with open windows."""
    answer = box.post("followers/bulk", count=count, nickname="茶友")
    assert box.post("followers/windows") == {"opened": count}
    return box.engine.followers.openids()[-answer["added"] :]


def send(box: Box, openid: str, session: Any = requests, token: str = "", **query: str) -> dict[str, Any]:
    body = json.dumps(
        {"touser": openid, "msgtype": "news", "news": {"articles": [CARD]}}, ensure_ascii=False
    ).encode()
    params = {"access_token": token or box.token(), **query}
    return session.post(box.base + PATH, params=params, data=body, timeout=5).json()


def sent(box: Box, query: str = "") -> dict[str, Any]:
    return box.get(f"sent{query}")


def test_a_crowd_gets_one_each_and_the_log_proves_it(box: Box) -> None:
    openids, token = crowd(box, 40), box.token()

    def work(openid: str) -> int:
        with requests.Session() as session:
            return int(send(box, openid, session, token)["errcode"])

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work, openids)) == {0}
    send(box, openids[3], token=token)

    row = sent(box)["messages"][0]
    assert (row["total"], row["followers"], row["times"]) == (41, 40, {"1": 39, "2": 1})
    assert row["repeated"] == [openids[3]]
    counts = sent(box, "?text=秋茶&counts=1")["counts"]
    assert (counts[openids[3]], counts[openids[4]], len(counts)) == (2, 1, 40)
    assert sent(box, "?text=冬茶") == {"messages": [], "total": 0}
    bubbles = box.chat(openids[3])
    assert [bubble["articles"][0]["title"] for bubble in bubbles] == ["秋茶上新"] * 2
    assert len({bubble["seq"] for bubble in bubbles}) == 2


def test_a_connection_stays_open_over_good_and_bad_answers(box: Box) -> None:
    openid, token = crowd(box, 1)[0], box.token()
    with requests.Session() as session:
        answers = [send(box, one, session, token) for one in (openid, "nobody", openid)]
        connections = session.get_adapter(box.base).poolmanager.pools
        assert connections.get(next(iter(connections.keys()))).num_connections == 1
        assert session.get(f"{box.base}/sim/api/wire", timeout=5).status_code == 200

    assert [answer["errcode"] for answer in answers] == [0, 40003, 0]
    rid = answers[1]["errmsg"].rpartition("rid: ")[2]
    asked = call(box, "openapi/rid/get", rid=rid)["request"]
    assert (token in asked["request_url"], '"nobody"' in asked["request_body"]) == (True, True)
    entry = next(row for row in reversed(box.wire()) if row["title"] == "发送客服消息")
    assert (entry["status"], entry["url"].split("?")[0]) == (200, PATH)
    assert token not in entry["url"]


def test_windows_of_a_crowd_end_by_count_and_by_time(box: Box) -> None:
    one, other, third = crowd(box, 3)
    box.post("followers/windows", first=other, last=other, messages=1, seconds=60)

    assert [send(box, other)["errcode"] for _ in range(2)] == [0, 45047]
    assert [send(box, one)["errcode"] for _ in range(6)] == [0] * 5 + [45047]
    box.pass_time(61)
    assert (send(box, other)["errcode"], send(box, third)["errcode"]) == (45015, 0)
    assert box.get(f"followers/{third}")["windows"][0]["left"] == 4
    # Whoever writes has a window of his own again.
    box.say("茶", other)
    assert send(box, other)["errcode"] == 0
    assert len(box.chat(other)) == 3


@pytest.mark.parametrize("body", [{"first": "x"}, {"messages": 256}, {"seconds": "soon"}, {"seconds": -1}])
def test_a_window_that_cannot_be_opened_is_refused(box: Box, body: dict[str, Any]) -> None:
    assert requests.post(f"{box.base}/sim/api/followers/windows", json=body, timeout=5).status_code in {
        400,
        404,
    }


def test_what_was_sent_stands_in_the_records_with_person_and_words(box: Box) -> None:
    openids, now = crowd(box, 3), int(box.engine.clock.now())
    for openid in (*openids, box.somebody()):
        box.post("push", openid=openid, kind="CLICK", key="x")
        assert send(box, openid)["errcode"] == 0

    def records(**changes: int) -> dict[str, Any]:
        usual = {"starttime": now - 60, "endtime": now + 60, "msgid": 1, "number": 3}
        return call(box, "../customservice/msgrecord/getmsglist", **{**usual, **changes})

    first = records()
    rest = records(msgid=first["msgid"])

    rows = [*first["recordlist"], *rest["recordlist"]]
    assert [row["openid"] for row in rows] == [*openids, box.somebody()]
    assert {(row["opercode"], row["text"]) for row in rows} == {(2002, f"秋茶上新 {CARD['url']}")}
    assert (first["number"], rest["number"]) == (3, 1)
    assert records(starttime=now + 30)["recordlist"] == []


def test_an_answer_can_be_slow_lost_or_wrong(box: Box) -> None:
    openids = crowd(box, 4)
    box.fault("custom_delay", "60")
    started = time.monotonic()
    assert send(box, openids[0])["errcode"] == 0
    assert time.monotonic() - started >= 0.06
    box.fault("custom_delay", "off")
    box.fault("custom_answer", "45047")
    assert send(box, openids[1])["errcode"] == 45047
    box.post("faults", name="custom_answer", value="timeout", once=True)
    with pytest.raises(requests.ConnectionError):
        send(box, openids[2])
    assert send(box, openids[3])["errcode"] == 0

    assert set(sent(box, "?counts=1")["counts"]) == {openids[0], openids[2], openids[3]}


def test_a_switch_can_strike_each_third_call(box: Box) -> None:
    openids = crowd(box, 6)
    box.post("faults", name="api_error", value="40003", only=PATH, every=3)

    assert [send(box, openid)["errcode"] for openid in openids] == [0, 0, 40003] * 2
    bad = requests.post(
        f"{box.base}/sim/api/faults", json={"name": "api_busy", "value": "on", "every": 0.5}, timeout=5
    )
    assert bad.status_code == 400


def test_a_body_without_a_length_is_refused(box: Box) -> None:
    answer = requests.post(f"{box.base}{PATH}?access_token=x", data=iter([b"{}"]), timeout=5)

    assert answer.status_code == 411


def test_one_of_the_crowd_can_be_changed_like_anybody(box: Box) -> None:
    one, other = crowd(box, 2)
    tag = call(box, "tags/create", tag={"name": "茶友"})["tag"]["id"]
    call(box, "tags/members/batchtagging", openid_list=[one, box.somebody()], tagid=tag)
    call(box, "user/info/updateremark", openid=one, remark="老客")
    call(box, "tags/members/batchblacklist", openid_list=[other])
    box.post(f"followers/{other}/unsubscribe")

    profile = box.api("GET", "/cgi-bin/user/info", openid=one)
    assert (profile["remark"], profile["tagid_list"]) == ("老客", [tag])
    assert call(box, "user/tag/get", tagid=tag)["data"]["openid"] == [box.somebody(), one]
    assert call(box, "tags/members/getblacklist")["data"]["openid"] == [other]
    assert other not in box.api("GET", "/cgi-bin/user/get")["data"]["openid"]
    assert box.api("GET", "/cgi-bin/tags/get")["tags"][-1]["count"] == 2
    assert call(box, "tags/delete", tag={"id": tag})["errcode"] == 0
    assert box.get(f"followers/{one}")["tagid_list"] == []


def test_crowd_and_log_survive_a_new_start(box: Box) -> None:
    one, other = crowd(box, 2)
    send(box, one)
    box.post(f"followers/{other}/unsubscribe")

    followers, log = box.engine.followers, box.engine.sent
    followers.crowd.save()
    log.save()
    followers.seed()
    log.load()

    assert (send(box, one)["errcode"], send(box, other)["errcode"]) == (0, 45015)
    assert sent(box)["total"] == 2
    assert box.get(f"followers/{one}")["windows"][0]["left"] == 3


def test_a_mass_message_reaches_the_crowd(box: Box) -> None:
    openids = crowd(box, 250)
    late = box.post("followers", nickname="后来的茶友")["openid"]
    call(box, "tags/members/batchblacklist", openid_list=[openids[7]])

    call(box, "message/mass/sendall", filter={"is_to_all": True}, msgtype="text", text={"content": "秋茶"})

    job = box.get("mass")["mass"][0]
    assert (job["total"], job["filtered"]) == (255, 254)
    assert [len(box.chat(one)) for one in (openids[0], openids[7], openids[-1], late)] == [1, 0, 1, 1]
