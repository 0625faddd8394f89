"""How long and how often we may still speak to a follower: WeChat's windows for customer-service messages.

A message of his allows 5 within 48 hours, a tap, a scan or a follow allows 3 within a minute. Each trigger
starts its own window afresh. What is said goes on the account of the window that ends first.
Source: https://developers.weixin.qq.com/doc/service/guide/product/message/Service_Center_messages.html
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, func, literal_column, or_, select

from app.conversations.models import Conversation, Direction, Message, Sending
from app.core import clock
from app.core.db import db

MESSAGE_LASTS, MESSAGE_ALLOWS = timedelta(hours=48), 5
EVENT_LASTS, EVENT_ALLOWS = timedelta(minutes=1), 3
SHUT_OUT = (45015, 45047)  # WeChat: the window is closed; the count is used up
WECHAT_DESK = "kf:"  # what WeChat's own desk said was not said through us and counts nowhere

NOTICE = "notice"  # the kind of notifications by template, which no window limits


class Closed(StrEnum):
    """Why nothing can be said."""

    NEVER_WROTE = "never_wrote"
    OVER = "over"  # 48 hours have passed
    USED_UP = "used_up"  # as many messages as allowed
    REFUSED = "refused"  # WeChat said so, whatever we counted


@dataclass(frozen=True, slots=True)
class Said:
    """One message of ours: when it went, and whether WeChat answered that the window is shut."""

    at: datetime
    is_shut_out: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What is left. `closes_at` is the end of the longest window with something left (aware UTC)."""

    left: int
    closes_at: datetime | None
    reason: Closed | None = None  # None: open

    @property
    def is_open(self) -> bool:
        """Whether something can be said."""
        return self.left > 0


def read_window(
    message_at: datetime | None, event_at: datetime | None, said: Iterable[Said], *, now: datetime
) -> Window:
    """The window at `now`. `message_at`: he wrote last; `event_at`: he tapped, scanned or followed last."""
    used_by_message = used_by_event = 0
    shut_out_at: datetime | None = None
    for each in sorted(said, key=lambda said: said.at):
        if each.is_shut_out:
            shut_out_at = each.at
        elif event_at and used_by_event < EVENT_ALLOWS and event_at <= each.at < event_at + EVENT_LASTS:
            used_by_event += 1
        elif message_at and each.at >= message_at:
            used_by_message += 1
    if shut_out_at and not any(at and at > shut_out_at for at in (message_at, event_at)):
        return Window(0, None, Closed.REFUSED)
    return _sum_up(
        _rest(message_at, MESSAGE_LASTS, MESSAGE_ALLOWS - used_by_message, now),
        _rest(event_at, EVENT_LASTS, EVENT_ALLOWS - used_by_event, now),
        message_at,
        now,
    )


def find_windows(conversations: Sequence[Conversation]) -> Mapping[str, Window]:
    """The window of each of these conversations, by openid, at this moment."""
    now = clock.now()
    said = _find_said([row.openid for row in conversations], since=now - MESSAGE_LASTS)
    return {
        row.openid: read_window(row.last_message_at, row.last_event_at, said[row.openid], now=now)
        for row in conversations
    }


def _find_said(openids: Sequence[str], *, since: datetime) -> Mapping[str, list[Said]]:
    said_at = func.coalesce(Message.asked_at, Message.at)
    query = select(Message.openid, said_at, Message.sending, Message.errcode).where(
        Message.openid.in_(openids),
        Message.direction == literal_column(f"'{Direction.OUT}'"),  # written out, or the index is not used
        Message.at > since,
        Message.answered_by.not_like(f"{WECHAT_DESK}%"),
        Message.kind != NOTICE,
    )
    found: defaultdict[str, list[Said]] = defaultdict(list)
    for openid, at, sending, errcode in db.session.execute(query):
        if sending is not Sending.REFUSED or errcode in SHUT_OUT:
            found[openid].append(Said(at, is_shut_out=sending is Sending.REFUSED))
    return found


def _rest(at: datetime | None, lasts: timedelta, left: int, now: datetime) -> tuple[int, datetime] | None:
    if at is None or now >= at + lasts or left <= 0:
        return None
    return left, at + lasts


def _sum_up(
    by_message: tuple[int, datetime] | None,
    by_event: tuple[int, datetime] | None,
    message_at: datetime | None,
    now: datetime,
) -> Window:
    rests = [rest for rest in (by_message, by_event) if rest]
    if rests:
        return Window(sum(left for left, _ in rests), max(end for _, end in rests))
    if message_at is None:
        return Window(0, None, Closed.NEVER_WROTE)
    is_over = now >= message_at + MESSAGE_LASTS
    return Window(0, None, Closed.OVER if is_over else Closed.USED_UP)


def reachable() -> Select[tuple[str]]:
    """The openids to whom something can be said now, because they wrote: for a subquery over many.

    The minute after a tap or a scan is left out: it is over before many are reached.
    """
    said_at = func.coalesce(Message.asked_at, Message.at)
    said = (
        select(func.count())
        .where(
            Message.openid == Conversation.openid,
            Message.direction == literal_column(f"'{Direction.OUT}'"),
            Message.at > clock.now() - MESSAGE_LASTS,
            said_at >= Conversation.last_message_at,
            Message.answered_by.not_like(f"{WECHAT_DESK}%"),
            Message.kind != NOTICE,
        )
        .correlate(Conversation)
    )
    is_shut_out = Message.errcode.in_(SHUT_OUT)
    counted = said.where(or_(Message.sending != Sending.REFUSED, is_shut_out)).scalar_subquery()
    shut_out = said.where(is_shut_out, Message.sending == Sending.REFUSED).scalar_subquery()
    return select(Conversation.openid).where(
        Conversation.last_message_at > clock.now() - MESSAGE_LASTS, counted < MESSAGE_ALLOWS, shut_out == 0
    )
