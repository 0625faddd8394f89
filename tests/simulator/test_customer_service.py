"""Customer-service messages: windows, counts, kinds, the typing state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.box import Box
from tests.simulator.envelopes import told
from tests.simulator.fake_shop import FakeShop
from tests.simulator.files import AMR, JPG, MP4, PNG, upload


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


def files(box: Box) -> dict[str, str]:
    """One uploaded file of each kind."""
    given = {
        "image": ("a.png", PNG),
        "voice": ("a.amr", AMR),
        "video": ("a.mp4", MP4),
        "thumb": ("a.jpg", JPG),
    }
    path = "/cgi-bin/media/upload"
    return {kind: upload(box, path, *file, type=kind)["media_id"] for kind, file in given.items()}


MINI = {"appid": "wx9f8e7d6c5b4a3928", "pagepath": "pages/index/index", "title": "秋茶专场"}
KINDS: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "image": lambda ids: {"media_id": ids["image"]},
    "voice": lambda ids: {"media_id": ids["voice"]},
    "video": lambda ids: {"media_id": ids["video"], "thumb_media_id": ids["thumb"], "title": "泡茶"},
    "music": lambda ids: {
        "musicurl": "https://x.cn/a.mp3",
        "hqmusicurl": "https://x.cn/hq.mp3",
        "thumb_media_id": ids["thumb"],
        "title": "茶歌",
    },
    "wxcard": lambda ids: {"card_id": "pTeaCard_000000000000000001"},
    "miniprogrampage": lambda ids: {**MINI, "thumb_media_id": ids["image"]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_of_every_kind_is_shown(box: Box, kind: str) -> None:
    box.say("茶")
    content = KINDS[kind](files(box))

    assert send(box, msgtype=kind, **{kind: content})["errcode"] == 0

    shown = box.chat()[-1]
    assert shown["kind"] == kind
    assert shown.get("media_id") == content.get("media_id")
    assert shown.get("title", "") == content.get("title", "卡券" if kind == "wxcard" else "")


@pytest.mark.parametrize(
    ("kind", "changes", "errcode"),
    [
        ("image", {"media_id": "voice"}, 40007),
        ("voice", {"media_id": "image"}, 40007),
        ("video", {"thumb_media_id": "gone"}, 40007),
        ("video", {"thumb_media_id": ""}, 41006),
        ("music", {"hqmusicurl": ""}, 40035),
        ("miniprogrampage", {"appid": "WX9F8E7D6C5B4A3928"}, 40013),
    ],
)
def test_a_file_must_be_what_it_is_sent_as(
    box: Box, kind: str, changes: dict[str, str], errcode: int
) -> None:
    box.say("茶")
    ids = files(box)
    changed = {name: ids.get(value, value) for name, value in changes.items()}

    assert send(box, msgtype=kind, **{kind: {**KINDS[kind](ids), **changed}})["errcode"] == errcode


def test_a_tapped_answer_comes_back_with_its_id(box: Box, shop: FakeShop) -> None:
    path = f"followers/{box.somebody()}/say?wait=1"

    box.post(path, type="text", content="满意", bizmsgmenuid="101")

    message = told(box, shop.received[-1])
    assert (message["Content"], message["bizmsgmenuid"]) == ("满意", "101")


def test_the_numbers_of_a_window_can_be_set(box: Box) -> None:
    for name, value in {"window_messages": 2, "window_seconds": 60, "tap_messages": 1}.items():
        box.post("limits", name=name, value=value)

    box.say("茶")
    assert [send(box)["errcode"] for _ in range(3)] == [0, 0, 45047]
    box.pass_time(61)
    assert send(box)["errcode"] == 45015
    box.post("push", openid=box.somebody(), kind="CLICK")
    assert [send(box)["errcode"] for _ in range(2)] == [0, 45047]


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
