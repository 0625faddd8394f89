"""Replies as XML, and the words in handlers/texts."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wechat.callback.flat_xml import Fields, parse
from app.wechat.callback.reading import read_push
from app.wechat.replies import Article, NewsReply, TextReply, bring_back, keep
from handlers.speech import TEXTS, say
from handlers.xml_replies import MAX_TEXT_BYTES, cut, write_reply
from tests.pushes import ACCOUNT_ID, OPENID, write_event, write_text

MESSAGE = read_push(parse(write_text("茶").encode()))
CLICK = read_push(parse(write_event("CLICK", EventKey="K").encode()))
ARTICLES = tuple(
    Article(f"茶 {n}", "明前手采", f"https://shop.example.cn/{n}.jpg", f"https://shop.example.cn/{n}?a=1&e=2")
    for n in range(10)
)


def write(reply: TextReply | NewsReply, push: object = MESSAGE) -> Fields:
    return parse(write_reply(reply, push).encode())  # type: ignore[arg-type]


def test_a_text_goes_back_to_who_wrote() -> None:
    fields = write(TextReply("收到"))

    assert fields["ToUserName"] == (OPENID,)
    assert fields["FromUserName"] == (ACCOUNT_ID,)
    assert fields["MsgType"] == ("text",)
    assert fields["Content"] == ("收到",)
    assert fields["CreateTime"][0].isdigit()


def test_a_typed_message_gets_one_card() -> None:
    fields = write(NewsReply(ARTICLES))

    assert fields["ArticleCount"] == ("1",)
    assert fields["Articles/item/Title"] == ("茶 0",)
    assert fields["Articles/item/Url"] == ("https://shop.example.cn/0?a=1&e=2",)


def test_an_event_gets_up_to_eight_cards() -> None:
    fields = write(NewsReply(ARTICLES), CLICK)

    assert fields["ArticleCount"] == ("8",)
    assert len(fields["Articles/item/Title"]) == 8


def test_the_end_of_cdata_inside_a_text_cannot_break_out() -> None:
    fields = write(TextReply("]]><Content>偷换</Content> ]]]]>"))

    assert fields["Content"] == ("]]><Content>偷换</Content> ]]]]>",)


def test_characters_xml_cannot_hold_are_left_out() -> None:
    assert write(TextReply("a\x00b\x08c\ufffed\n"))["Content"] == ("abcd\n",)


@given(st.text(max_size=300))
def test_whatever_a_text_holds_the_reply_can_be_read(text: str) -> None:
    fields = write(NewsReply((Article(text, text, text, text),)))

    assert set(fields) >= {"Articles/item/Title", "ArticleCount"}


@given(st.text(alphabet="a茶🍵", min_size=400, max_size=2200))
def test_a_long_text_is_cut_between_characters(text: str) -> None:
    short = cut(text)

    assert len(short.encode()) <= MAX_TEXT_BYTES
    assert text.startswith(short.removesuffix("…"))


def test_a_text_of_exactly_the_limit_is_not_cut() -> None:
    assert cut("a" * MAX_TEXT_BYTES) == "a" * MAX_TEXT_BYTES


@pytest.mark.parametrize("reply", [TextReply("好"), NewsReply(ARTICLES[:2])], ids=["text", "news"])
def test_a_kept_reply_comes_back_as_it_was(reply: TextReply | NewsReply) -> None:
    assert bring_back(keep(reply)) == reply


@pytest.mark.parametrize("file", sorted(TEXTS.glob("*.txt")), ids=lambda file: file.stem)
def test_every_text_can_be_said_within_the_limit(file: object) -> None:
    text = file.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    link = "https://shop.example.cn/shop/" + "x" * 120

    said = say(file.stem, **dict.fromkeys(names, link))  # type: ignore[attr-defined]

    assert "{" not in said
    assert len(said.encode()) <= MAX_TEXT_BYTES
    assert all(name.isidentifier() for name in names)
