"""Customer-service messages: windows, counts, kinds, the typing state."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulator.box import Box


def send(box: Box, openid: str | None = None, **body: Any) -> dict[str, Any]:
    usual = {"touser": openid or box.somebody(), "msgtype": "text", "text": {"content": "已发货"}}
    return box.api("POST", "/cgi-bin/message/custom/send", body={**usual, **body})


def test_without_a_word_from_the_follower_nothing_may_be_sent(box: Box) -> None:
    assert send(box)["errcode"] == 45015


def test_a_message_permits_five_within_two_days(box: Box) -> None:
    box.say("茶")

    codes = [send(box)["errcode"] for _ in range(6)]

    assert codes == [0, 0, 0, 0, 0, 45047]
    box.say("还有吗")
    assert send(box)["errcode"] == 0
    box.pass_time(48 * 3600 + 1)
    assert send(box)["errcode"] == 45015


@pytest.mark.parametrize("kind", ["CLICK", "SCAN", "subscribe", "scancode_waitmsg"])
def test_a_tap_permits_three_within_a_minute(box: Box, kind: str) -> None:
    box.post("push", openid=box.somebody(), kind=kind)

    assert [send(box)["errcode"] for _ in range(4)] == [0, 0, 0, 45047]
    box.pass_time(61)
    assert send(box)["errcode"] == 45015


def test_a_view_permits_nothing(box: Box) -> None:
    box.post("push", openid=box.somebody(), kind="VIEW", key="https://x.cn")

    assert send(box)["errcode"] == 45015


def test_who_left_cannot_be_reached(box: Box) -> None:
    box.say("茶")
    box.post(f"followers/{box.somebody()}/unsubscribe?wait=1")

    assert send(box)["errcode"] == 45015


def test_a_message_is_shown_as_coming_from_customer_service(box: Box) -> None:
    box.post("desk/agents", kf_account="xiaoli", nickname="小李")
    box.say("茶")
    text, machine = {"content": '<a href="https://x.cn">看</a>'}, {"is_ai_msg": 1}

    send(box, text=text, customservice={"kf_account": "xiaoli@xiaopu"}, aimsgcontext=machine)

    shown = box.chat()[-1]
    assert (shown["via"], shown["kf_account"]) == ("customer_service", "xiaoli@xiaopu")
    assert (shown["kf_nick"], shown["by_machine"]) == ("小李", True)
    assert shown["text"] == '<a href="https://x.cn">看</a>'


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"touser": "oNobody00000000000000000000"}, 40003),
        ({"msgtype": "poem"}, 40008),
        ({"text": None}, 44004),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "茶" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "gone"}}, 40007),
        ({"msgtype": "image", "image": {}}, 41006),
        ({"customservice": {"kf_account": "nobody@xiaopu"}}, 65401),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": ["x"]}}, 44003),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "x"}}, 40007),
        ({"msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": "x"}}, 53600),
        ({"msgtype": "wxcard", "wxcard": {}}, 40035),
        ({"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 45098),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1"}]}}, 45099),
    ],
)
def test_a_wrong_message_is_named_and_costs_nothing(box: Box, body: dict[str, Any], errcode: int) -> None:
    box.say("茶")

    assert send(box, **body)["errcode"] == errcode
    assert [send(box)["errcode"] for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_a_news_card_and_a_menu_of_answers_are_shown(box: Box) -> None:
    box.say("茶")
    article = {"title": "秋茶", "description": "新", "url": "https://x.cn", "picurl": ""}

    send(box, msgtype="news", news={"articles": [article]})
    options = [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}]
    send(
        box, msgtype="msgmenu", msgmenu={"head_content": "满意吗？", "list": options, "tail_content": "谢谢"}
    )

    news, menu = box.chat()[-2:]
    assert news["articles"] == [article]
    assert (menu["text"], menu["options"], menu["tail"]) == ("满意吗？", options, "谢谢")


def test_a_blocked_account_is_told(box: Box) -> None:
    box.say("茶")
    box.fault("push_blocked")

    assert send(box)["errcode"] == 48002


def test_an_uploaded_picture_can_be_sent(box: Box) -> None:
    box.say("茶")
    token = box.token()
    url = f"{box.base}/cgi-bin/media/upload"
    media = requests.post(
        url,
        params={"access_token": token, "type": "image"},
        files={"media": ("a.png", b"\x89PNG...", "image/png")},
        timeout=5,
    ).json()

    assert send(box, msgtype="image", image={"media_id": media["media_id"]})["errcode"] == 0
    assert box.chat()[-1]["media_id"] == media["media_id"]


@pytest.mark.parametrize(
    ("kind", "name", "data", "errcode"),
    [
        ("poem", "a.png", b"x", 40004),
        ("image", "a.exe", b"x", 40005),
        ("image", "a.png", b"", 44001),
        ("thumb", "a.jpg", b"x" * 65_537, 45001),
    ],
)
def test_a_wrong_upload_is_named(box: Box, kind: str, name: str, data: bytes, errcode: int) -> None:
    params = {"access_token": box.token(), "type": kind}
    files = {"media": (name, data)}

    answer = requests.post(f"{box.base}/cgi-bin/media/upload", params=params, files=files, timeout=5).json()

    assert answer["errcode"] == errcode


def test_typing_needs_a_fresh_conversation(box: Box) -> None:
    def typing(command: str = "Typing") -> int:
        body = {"touser": box.somebody(), "command": command}
        return box.api("POST", "/cgi-bin/message/custom/typing", body=body)["errcode"]

    assert typing() == 45080
    box.say("茶")
    assert typing("Dancing") == 45072
    assert typing() == 0
    assert typing() == 45081
    assert typing("CancelTyping") == 0
    assert typing() == 0
    box.pass_time(31)
    assert typing() == 45080
