"""Pushes: every kind in every mode, WeChat's tries, repeats and forgeries."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest
from werkzeug.wrappers import Response

from simulator.crypto.messages import is_signed
from simulator.platform import payloads, xml
from tests.simulator.box import Box
from tests.simulator.envelopes import reply, sealed, told
from tests.simulator.fake_shop import FakeShop, Received

FAILURE = "该公众号暂时无法提供服务，请稍后再试"


@pytest.mark.parametrize("kind", payloads.KINDS)
def test_every_kind_can_be_pushed(box: Box, shop: FakeShop, kind: str) -> None:
    openid = box.somebody()

    delivery = box.post("push", openid=openid, kind=kind)["deliveries"][0]

    assert delivery["verdict"] == "handled"
    message = told(box, shop.received[-1])
    assert message["FromUserName"] == openid
    assert message["ToUserName"] == box.settings.account.original_id
    assert abs(int(message["CreateTime"]) - time.time()) < 60
    if kind in payloads.MESSAGE_KINDS:
        assert message["MsgType"] == kind
        assert 10**15 < int(message["MsgId"]) < 2**63
    else:
        assert (message["MsgType"], message["Event"]) == ("event", kind)
        assert "MsgId" not in message
    assert shop.received[-1].query["openid"] == openid


def test_a_push_reaches_the_shop_under_its_public_address(box: Box, shop: FakeShop) -> None:
    box.say("茶")

    received = shop.received[-1]
    assert received.path == "/wechat"
    assert received.headers["Host"] == box.settings.web_base.removeprefix("http://")
    assert received.headers["X-Forwarded-Proto"] == "http"
    assert received.headers["Content-Type"] == "text/xml"


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_each_mode_has_its_own_envelope(
    box: Box, shop: FakeShop, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box.engine, "settings", dataclasses.replace(box.settings, push_mode=mode))

    box.say("</xml>茶")

    fields, query = xml.read(shop.received[-1].body.decode()), shop.received[-1].query
    assert ("Encrypt" in fields) == (mode != "plain")
    assert (fields.get("Content") == "</xml>茶") == (mode != "safe")
    assert (query.get("encrypt_type"), "msg_signature" in query) == (
        (None, False) if mode == "plain" else ("aes", True)
    )


def test_silence_is_tried_three_times_with_the_same_message(box: Box, shop: FakeShop, quick: float) -> None:
    def silent(received: Received) -> str:
        time.sleep(quick * 2)
        return "success"

    shop.answer = silent

    delivery = box.say("茶")

    assert delivery["verdict"] == "unreachable"
    assert box.chat()[-1]["text"] == FAILURE
    tries = shop.wait_for(3)
    assert len({told(box, received)["MsgId"] for received in tries}) == 1
    assert [entry["title"] for entry in box.wire() if entry["direction"] == "to_shop"] == [
        "推送 text",
        "推送 text（第 2 次）",
        "推送 text（第 3 次）",
    ]


def test_a_dripping_answer_does_not_outlast_the_limit(box: Box, shop: FakeShop, quick: float) -> None:
    def drip() -> Any:
        for _ in range(40):
            time.sleep(quick / 4)
            yield b" "

    shop.answer = lambda received: Response(drip())

    assert box.say("茶")["ms"] < quick * 1000 * 2


def test_a_second_try_that_is_answered_is_enough(box: Box, shop: FakeShop, quick: float) -> None:
    def first_silent(received: Received) -> str:
        if len(shop.received) == 1:
            time.sleep(quick * 2)
        return sealed(box, reply(box, received, MsgType="text", Content="来了"))

    shop.answer = first_silent

    box.say("茶")

    assert len(shop.received) == 2
    assert box.chat()[-1]["text"] == "来了"


def test_unsubscribing_is_told_and_shows_no_answer(box: Box, shop: FakeShop) -> None:
    shop.answer = lambda received: sealed(box, reply(box, received, MsgType="text", Content="再见"))

    box.post(f"followers/{box.somebody()}/unsubscribe?wait=1")

    assert told(box, shop.received[-1])["Event"] == "unsubscribe"
    assert [message["direction"] for message in box.chat()] == ["system"]
    assert not box.followers[0]["subscribed"]


def test_subscribing_by_a_scene_code_carries_scene_and_ticket(box: Box, shop: FakeShop) -> None:
    code = box.engine.qrcodes.add("shelf-07", None)
    openid = box.stranger()

    answer = box.post(f"followers/{openid}/scan?wait=1", text=code["url"])

    assert answer["action"] == "subscribed"
    message = told(box, shop.received[-1])
    assert (message["Event"], message["EventKey"]) == ("subscribe", "qrscene_shelf-07")
    assert message["Ticket"] == code["ticket"]
    profile = box.api("GET", "/cgi-bin/user/info", openid=openid)
    assert (profile["subscribe_scene"], profile["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", "shelf-07")


def test_a_push_can_be_doubled_and_doubled_at_the_same_instant(box: Box, shop: FakeShop) -> None:
    box.fault("push_twice")
    box.say("茶")
    box.fault("push_twin")
    box.say("水")
    box.say("完")

    sent = [told(box, received) for received in shop.received]
    assert sorted(message["Content"] for message in sent) == ["完", "水", "水", "茶", "茶"]
    assert len({message["MsgId"] for message in sent}) == 3


def test_the_lab_repeats_a_push_at_the_same_instant(box: Box, shop: FakeShop) -> None:
    answer = box.post("push", openid=box.somebody(), kind="text", content="茶", repeat=5, same_instant=True)

    assert len(answer["deliveries"]) == 5
    assert len({told(box, received)["MsgId"] for received in shop.received}) == 1
    moments = [received.at for received in shop.received]
    assert max(moments) - min(moments) < 1


def test_a_forged_push_carries_a_wrong_signature(box: Box, shop: FakeShop) -> None:
    box.fault("push_forged")

    box.say("茶")

    with pytest.raises(AssertionError):
        told(box, shop.received[-1])


def test_a_push_for_another_account_carries_its_appid(box: Box, shop: FakeShop) -> None:
    box.fault("push_wrong_appid")

    box.say("茶")

    with pytest.raises(ValueError, match="appid"):
        told(box, shop.received[-1])


def test_the_address_check_wants_the_echo_and_nothing_else(box: Box, shop: FakeShop) -> None:
    account = box.settings.account

    def echo(received: Received) -> str:
        query = received.query
        good = is_signed(query["signature"], account.token, query["timestamp"], query["nonce"])
        return query["echostr"] if good else "no"

    shop.answer = echo
    assert box.post("push/verify")["ok"]
    shop.answer = lambda received: received.query["echostr"] + "\n"
    assert not box.post("push/verify")["ok"]


def test_a_picture_travels_with_an_address_that_works(box: Box, shop: FakeShop) -> None:
    import base64

    import requests

    from simulator.qr.drawing import draw_qr

    picture = draw_qr("茶")
    data_url = "data:image/png;base64," + base64.b64encode(picture).decode()

    box.post(f"followers/{box.somebody()}/say?wait=1", type="image", picture=data_url)

    message = told(box, shop.received[-1])
    assert requests.get(message["PicUrl"], timeout=5).content == picture
    media = requests.get(
        f"{box.base}/cgi-bin/media/get",
        params={"access_token": box.token(), "media_id": message["MediaId"]},
        timeout=5,
    )
    assert media.content == picture
    box.pass_time(3 * 86_400 + 1)
    assert box.api("GET", "/cgi-bin/media/get", media_id=message["MediaId"])["errcode"] == 40007


def test_without_waiting_the_bubble_goes_from_sending_to_ok(box: Box, shop: FakeShop) -> None:
    answer = box.post(f"followers/{box.somebody()}/say", type="text", content="茶")

    assert answer["message"]["state"] == "sending"
    shop.wait_for(1)
    deadline = time.monotonic() + 5
    while box.chat()[0]["state"] != "ok":
        assert time.monotonic() < deadline
        time.sleep(0.01)
