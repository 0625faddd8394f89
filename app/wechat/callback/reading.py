"""Turns the fields of a push into its type; refuses what WeChat would never send."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from app.core import clock
from app.wechat.callback.flat_xml import Fields
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

SCENE_PREFIX = "qrscene_"
LONGEST_KEY = 120  # characters of an EventKey kept as they are in a dedupe key

_NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,10}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_WORD = re.compile(r"\w{1,50}", re.ASCII)


class PushRefused(ValueError):
    """The push lacks a field, has one twice, or holds something WeChat does not write there."""


class Reader:
    """Takes single fields from a push."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    def optional(self, name: str) -> str:
        """The field's text, or an empty one when it is not there."""
        texts = self.fields.get(name, ("",))
        if len(texts) != 1:
            raise PushRefused(f"{name} is there twice")
        return texts[0]

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        """The field's text, which must look like `pattern`."""
        text = self.optional(name).strip()
        if not pattern.fullmatch(text):
            raise PushRefused(f"{name} is missing or malformed")
        return text


_Build = Callable[[Reader, dict[str, Any]], Push]


def _subscribe(read: Reader, common: dict[str, Any]) -> Push:
    return SubscribeEvent(scene=read.optional("EventKey").removeprefix(SCENE_PREFIX), **common)


def _text(read: Reader, common: dict[str, Any]) -> Push:
    return TextMessage(content=read.optional("Content"), **common)


def _image(read: Reader, common: dict[str, Any]) -> Push:
    return ImageMessage(picture_url=read.optional("PicUrl"), media_id=read.optional("MediaId"), **common)


def _voice(read: Reader, common: dict[str, Any]) -> Push:
    recognition = read.optional("Recognition")
    return VoiceMessage(
        media_id=read.optional("MediaId"), format=read.optional("Format"), recognition=recognition, **common
    )


def _video(read: Reader, common: dict[str, Any]) -> Push:
    return VideoMessage(
        media_id=read.optional("MediaId"), thumb_media_id=read.optional("ThumbMediaId"), **common
    )


def _location(read: Reader, common: dict[str, Any]) -> Push:
    return LocationMessage(
        latitude=read.optional("Location_X"),
        longitude=read.optional("Location_Y"),
        label=read.optional("Label"),
        **common,
    )


def _link(read: Reader, common: dict[str, Any]) -> Push:
    return LinkMessage(
        title=read.optional("Title"),
        description=read.optional("Description"),
        url=read.optional("Url"),
        **common,
    )


def _location_report(read: Reader, common: dict[str, Any]) -> Push:
    return LocationEvent(latitude=read.optional("Latitude"), longitude=read.optional("Longitude"), **common)


BUILDERS: dict[str, _Build] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
    "event:subscribe": _subscribe,
    "event:unsubscribe": lambda read, common: UnsubscribeEvent(**common),
    "event:scan": lambda read, common: ScanEvent(scene=read.optional("EventKey"), **common),
    "event:click": lambda read, common: ClickEvent(key=read.optional("EventKey"), **common),
    "event:view": lambda read, common: ViewEvent(url=read.optional("EventKey"), **common),
    "event:location": _location_report,
}


def read_push(fields: Fields) -> Push:
    """The typed push.

    Raises: PushRefused.
    """
    if any(len(texts) > 1 for path, texts in fields.items() if "/" not in path):
        raise PushRefused("a field is there twice")
    read = Reader(fields)
    kind = read.matching("MsgType", _WORD).lower()
    if kind == "event":
        kind = f"event:{read.matching('Event', _WORD).lower()}"
    common: dict[str, Any] = {
        "openid": read.matching("FromUserName", _NAME),
        "account_id": read.matching("ToUserName", _NAME),
        "sent_at": clock.from_timestamp(int(read.matching("CreateTime", _SECONDS))),
        "kind": kind,
        "dedupe_key": _dedupe_key(read, kind),
    }
    build = BUILDERS.get(kind)
    return build(read, common) if build else Unknown(raw=fields, **common)


def _dedupe_key(read: Reader, kind: str) -> str:
    """What is the same in every repeat of one push and different in any other push.

    Never the query's timestamp or nonce: a repeat may be signed afresh.
    """
    if not kind.startswith("event:"):
        return f"m:{read.matching('MsgId', _NUMBER)}"
    event_key = read.optional("EventKey")
    if len(event_key) > LONGEST_KEY:
        event_key = hashlib.sha256(event_key.encode()).hexdigest()
    parts = (
        read.optional("FromUserName"),
        read.optional("CreateTime"),
        kind.removeprefix("event:"),
        event_key,
        read.optional("MsgID")[:30],  # results of two notices may arrive in the same second
    )
    return "e:" + "|".join(parts)
