"""Replies as XML, and the words in handlers/texts."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wechat.callback.flat_xml import Fields, parse
from app.wechat.callback.messages import Push
from app.wechat.callback.reading import read_push
from app.wechat.replies import (
    Article,
    HandOver,
    MediaReply,
    MusicReply,
    NewsReply,
    PublishedArticleReply,
    Reply,
    TextReply,
    TransferReply,
    bring_back,
    keep,
    read_kept,
)
from handlers.answers import Answer, prepare
from handlers.speech import TEXTS, say
from handlers.xml_replies import MAX_TEXT_BYTES, cut, write_head, write_tail
from tests.pushes import ACCOUNT_ID, OPENID, write_event, write_text

MESSAGE = read_push(parse(write_text("茶").encode()))
CLICK = read_push(parse(write_event("CLICK", EventKey="K").encode()))
ARTICLES = tuple(
    Article(f"茶 {n}", "明前手采", f"https://shop.example.cn/{n}.jpg", f"https://shop.example.cn/{n}?a=1&e=2")
    for n in range(10)
)


def write(reply: Reply, push: Push = MESSAGE) -> Fields:
    tail = write_tail(reply, to_event=push.kind.startswith("event:"))
    return parse((write_head(push, 1795219261) + tail).encode())


def test_a_text_goes_back_to_who_wrote() -> None:
    fields = write(TextReply("收到"))

    assert fields["ToUserName"] == (OPENID,)
    assert fields["FromUserName"] == (ACCOUNT_ID,)
    assert fields["MsgType"] == ("text",)
    assert fields["Content"] == ("收到",)
    assert fields["CreateTime"] == ("1795219261",)


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


REPLIES = {
    "text": TextReply("好"),
    "news": NewsReply(ARTICLES[:2]),
    "image": MediaReply(7, "image", "media-7"),
    "video": MediaReply(8, "video", "media-8", "泡茶", "三分钟", "thumb-8"),
    "music": MusicReply("茶歌", "采茶", "https://shop.example.cn/a.mp3", 9, "thumb-9"),
    "article": PublishedArticleReply("tEaArticle_0001", "秋茶"),
    "transfer": TransferReply("a@shop"),
    "hand-over": HandOver(""),
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_a_kept_reply_comes_back_as_it_was(reply: Reply) -> None:
    assert bring_back(read_kept(json.dumps(keep(reply)))) == reply


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (REPLIES["image"], {"MsgType": "image", "Image/MediaId": "media-7"}),
        (MediaReply(1, "voice", "v"), {"MsgType": "voice", "Voice/MediaId": "v"}),
        (
            REPLIES["video"],
            {"Video/MediaId": "media-8", "Video/Title": "泡茶", "Video/Description": "三分钟"},
        ),
        (
            REPLIES["music"],
            {"Music/Title": "茶歌", "Music/MusicUrl": "https://shop.example.cn/a.mp3"}
            | {"Music/ThumbMediaId": "thumb-9"},
        ),
        (REPLIES["transfer"], {"MsgType": "transfer_customer_service", "TransInfo/KfAccount": "a@shop"}),
        (TransferReply(), {"MsgType": "transfer_customer_service"}),
    ],
    ids=["image", "voice", "video", "music", "transfer to one", "transfer"],
)
def test_each_kind_of_reply_is_written_as_wechat_reads_it(reply: Reply, expected: dict[str, str]) -> None:
    fields = write(reply)

    assert {name: fields[name] for name in expected} == {name: (text,) for name, text in expected.items()}


@pytest.mark.parametrize("reply", [REPLIES["article"], REPLIES["hand-over"]], ids=["article", "hand-over"])
def test_what_cannot_be_an_answer_is_never_written_as_one(reply: Reply) -> None:
    with pytest.raises(TypeError):
        write(reply)


def answer(*replies: Reply) -> Answer:
    return Answer("rule:1", tuple(prepare(reply) for reply in replies))


def test_the_first_reply_is_said_at_once_and_the_others_follow() -> None:
    at_once, further = answer(TextReply("一"), TextReply("二"), HandOver()).to_message

    assert at_once is not None
    assert at_once.reply == TextReply("一")
    assert [bring_back(kept) for kept in json.loads(further or "")] == [TextReply("二"), HandOver()]


def test_what_must_be_uploaded_first_holds_back_what_comes_after_it() -> None:
    at_once, further = answer(MediaReply(7, "image"), TextReply("二")).to_message

    assert at_once is None
    assert [kept["type"] for kept in json.loads(further or "")] == ["media", "text"]


def test_wechats_own_desk_answers_messages_only() -> None:
    assert answer(TransferReply()).to_message.at_once is not None
    assert answer(TransferReply()).to_event.at_once is None


@pytest.mark.parametrize("file", sorted(TEXTS.glob("*.txt")), ids=lambda file: file.stem)
def test_every_text_can_be_said_within_the_limit(file: object) -> None:
    text = file.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    link = "https://shop.example.cn/shop/" + "x" * 120

    said = say(file.stem, **dict.fromkeys(names, link))  # type: ignore[attr-defined]

    assert "{" not in said
    assert len(said.encode()) <= MAX_TEXT_BYTES
    assert all(name.isidentifier() for name in names)
