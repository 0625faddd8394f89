"""The desk's list: who waits, who is answered by whom, who was here lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from app.conversations.models import Conversation, Direction, Holder, Message
from app.conversations.window import Window, find_windows
from app.core.db import db
from app.followers.models import Follower

LONGEST_LIST = 200
LATELY = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One follower on the list; `follower` is None for somebody we know by his messages alone."""

    conversation: Conversation
    follower: Follower | None
    unread: int
    window: Window


@dataclass(frozen=True, slots=True)
class Desk:
    """The list as one person sees it. Each part is cut at its limit; the counts are not."""

    waiting: Sequence[Row]  # the longest first
    mine: Sequence[Row]
    others: Sequence[Row]  # colleagues', and WeChat's own desk's
    lately: Sequence[Row]
    waiting_count: int


def count_waiting() -> int:
    """How many wait for a person."""
    query = select(func.count()).select_from(Conversation).where(Conversation.state == Holder.WAITING)
    return db.session.scalar(query) or 0


def load_desk(staff_id: int) -> Desk:
    """The whole list."""
    is_mine = Conversation.staff_id == staff_id
    with_people = Conversation.state.in_((Holder.PERSON, Holder.WECHAT_DESK))
    by_activity = Conversation.last_activity_at.desc()
    parts = [
        _find(Conversation.state == Holder.WAITING, Conversation.waiting_since, LONGEST_LIST),
        _find((Conversation.state == Holder.PERSON) & is_mine, by_activity, LONGEST_LIST),
        _find(with_people & (Conversation.staff_id.is_(None) | ~is_mine), by_activity, LONGEST_LIST),
        _find((Conversation.state == Holder.BOT) & (Conversation.last_in != ""), by_activity, LATELY),
    ]
    windows = find_windows([row for part in parts for row, _follower, _unread in part])
    waiting, mine, others, lately = (_present(part, windows) for part in parts)
    return Desk(waiting, mine, others, lately, count_waiting())


def desk_mark() -> tuple[object, ...]:
    """Values that are others after every change of the list; one small question to the database."""
    with_people = Conversation.state != Holder.BOT
    open_ones = select(
        func.count(),
        func.max(Conversation.last_activity_at),
        func.max(Conversation.last_message_at),
        func.sum(Conversation.read_id),
    ).where(with_people)
    lately = select(func.max(Conversation.last_activity_at))
    return (*db.session.execute(open_ones).one(), db.session.scalar(lately))


def _find(
    condition: ColumnElement[bool], order: ColumnElement[object], limit: int
) -> Sequence[tuple[Conversation, Follower | None, int]]:
    unread = (
        select(func.count())
        .where(Message.openid == Conversation.openid, Message.id > Conversation.read_id)
        .where(Message.direction == Direction.IN, Message.kind.not_like("event:%"))
        .where(Conversation.state != Holder.BOT)
        .correlate(Conversation)
        .scalar_subquery()
    )
    query = select(Conversation, Follower, unread).outerjoin(Follower, Follower.openid == Conversation.openid)
    found = db.session.execute(query.where(condition).order_by(order, Conversation.id).limit(limit))
    return [(row, follower, number) for row, follower, number in found]


def _present(
    part: Sequence[tuple[Conversation, Follower | None, int]], windows: Mapping[str, Window]
) -> Sequence[Row]:
    return [Row(row, follower, unread, windows[row.openid]) for row, follower, unread in part]
