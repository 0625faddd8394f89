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
