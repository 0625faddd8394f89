"""What a handler gives back: who answers, and replies that are written already.

Source of the limits: https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from app.wechat.replies import HandOver, Reply, TransferReply, is_ready, keep
from handlers.xml_replies import write_tail


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reply in every form it is needed in, made once and used for many pushes."""

    reply: Reply
    kept: str  # JSON, as the message log keeps it
    to_message: (
        str  # the rest of the answer's XML to something a person typed or sent; empty if it only follows
    )
    to_event: str  # the same to a tap, a scan, a new follower


class Parts(NamedTuple):
    """What is said at once, and what follows as customer-service messages: the JSON the message log keeps."""

    at_once: Prepared | None
    further: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one push. `by` is what the log shows: `rule:7`, `welcome`, `fallback`."""

    by: str
    replies: tuple[Prepared, ...] = ()
    gives_way: bool = False  # not said to a follower whom a person answers
    once_since: datetime | None = None  # nor to one who heard the same after this moment
    hands_over: bool = field(init=False)  # a person answers from here on
    to_message: Parts = field(init=False)
    to_event: Parts = field(init=False)

    def __post_init__(self) -> None:
        """Take it apart once: most answers are said to many."""
        object.__setattr__(self, "hands_over", any(isinstance(each.reply, HandOver) for each in self.replies))
        object.__setattr__(self, "to_message", _take_apart(self.replies, to_event=False))
        object.__setattr__(self, "to_event", _take_apart(self.replies, to_event=True))

    @property
    def too_late(self) -> Parts:
        """Everything follows: WeChat has hung up before it was found."""
        return Parts(None, _write_list(self.replies))


def prepare(reply: Reply) -> Prepared:
    """Write the reply in every form."""
    if not is_ready(reply):
        return Prepared(reply, _write(keep(reply)), "", "")
    to_message = write_tail(reply, to_event=False)
    to_event = "" if isinstance(reply, TransferReply) else write_tail(reply, to_event=True)
    return Prepared(reply, _write(keep(reply)), to_message, to_event)


def prepare_all(replies: Iterable[Reply]) -> tuple[Prepared, ...]:
    """Write these replies."""
    return tuple(prepare(reply) for reply in replies)


def _take_apart(replies: tuple[Prepared, ...], *, to_event: bool) -> Parts:
    """The order is kept: what must be uploaded first also holds back what comes after it."""
    words = [each for each in replies if not isinstance(each.reply, HandOver)]
    at_once = words[0] if words and (words[0].to_event if to_event else words[0].to_message) else None
    return Parts(at_once, _write_list(each for each in replies if each is not at_once))


def _write_list(replies: Iterable[Prepared]) -> str | None:
    kept = ",".join(each.kept for each in replies)
    return f"[{kept}]" if kept else None


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


SILENCE = Answer("")
QUIET = Answer("quiet")  # he heard the fallback a moment ago
WITH_A_PERSON = Answer("person")  # a person answers him, so that the bot says nothing
