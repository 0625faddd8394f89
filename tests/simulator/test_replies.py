"""What the shop answers to a push: accepted, refused and named, shown to the follower."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.wrappers import Response

from simulator.platform import xml
from tests.simulator.box import Box
from tests.simulator.envelopes import reply, sealed, told
from tests.simulator.fake_shop import FakeShop, Received

FAILURE = "该公众号暂时无法提供服务，请稍后再试"


@pytest.mark.parametrize("answer", ["success", "", " success\n"])
def test_success_and_nothing_mean_handled(box: Box, shop: FakeShop, answer: str) -> None:
    shop.answer = lambda received: answer

    assert box.say("茶")["verdict"] == "handled"
    assert [message["direction"] for message in box.chat()] == ["in"]


def test_a_reply_in_a_good_envelope_is_shown(box: Box, shop: FakeShop) -> None:
    shop.answer = lambda received: sealed(box, reply(box, received, MsgType="text", Content="好茶"))

    delivery = box.say("茶")

    assert delivery["verdict"] == "replied"
    assert delivery["reply"]["Content"] == "好茶"
    shown = box.chat()
    assert [(message["direction"], message["text"]) for message in shown] == [("in", "茶"), ("out", "好茶")]
    assert [message["state"] for message in shown] == ["ok", "ok"]


Broken = Callable[[Box, Received], Response | str]
BROKEN: dict[str, tuple[Broken, str]] = {
    "500": (lambda box, received: Response("oops", 500), "HTTP 200"),
    "204": (lambda box, received: Response(status=204), "HTTP 200"),
    "redirect": (lambda box, received: Response(status=302, headers={"Location": "/x"}), "HTTP 200"),
    "html": (lambda box, received: "<html><body>error</html>", "XML"),
    "json": (lambda box, received: '{"ok":true}', "XML"),
    "dtd": (lambda box, received: '<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>', "XML"),
    "not encrypted": (
        lambda box, received: xml.write(reply(box, received, MsgType="text", Content="好")),
        "回复已加密",
    ),
    "bad signature": (
        lambda box, received: sealed(
            box, reply(box, received, MsgType="text", Content="好"), MsgSignature="0" * 40
        ),
        "MsgSignature",
    ),
    "no nonce": (
        lambda box, received: sealed(box, reply(box, received, MsgType="text", Content="好"), Nonce=None),
        "外层字段齐全",
    ),
    "not swapped": (
        lambda box, received: sealed(box, {**told(box, received), "MsgType": "text", "Content": "好"}),
        "收发双方对调",
    ),
    "no time": (
        lambda box, received: sealed(
            box, reply(box, received, MsgType="text", Content="好", CreateTime=None)
        ),
        "CreateTime",
    ),
    "unknown type": (
        lambda box, received: sealed(box, reply(box, received, MsgType="poem", Content="好")),
        "MsgType",
    ),
    "empty text": (
        lambda box, received: sealed(box, reply(box, received, MsgType="text", Content="")),
        "内容不为空",
    ),
    "long text": (
        lambda box, received: sealed(box, reply(box, received, MsgType="text", Content="茶" * 683)),
        "文本长度",
    ),
    "wrong count": (
        lambda box, received: sealed(
            box,
            reply(
                box,
                received,
                MsgType="news",
                ArticleCount=2,
                Articles={"item": [{"Title": "茶", "Url": "https://x.cn"}]},
            ),
        ),
        "ArticleCount",
    ),
    "article without link": (
        lambda box, received: sealed(
            box,
            reply(box, received, MsgType="news", ArticleCount=1, Articles={"item": [{"Title": "茶"}]}),
        ),
        "图文有标题和链接",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_answer_is_named_and_the_follower_sees_the_line(box: Box, shop: FakeShop, case: str) -> None:
    answer, check = BROKEN[case]
    shop.answer = lambda received: answer(box, received)

    delivery = box.say("茶")

    assert delivery["verdict"] == "refused"
    failed = [row["check"] for row in delivery["verdicts"] if row["ok"] is False]
    assert failed == [check]
    assert (box.chat()[-1]["direction"], box.chat()[-1]["text"]) == ("system", FAILURE)
    assert len(shop.received) == 1  # an answer came, so it is not tried again


def test_up_to_eight_articles_reach_who_tapped_a_menu(box: Box, shop: FakeShop) -> None:
    items = [{"Title": f"茶{number}", "Url": "https://x.cn"} for number in range(9)]
    shop.answer = lambda received: sealed(
        box, reply(box, received, MsgType="news", ArticleCount=9, Articles={"item": items})
    )

    box.post("push", openid=box.somebody(), kind="CLICK", key="K")

    assert len(box.chat()[-1]["articles"]) == 8


def media_of(box: Box, kind: str) -> str:
    return str(box.engine.media.sample(kind))


@pytest.mark.parametrize(
    ("kind", "content", "shown"),
    [
        ("image", lambda box: {"Image": {"MediaId": media_of(box, "image")}}, {}),
        ("voice", lambda box: {"Voice": {"MediaId": media_of(box, "voice")}}, {}),
        (
            "video",
            lambda box: {
                "Video": {"MediaId": media_of(box, "video"), "Title": "泡茶", "Description": "三分钟"}
            },
            {"title": "泡茶", "description": "三分钟"},
        ),
        (
            "music",
            lambda box: {
                "Music": {
                    "Title": "茶歌",
                    "Description": "采茶",
                    "MusicUrl": "https://x.cn/a.mp3",
                    "HQMusicUrl": "https://x.cn/hq.mp3",
                    "ThumbMediaId": media_of(box, "thumb"),
                }
            },
            {"title": "茶歌", "url": "https://x.cn/a.mp3"},
        ),
    ],
)
def test_media_of_every_kind_can_be_a_reply(
    box: Box, shop: FakeShop, kind: str, content: Callable[[Box], dict], shown: dict[str, str]
) -> None:
    shop.answer = lambda received: sealed(box, reply(box, received, MsgType=kind, **content(box)))

    assert box.say("茶")["verdict"] == "replied"

    bubble = box.chat()[-1]
    assert (bubble["kind"], bubble["via"]) == (kind, "reply")
    assert shown.items() <= bubble.items()


@pytest.mark.parametrize(
    ("kind", "content", "check"),
    [
        ("image", lambda box: {"Image": {"MediaId": "gone"}}, "MediaId"),
        ("image", lambda box: {"Image": {"MediaId": media_of(box, "voice")}}, "MediaId"),
        ("voice", lambda box: {"Voice": {"MediaId": media_of(box, "image")}}, "MediaId"),
        ("video", lambda box: {"Video": {"Title": "泡茶"}}, "内容不为空"),
        ("music", lambda box: {"Music": {"Title": "茶歌"}}, "内容不为空"),
        ("music", lambda box: {"Music": {"ThumbMediaId": "gone"}}, "ThumbMediaId"),
    ],
)
def test_a_file_that_is_not_there_breaks_the_reply(
    box: Box, shop: FakeShop, kind: str, content: Callable[[Box], dict], check: str
) -> None:
    shop.answer = lambda received: sealed(box, reply(box, received, MsgType=kind, **content(box)))

    delivery = box.say("茶")

    assert [row["check"] for row in delivery["verdicts"] if row["ok"] is False] == [check]
    assert box.chat()[-1]["text"] == FAILURE
