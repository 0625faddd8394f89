"""Pushes as their types."""

from datetime import UTC, datetime

import pytest

from app.wechat.callback.flat_xml import parse
from app.wechat.callback.messages import (
    ClickEvent,
    ImageMessage,
    LinkMessage,
    LocationEvent,
    LocationMessage,
    Push,
    ScanEvent,
    SubscribeEvent,
    TextMessage,
    Unknown,
    UnsubscribeEvent,
    VideoMessage,
    ViewEvent,
    VoiceMessage,
)
from app.wechat.callback.reading import PushRefused, read_push
from tests.pushes import ACCOUNT_ID, OPENID, write_event, write_message, write_text

KINDS = {
    "text": (write_text("茶"), TextMessage, {"content": "茶"}),
    "text with a menu's option": (
        write_text("满意", bizmsgmenuid=101),
        TextMessage,
        {"content": "满意", "menu_option": "101", "kind": "text"},
    ),
    "image": (
        write_message("image", PicUrl="http://mmbiz.example/p/0", MediaId="m1"),
        ImageMessage,
        {"picture_url": "http://mmbiz.example/p/0", "media_id": "m1"},
    ),
    "voice": (
        write_message("voice", MediaId="m2", Format="amr", MediaId16K="m2k", Recognition=""),
        VoiceMessage,
        {"media_id": "m2", "format": "amr", "recognition": ""},
    ),
    "video": (
        write_message("video", MediaId="m3", ThumbMediaId="t3"),
        VideoMessage,
        {"media_id": "m3", "thumb_media_id": "t3"},
    ),
    "shortvideo": (
        write_message("shortvideo", MediaId="m4", ThumbMediaId="t4"),
        VideoMessage,
        {"media_id": "m4", "thumb_media_id": "t4"},
    ),
    "location": (
        write_message("location", Location_X="24.47", Location_Y="118.08", Scale=16, Label="湖滨南路"),
        LocationMessage,
        {"latitude": "24.47", "longitude": "118.08", "label": "湖滨南路"},
    ),
    "link": (
        write_message("link", Title="秋茶", Description="新到", Url="https://shop.example.cn/"),
        LinkMessage,
        {"title": "秋茶", "description": "新到", "url": "https://shop.example.cn/"},
    ),
    "event:subscribe": (write_event("subscribe"), SubscribeEvent, {"scene": ""}),
    "event:unsubscribe": (write_event("unsubscribe"), UnsubscribeEvent, {}),
    "event:scan": (write_event("SCAN", EventKey="shelf-07", Ticket="t"), ScanEvent, {"scene": "shelf-07"}),
    "event:click": (write_event("CLICK", EventKey="NEWS_NEW"), ClickEvent, {"key": "NEWS_NEW"}),
    "event:view": (
        write_event("VIEW", EventKey="https://shop.example.cn/shop/", MenuId=460187342),
        ViewEvent,
        {"url": "https://shop.example.cn/shop/"},
    ),
    "event:location": (
        write_event("LOCATION", Latitude="24.47", Longitude="118.08", Precision="65.0"),
        LocationEvent,
        {"latitude": "24.47", "longitude": "118.08"},
    ),
}


def read(xml: str) -> Push:
    return read_push(parse(xml.encode()))


@pytest.mark.parametrize(("xml", "expected", "values"), KINDS.values(), ids=KINDS.keys())
def test_a_push_becomes_its_type(xml: str, expected: type[Push], values: dict[str, str]) -> None:
    push = read(xml)

    assert type(push) is expected
    assert {name: getattr(push, name) for name in values} == values


@pytest.mark.parametrize(
    ("kind", "xml"),
    [(row[2].get("kind", kind), row[0]) for kind, row in KINDS.items()],
    ids=KINDS.keys(),
)
def test_a_push_says_its_kind_who_and_when(kind: str, xml: str) -> None:
    push = read(xml)

    assert (push.kind, push.openid, push.account_id) == (kind, OPENID, ACCOUNT_ID)
    assert push.sent_at == datetime(2026, 11, 21, 0, 1, tzinfo=UTC)


def test_a_scene_is_told_without_its_prefix() -> None:
    push = read(write_event("subscribe", EventKey="qrscene_shelf-07", Ticket="t"))

    assert isinstance(push, SubscribeEvent)
    assert push.scene == "shelf-07"


def test_an_event_nobody_knows_is_kept_with_its_fields() -> None:
    inner = "<SomethingNew><List><TemplateId>a</TemplateId></List></SomethingNew></xml>"
    xml = write_event("something_new").replace("</xml>", inner)

    push = read(xml)

    assert isinstance(push, Unknown)
    assert push.kind == "event:something_new"
    assert push.raw["SomethingNew/List/TemplateId"] == ("a",)


def test_a_message_nobody_knows_is_kept_with_its_fields() -> None:
    push = read(write_message("hologram", Title="页"))

    assert isinstance(push, Unknown)
    assert push.kind == "hologram"


def without(xml: str, name: str) -> str:
    start, end = xml.index(f"<{name}>"), xml.index(f"</{name}>") + len(name) + 3
    return xml[:start] + xml[end:]


def doubled(xml: str, name: str) -> str:
    start, end = xml.index(f"<{name}>"), xml.index(f"</{name}>") + len(name) + 3
    return xml[:end] + xml[start:end] + xml[end:]


TEXT, CLICK = write_text("茶"), write_event("CLICK", EventKey="K")


@pytest.mark.parametrize("name", ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"])
def test_a_message_without_a_needed_field_is_refused(name: str) -> None:
    with pytest.raises(PushRefused):
        read(without(TEXT, name))


@pytest.mark.parametrize("name", ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content"])
def test_a_message_with_a_field_twice_is_refused(name: str) -> None:
    with pytest.raises(PushRefused):
        read(doubled(TEXT, name))


@pytest.mark.parametrize("name", ["Event", "EventKey"])
def test_an_event_with_a_field_twice_is_refused(name: str) -> None:
    with pytest.raises(PushRefused):
        read(doubled(CLICK, name))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<MsgId>25140096871234567</MsgId>", "<MsgId>abc</MsgId>"),
        ("<MsgId>25140096871234567</MsgId>", "<MsgId>-1</MsgId>"),
        ("<MsgId>25140096871234567</MsgId>", "<MsgId>١٢٣</MsgId>"),
        ("<MsgId>25140096871234567</MsgId>", f"<MsgId>{'9' * 5000}</MsgId>"),
        ("<MsgId>25140096871234567</MsgId>", "<MsgId><a>1</a></MsgId>"),
        ("<CreateTime>1795219260</CreateTime>", "<CreateTime>soon</CreateTime>"),
        ("<CreateTime>1795219260</CreateTime>", "<CreateTime>99999999999</CreateTime>"),
        (OPENID, "o'; DROP TABLE followers;--"),
        (OPENID, "o" * 65),
        ("<![CDATA[text]]>", "<![CDATA[te xt]]>"),
        ("<![CDATA[text]]>", "<![CDATA[]]>"),
    ],
)
def test_a_malformed_field_is_refused(old: str, new: str) -> None:
    with pytest.raises(PushRefused):
        read(TEXT.replace(old, new))


def test_a_repeat_of_a_message_has_the_same_key() -> None:
    assert read(TEXT).dedupe_key == read(write_text("茶", CreateTime=1795219999)).dedupe_key


def test_two_messages_have_two_keys() -> None:
    assert read(TEXT).dedupe_key != read(write_text("茶", msg_id=25140096871234568)).dedupe_key


@pytest.mark.parametrize(
    "other",
    [
        write_event("CLICK", EventKey="OTHER"),
        write_event("VIEW", EventKey="K"),
        write_event("CLICK", EventKey="K", CreateTime=1795219261),
        write_event("CLICK", EventKey="K", openid="oTeaShop_0000000000000000002"),
        write_event("CLICK", EventKey="K" * 500),
        write_event("CLICK", EventKey="K", MsgID=3301552871093456896),
    ],
    ids=["key", "event", "second", "person", "long key", "id of a notice"],
)
def test_two_events_have_two_keys(other: str) -> None:
    assert read(CLICK).dedupe_key != read(other).dedupe_key


def test_a_long_event_key_still_fits_its_column() -> None:
    push = read(write_event("subscribe_msg_popup_event", EventKey="键" * 1000, openid="o" * 64))

    assert len(push.dedupe_key) <= 300
