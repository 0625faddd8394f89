"""The log of what was said: one follower's talk, a search over everybody's, sentences nothing answered.

A search walks back from the newest in steps of bounded size, so it answers as fast with a million messages;
what it has not looked at yet begins at `Found.next_before`.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as day_time

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, literal_column, or_, select
from sqlalchemy.orm import defer

from app.conversations.models import Direction, Message
from app.conversations.redaction import redact_payload
from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.followers.models import Follower

__all__ = [
    "Found",
    "Wanted",
    "conversation_of",
    "first_id_since",
    "follow_ups_of",
    "get_message",
    "redact_payload",
    "search_messages",
    "unanswered",
]

STEP = 20_000  # messages looked at by one statement
PATIENCE_SECONDS = 0.8  # after which what was found so far is shown
LATE_BY = timedelta(days=1)  # a message may stand behind younger ones by so much
MOST_FOLLOWERS = 50  # that a name may stand for
EVENTS = "event"  # the kind that stands for every event
_UNANSWERED = (
    literal_column("'fallback'"),
    literal_column("'quiet'"),
)  # written out, or the index is not used
BY_RULE = "rule:"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; empty fields do not matter."""

    words: str = ""
    follower: str = ""  # an openid, or part of a nickname or remark
    kind: str = ""  # `text`, `image`, `event` …
    answered_by: str = ""  # its beginning: `rule:`, `rule:7`, `staff:`, `fallback`
    direction: Direction | None = None
    first_day: date | None = None  # Beijing days, both included
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Messages, the newest first. `next_before`: where the search goes on; None when all was looked at."""

    rows: Sequence[Message]
    next_before: int | None
    looked_back_to: datetime | None = None  # when it stopped for lack of time


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A sentence that no rule answered."""

    sentence: str
    count: int
    last_at: datetime


def conversation_of(openid: str, *, before_id: int | None = None, limit: int = 50) -> Sequence[Message]:
    """What was said with this follower, the oldest first: the last messages, or those before `before_id`."""
    query = select(Message).where(Message.openid == openid).options(defer(Message.payload))
    if before_id is not None:
        query = query.where(Message.id < before_id)
    return db.session.scalars(query.order_by(Message.id.desc()).limit(limit)).all()[::-1]


def messages_between(openid: str, first: datetime, last: datetime, limit: int = 40) -> Sequence[Message]:
    """What was said with this follower from `first` to `last`, the oldest first; of many the last ones."""
    query = select(Message).where(Message.openid == openid, Message.at.between(first, last))
    query = query.options(defer(Message.payload)).order_by(Message.id.desc()).limit(limit)
    return db.session.scalars(query).all()[::-1]


def get_message(message_id: int) -> Message:
    """Raises: NotFound."""
    message = db.session.get(Message, message_id)
    if message is None:
        raise NotFound(_("没有这条消息"))
    return message


def follow_ups_of(message: Message) -> Sequence[Message]:
    """The customer-service messages that followed as further replies to this push, in order."""
    keys = [f"further:{message.id}:{number}" for number in range(len(message.further or []))]
    return db.session.scalars(select(Message).where(Message.dedupe_key.in_(keys)).order_by(Message.id)).all()


def search_messages(wanted: Wanted, *, before_id: int | None = None, limit: int = 50) -> Found:
    """The newest messages that fit, or the next ones before `before_id`."""
    openids = _find_openids(wanted.follower) if wanted.follower else None
    top = before_id if before_id is not None else (db.session.scalar(select(func.max(Message.id))) or 0) + 1
    bottom = first_id_since(_start(wanted.first_day) - LATE_BY) if wanted.first_day else 0
    if before_id is None and wanted.last_day:
        top = min(top, first_id_since(_start(wanted.last_day) + 2 * LATE_BY))
    conditions = _conditions(wanted)
    if openids is not None:  # one follower's messages are found by an index, however far back
        conditions.append(Message.openid.in_(openids))
        return _search(conditions, top, bottom, limit, step=top - bottom)
    return _search(conditions, top, bottom, limit, step=STEP)


def unanswered(since: datetime, limit: int = 100) -> Sequence[Unanswered]:
    """What followers wrote since then and no rule answered, the most frequent first."""
    sentence, count, last_at = func.trim(Message.content), func.count(), func.max(Message.at)
    query = (
        select(sentence, count, last_at)
        .where(Message.answered_by.in_(_UNANSWERED), Message.at >= since, Message.kind == "text")
        .group_by(sentence)
        .order_by(count.desc(), last_at.desc(), sentence)
        .limit(limit)
    )
    return [Unanswered(*row) for row in db.session.execute(query)]


def hits_by_rule(since: datetime) -> Mapping[int, int]:
    """How many messages each rule answered since then; rules that answered none are left out."""
    query = (
        select(Message.answered_by, func.count())
        .where(Message.id >= first_id_since(since - LATE_BY), Message.at >= since)
        .where(Message.direction == Direction.IN, Message.answered_by.startswith(BY_RULE))
        .group_by(Message.answered_by)
    )
    return {int(by.removeprefix(BY_RULE)): count for by, count in db.session.execute(query)}


def first_id_since(moment: datetime) -> int:
    """The first message at or after `moment`, by halving: numbers grow with time, so no index is needed."""
    low, high = 1, (db.session.scalar(select(func.max(Message.id))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        query = select(Message.id, Message.at).where(Message.id >= middle).order_by(Message.id).limit(1)
        row = db.session.execute(query).one_or_none()
        if row is None or row.at >= moment:
            high = middle
        else:
            low = row.id + 1
    return low


def _search(
    conditions: Sequence[ColumnElement[bool]], top: int, bottom: int, limit: int, *, step: int
) -> Found:
    rows: list[Message] = []
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while top > bottom and len(rows) <= limit:
        floor = max(bottom, top - step)
        query = select(Message).where(Message.id < top, Message.id >= floor, *conditions)
        query = query.options(defer(Message.payload), defer(Message.reply), defer(Message.further))
        rows += db.session.scalars(query.order_by(Message.id.desc()).limit(limit + 1 - len(rows)))
        top = floor
        if time.monotonic() > give_up_at and top > bottom:
            break
    if len(rows) > limit:
        return Found(rows[:limit], rows[limit - 1].id)
    return Found(rows, top, _moment_of(top)) if top > bottom else Found(rows, None)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.words:
        conditions.append(Message.content.icontains(wanted.words, autoescape=True))
    if wanted.kind == EVENTS:
        conditions.append(Message.kind.startswith("event:"))
    elif wanted.kind:
        conditions.append(Message.kind == wanted.kind)
    if wanted.answered_by.endswith(":"):
        conditions.append(Message.answered_by.startswith(wanted.answered_by, autoescape=True))
    elif wanted.answered_by:
        conditions.append(Message.answered_by == wanted.answered_by)
    if wanted.direction is not None:
        conditions.append(Message.direction == wanted.direction)
    if wanted.first_day:
        conditions.append(Message.at >= _start(wanted.first_day))
    if wanted.last_day:
        conditions.append(Message.at < _start(wanted.last_day + timedelta(days=1)))
    return conditions


def _find_openids(words: str) -> Sequence[str]:
    named = or_(
        Follower.nickname.icontains(words, autoescape=True), Follower.remark.icontains(words, autoescape=True)
    )
    return [words, *db.session.scalars(select(Follower.openid).where(named).limit(MOST_FOLLOWERS))]


def _start(day: date) -> datetime:
    return datetime.combine(day, day_time(), clock.BEIJING)


def _moment_of(message_id: int) -> datetime | None:
    query = select(Message.at).where(Message.id >= message_id).order_by(Message.id).limit(1)
    return db.session.scalar(query)
