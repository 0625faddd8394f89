"""The lab: state, wire log, event stream, faults, clock, reset, and what keeps strangers out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import requests

from simulator.clock import Clock
from simulator.faults import TABLE
from simulator.wirelog import Verdicts
from tests.simulator.box import JSAPI, Box
from tests.simulator.fake_shop import FakeShop


def test_the_state_tells_what_the_phone_needs(box: Box) -> None:
    state = box.get("state")

    assert state["account"] == {
        "appid": box.settings.account.appid,
        "name": "小铺",
        "original_id": box.settings.account.original_id,
        "wechat_id": "xiaopu",
        "mchid": box.settings.merchant.mchid,
    }
    assert state["web_base"] == box.settings.web_base
    assert (state["push_mode"], state["menu"]) == ("safe", None)
    assert state["clock"]["speed"] == 1.0
    assert {"openid", "nickname", "avatar", "color", "subscribed", "platform", "addresses"} <= set(
        state["followers"][0]
    )
    assert {"name", "group", "title", "help", "value", "choices", "once"} <= set(state["faults"][0])


def test_no_answer_of_the_control_api_holds_a_secret(box: Box, shop: FakeShop) -> None:
    box.say("茶")
    token = box.token()
    ticket = box.api("GET", "/cgi-bin/ticket/getticket", token=token, type="jsapi")["ticket"]
    box.pay(box.place())
    shop.wait_for(1, "/pay/notify")

    everything = requests.get(f"{box.base}/sim/api/state", timeout=5).text
    for entry in box.wire():
        everything += requests.get(f"{box.base}/sim/api/wire/{entry['seq']}", timeout=5).text

    account, merchant = box.settings.account, box.settings.merchant
    for secret in (account.appsecret, account.aes_key, account.token, merchant.apiv3_key, token):
        assert secret not in everything
    assert "PRIVATE KEY" not in everything
    assert ticket  # the ticket itself is not secret: the page shows what it signs


def test_the_wire_log_shows_both_sides_decoded(box: Box, shop: FakeShop) -> None:
    box.pay(box.place())
    shop.wait_for(1, "/pay/notify")
    box.say("茶")

    entries = {entry["title"]: box.get(f"wire/{entry['seq']}") for entry in box.wire()}

    push = entries["推送 text"]
    assert (push["direction"], push["status"]) == ("to_shop", 200)
    assert "<Content><![CDATA[茶]]></Content>" in push["request"]["decoded"]
    assert "<Encrypt>" in push["request"]["body"]
    notification = entries["支付通知（第 1 次）"]
    assert json.loads(notification["request"]["decoded"])["trade_state"] == "SUCCESS"
    assert notification["request"]["headers"]["Wechatpay-Signature"]
    order = entries["JSAPI 下单"]
    assert (order["direction"], order["method"], order["url"]) == ("to_wechat", "POST", JSAPI)
    assert all(row["ok"] for row in order["verdicts"])
    assert order["response"]["headers"]["Wechatpay-Signature"]


def test_the_wire_log_names_the_check_that_failed(box: Box) -> None:
    box.merchant("POST", JSAPI, box.order(), serial_no="0" * 40)

    failed = [row["check"] for row in box.wire()[-1]["verdicts"] if row["ok"] is False]

    assert failed == ["serial_no", "结果"]


def test_the_wire_log_is_read_piece_by_piece_and_ends(box: Box) -> None:
    for _ in range(5):
        box.say("茶")
    entries = box.wire()

    assert [entry["seq"] for entry in box.get(f"wire?after={entries[2]['seq']}&limit=1")["entries"]] == [
        entries[3]["seq"]
    ]
    assert len(box.get("wire?limit=2")["entries"]) == 2
    assert box.get("wire?limit=2")["entries"][-1] == entries[-1]
    assert requests.get(f"{box.base}/sim/api/wire/999999999", timeout=5).status_code == 404


def test_the_wire_log_keeps_two_thousand(box: Box) -> None:
    for number in range(2100):
        request = {"method": "GET", "url": f"/{number}"}
        box.engine.wire.record("to_shop", "x", request=request, response=None, ms=0, verdicts=Verdicts())

    entries = box.wire()

    assert (len(entries), entries[-1]["url"]) == (2000, "/2099")


def _events(box: Box) -> Iterator[dict]:
    with requests.get(f"{box.base}/sim/api/events", stream=True, timeout=10) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        for line in stream.iter_lines(chunk_size=1):
            if line.startswith(b"data: "):
                yield json.loads(line[6:])
            elif line.startswith(b": hello"):
                yield {"topic": "hello"}


def test_everything_that_happens_is_told_to_open_pages(box: Box, shop: FakeShop) -> None:
    events = _events(box)
    assert next(events)["topic"] == "hello"

    def live() -> None:
        box.say("茶")
        box.fault("notify_lost")
        box.pay(box.place())

    thread = threading.Thread(target=live)
    thread.start()
    topics = set()
    while not {"chat", "wire", "state", "orders"} <= topics:
        topics.add(next(events)["topic"])
    thread.join()


def test_each_fault_can_be_set_for_once_for_always_and_taken_back(box: Box) -> None:
    assert len({fault.name for fault in TABLE}) == len(TABLE)
    for fault in TABLE:
        calm, *wild = fault.choices
        for value in wild:
            listed = box.post("faults", name=fault.name, value=value, once=True)["faults"]
            row = next(row for row in listed if row["name"] == fault.name)
            assert (row["value"], row["once"], row["active"]) == (value, True, True)
            assert [box.engine.faults.take(fault.name) for _ in "ab"] == [value, calm]
            box.post("faults", name=fault.name, value=value)
            assert [box.engine.faults.take(fault.name) for _ in "ab"] == [value, value]
            box.post("faults", name=fault.name, value="off")
            assert box.engine.faults.peek(fault.name) == calm
        assert fault.title
        assert fault.help


def test_wrong_faults_are_refused_and_all_can_be_taken_back(box: Box) -> None:
    url = f"{box.base}/sim/api/faults"
    assert requests.post(url, json={"name": "poem", "value": "on"}, timeout=5).status_code == 404
    assert requests.post(url, json={"name": "pay_500", "value": "poem"}, timeout=5).status_code == 400
    box.post("faults", name="notify_late", value="77")
    box.fault("pay_429", "always")

    listed = box.post("faults/reset")["faults"]

    assert not [row for row in listed if row["active"]]


def test_the_clock_goes_forward_faster_and_never_back(box: Box) -> None:
    before = box.engine.clock.now()

    box.post("clock", advance_seconds=3600)
    clock = box.post("clock", speed=60)["clock"]

    assert 3600 <= box.engine.clock.now() - before < 3800
    assert (clock["speed"], clock["offset_seconds"] >= 3600) == (60, True)
    for wrong in ({"advance_seconds": -1}, {"speed": 0}, {"speed": "fast"}):
        assert requests.post(f"{box.base}/sim/api/clock", json=wrong, timeout=5).status_code == 400


def test_changing_the_speed_does_not_make_time_jump() -> None:
    clock = Clock()
    clock.advance(100)
    before = clock.now()

    clock.set_speed(50)
    clock.set_speed(1)

    assert 0 <= clock.now() - before < 20


def test_a_reset_keeps_what_the_shop_was_given(box: Box, shop: FakeShop) -> None:
    token = box.token()
    ticket = box.api("GET", "/cgi-bin/ticket/getticket", token=token, type="jsapi")["ticket"]
    button = {"type": "click", "name": "茶", "key": "K"}
    box.api("POST", "/cgi-bin/menu/create", token=token, body={"button": [button]})
    box.say("茶")
    box.pay(box.place())
    box.fault("pay_429", "always")
    box.pass_time(100)

    state = box.post("reset")

    assert state["menu"] == {"button": [button]}
    assert box.token() == token
    assert box.api("GET", "/cgi-bin/ticket/getticket", token=token, type="jsapi")["ticket"] == ticket
    assert (box.chat(), box.get("orders")["orders"], box.get("jobs")["jobs"]) == ([], [], [])
    assert not [row for row in state["faults"] if row["active"]]
    assert state["clock"]["offset_seconds"] == 0
    assert box.post("reset", everything=True)["menu"] is None


def test_another_sites_page_cannot_drive_the_simulator(box: Box) -> None:
    url = f"{box.base}/sim/api/reset"

    for site in ("cross-site", "same-site"):
        answer = requests.post(url, headers={"Sec-Fetch-Site": site}, timeout=5)
        assert answer.status_code == 400
    assert requests.post(url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=5).status_code == 200


def test_errors_are_sentences(box: Box) -> None:
    answers = [
        requests.post(f"{box.base}/sim/api/followers/oNobody/say", json={"content": "茶"}, timeout=5),
        requests.post(f"{box.base}/sim/api/followers/{box.somebody()}/say", json={"type": "poem"}, timeout=5),
        requests.post(
            f"{box.base}/sim/api/followers/{box.stranger()}/say", json={"content": "茶"}, timeout=5
        ),
        requests.post(f"{box.base}/sim/api/push", json={"openid": box.somebody(), "kind": "x"}, timeout=5),
        requests.get(f"{box.base}/sim/api/nothing", timeout=5),
    ]

    assert [answer.status_code for answer in answers] == [404, 400, 409, 400, 404]
    assert all(answer.json()["error"] for answer in answers[:4])


def test_followers_are_added_and_changed(box: Box) -> None:
    added = box.post("followers", nickname="新朋友", platform="ios")

    assert (len(added["openid"]), added["platform"], added["subscribed"]) == (28, "ios", True)
    changed = box.post(f"followers/{added['openid']}", platform="android")
    assert changed["platform"] == "android"
    assert (
        requests.post(f"{box.base}/sim/api/followers", json={"nickname": " "}, timeout=5).status_code == 400
    )


def test_the_address_book_can_be_replaced_and_added_to(box: Box) -> None:
    path = f"followers/{box.somebody()}/addresses"
    book = box.get(path)["addresses"]

    longer = box.post(path, address={"userName": "新", "telNumber": "13800000000"})["addresses"]
    shorter = box.post(path, addresses=[book[0]])["addresses"]

    assert len(longer) == len(book) + 1
    assert set(longer[0]) == set(book[0])
    assert shorter == [book[0]] == box.get(path)["addresses"]
