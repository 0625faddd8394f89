"""Turns the fields of a push into its type; refuses what WeChat would never send."""

import hashlib
import re
from typing import Any

from app.core import clock
from app.wechat.callback.builders import BUILDERS
from app.wechat.callback.field_reader import PushRefused, Reader
from app.wechat.callback.flat_xml import Fields
from app.wechat.callback.messages import Push, Unknown

LONGEST_KEY = 120  # characters of an EventKey kept as they are in a dedupe key

_NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,10}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_WORD = re.compile(r"\w{1,50}", re.ASCII)
# What tells two results of one second apart: the number of the message they are about.
_RESULT_NUMBERS = ("MsgID", "SubscribeMsgSentEvent/List/MsgID", "PublishEventInfo/publish_id")


def read_push(fields: Fields) -> Push:
    """The typed push.

    Raises: PushRefused.
    """
    for path, texts in fields.items():
        if len(texts) > 1 and "/" not in path:
            raise PushRefused("a field is there twice")
    read = Reader(fields)
    kind = read.matching("MsgType", _WORD).lower()
    if kind == "event":
        kind = f"event:{read.matching('Event', _WORD).lower()}"
    openid, created = read.matching("FromUserName", _NAME), read.matching("CreateTime", _SECONDS)
    common: dict[str, Any] = {
        "openid": openid,
        "account_id": read.matching("ToUserName", _NAME),
        "sent_at": clock.from_timestamp(int(created)),
        "kind": kind,
        "dedupe_key": _dedupe_key(read, kind, openid, created),
    }
    build = BUILDERS.get(kind)
    return build(read, common) if build else Unknown(raw=fields, **common)


def _dedupe_key(read: Reader, kind: str, openid: str, created: str) -> str:
    """What is the same in every repeat of one push and different in any other push.

    Never the query's timestamp or nonce: a repeat may be signed afresh.
    """
    if not kind.startswith("event:"):
        return f"m:{read.matching('MsgId', _NUMBER)}"
    event_key = read.optional("EventKey")
    if len(event_key) > LONGEST_KEY:
        event_key = hashlib.sha256(event_key.encode()).hexdigest()
    number = next((texts[0][:30] for path in _RESULT_NUMBERS if (texts := read.fields.get(path))), "")
    return f"e:{openid}|{created}|{kind.removeprefix('event:')}|{event_key}|{number}"


__all__ = ["PushRefused", "read_push"]
