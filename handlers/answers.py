"""What a handler gives back: who answers, and replies that are written already.

Source of the limits: https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one push. `by` is what the log shows: `rule:7`, `welcome`, `fallback`."""

    by: str
    replies: tuple[Prepared, ...] = ()
    gives_way: bool = False  # not said to a follower whom a person answers


SILENCE = Answer("")
WITH_A_PERSON = Answer("person")  # a person answers him, so that the bot says nothing


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


def split(answer: Answer, *, to_event: bool) -> tuple[Prepared | None, str | None]:
    """The reply that is said at once, and what follows, as the JSON the message log keeps.

    The order is kept: what must be uploaded first also holds back what comes after it.
    """
    words = [each for each in answer.replies if not isinstance(each.reply, HandOver)]
    at_once = words[0] if words and (words[0].to_event if to_event else words[0].to_message) else None
    further = [each.kept for each in answer.replies if each is not at_once]
    return at_once, f"[{','.join(further)}]" if further else None


def hands_over(answer: Answer) -> bool:
    """Whether a person answers from here on."""
    return any(isinstance(each.reply, HandOver) for each in answer.replies)


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
