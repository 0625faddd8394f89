"""Drafts of broadcasts: made, changed, copied, thrown away, confirmed for a time, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.broadcasts.audience import AS_SENT, Audience, read_audience
from app.broadcasts.content import Content, find_cards, read_content
from app.broadcasts.models import Broadcast, Segment
from app.broadcasts.notices.checking import check_notice
from app.broadcasts.states import BROADCAST_MOVES, BroadcastState, Way
from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.core.states import move_state, record_event
from app.notice_templates.purposes import BY_HAND, Purpose

MAX_NAME = 60
FARTHEST = timedelta(days=90)  # how far ahead it may be scheduled
SAME_WITHIN = timedelta(hours=24)  # WeChat, too, takes the same for a repetition so long


@dataclass(frozen=True, slots=True)
class Draft:
    """What the composer holds, checked. `segment_id`: instead of an audience of its own."""

    name: str
    way: Way
    content: Content
    audience: Audience
    segment_id: int | None = None
    purpose: Purpose | None = None  # of a notification


def read_draft(
    name: str,
    way: str,
    content: Mapping[str, Any],
    audience: Mapping[str, Any],
    segment_id: int | None = None,
    purpose: str = "",
) -> Draft:
    """What a form sent, checked; a draft may still lack its products. `purpose`: of a notification.

    Raises: InputInvalid.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise InputInvalid(_("名称要有 1 到 %(most)d 个字", most=MAX_NAME))
    if way not in set(Way):
        raise InputInvalid(_("没有这种发送方式"))
    if segment_id is not None and db.session.get(Segment, segment_id) is None:
        raise InputInvalid(_("没有这个人群，它可能已被删除"))
    if way == Way.NOTICE and purpose not in BY_HAND:
        raise InputInvalid(_("选一下这条通知是为了什么"))
    meant = Purpose(purpose) if way == Way.NOTICE else None
    return Draft(name, Way(way), read_content(content, Way(way)), read_audience(audience), segment_id, meant)


def create(draft: Draft, *, actor: str) -> int:
    """A new draft; returns its number. Opens a transaction."""
    with transaction() as session:
        row = Broadcast(state=BroadcastState.DRAFT, created_at=clock.now(), created_by=actor)
        _fill(row, draft)
        session.add(row)
        session.flush()
        record_event(row, new=row.state, cause="created", actor=actor)
        return row.id


def change(broadcast_id: int, draft: Draft, *, version: int, actor: str) -> None:
    """Opens a transaction. Raises: NotFound, TransitionRefused when it is no draft or was changed meanwhile."""
    with transaction():
        row = _get_draft(broadcast_id)
        if row.version != version:
            raise TransitionRefused(_("有人刚刚改过它，请重新打开再改"))
        _fill(row, draft)
        row.version += 1


def copy(broadcast_id: int, *, actor: str) -> int:
    """A draft with the same content and audience; returns its number. Opens a transaction."""
    old = get_broadcast(broadcast_id)
    content, audience = read_content(old.content, old.way), read_audience(old.audience)
    name = _("%(name)s（副本）", name=old.name)[:MAX_NAME]
    return create(Draft(name, old.way, content, audience, old.segment_id, old.purpose), actor=actor)


def discard(broadcast_id: int, *, actor: str) -> None:
    """Throw a draft away. Opens a transaction. Raises: NotFound, TransitionRefused."""
    with transaction() as session:
        row = _get_draft(broadcast_id)
        audit.record(actor=actor, action="broadcast.discarded", **_named(row))
        session.delete(row)


def confirm(
    broadcast_id: int, *, version: int, at: datetime | None, actor: str, repeats: bool = False
) -> None:
    """Send it at `at` (aware), or now. Confirmed twice it is sent once. Opens a transaction.

    Raises: NotFound; TransitionRefused when it changed since it was shown; InputInvalid for a time that is over,
    for products that are not on sale, for a notification without a template or with advertising, and for what was
    sent to the same people within a day unless `repeats`.
    """
    now = clock.now()
    if at is not None and not now <= at <= now + FARTHEST:
        raise InputInvalid(_("时间要在现在以后、%(days)d 天以内", days=FARTHEST.days))
    with transaction():
        row = _get_draft(broadcast_id)
        if row.version != version:
            raise TransitionRefused(_("它在您看过以后又改了，请再看一遍"))
        content = read_content(row.content, row.way)
        _check_cards(content, row.purpose)
        if row.purpose:
            check_notice(content, row.purpose)
        row.content_hash = content.hash()
        if not repeats and (same := find_same(row, at or now)):
            raise InputInvalid(_say_same(same), same=same.id)
        new = BroadcastState.SCHEDULED if at else BroadcastState.GATHERING
        values = {"confirmed_at": now, "confirmed_by": actor, "scheduled_at": at, "version": row.version + 1}
        move_state(row, BROADCAST_MOVES, new, cause="confirmed", actor=actor, **values)
        audit.record(actor=actor, action="broadcast.confirmed", **_named(row))


def take_back(broadcast_id: int, *, actor: str) -> None:
    """Make what waits for its time a draft again. Opens a transaction. Raises: NotFound, TransitionRefused."""
    with transaction():
        row = get_broadcast(broadcast_id)
        lock(row)
        if move_state(
            row, BROADCAST_MOVES, BroadcastState.DRAFT, cause="taken_back", actor=actor, scheduled_at=None
        ):
            audit.record(actor=actor, action="broadcast.taken_back", **_named(row))


def get_broadcast(broadcast_id: int) -> Broadcast:
    """Raises: NotFound."""
    row = db.session.get(Broadcast, broadcast_id)
    if row is None:
        raise NotFound(_("没有这次群发"))
    return row


def find_same(row: Broadcast, at: datetime) -> Broadcast | None:
    """The last one within a day of `at`, before or after, with this content, in this way, to the same audience."""
    goes = func.coalesce(Broadcast.started_at, Broadcast.scheduled_at, Broadcast.confirmed_at)
    query = select(Broadcast).where(
        Broadcast.content_hash == row.content_hash,
        Broadcast.id != row.id,
        Broadcast.way == row.way,
        Broadcast.purpose.is_not_distinct_from(row.purpose),
        goes > at - SAME_WITHIN,
        goes < at + SAME_WITHIN,
        Broadcast.state.not_in((BroadcastState.DRAFT, BroadcastState.FAILED)),
    )
    rows = db.session.scalars(query.order_by(Broadcast.id.desc())).all()
    return next((each for each in rows if _is_same_audience(each, row)), None)


def audience_of(row: Broadcast) -> Audience:
    """Its own, or that of the segment it names: as it is now, or as it was when the sending began."""
    has_own = row.segment_id is None or AS_SENT in row.audience
    segment = None if has_own else db.session.get(Segment, row.segment_id)
    return read_audience(segment.audience if segment else row.audience)


def keep_audience(row: Broadcast) -> None:
    """The sending begins: whoever changes the segment from now on changes the next broadcast. Inside a transaction."""
    if row.segment_id is not None:
        row.audience = audience_of(row).keep() | {AS_SENT: True}


def _say_same(same: Broadcast) -> str:
    if same.state == BroadcastState.SCHEDULED:
        return _("同样的内容已排期在前后 24 小时内发给同样的人：%(name)s", name=same.name)
    return _("同样的内容 24 小时内已发给同样的人：%(name)s", name=same.name)


def _is_same_audience(one: Broadcast, other: Broadcast) -> bool:
    """The same saved one, or the same conditions, wherever they stand."""
    if one.segment_id is not None and one.segment_id == other.segment_id:
        return True
    return set(audience_of(one).conditions) == set(audience_of(other).conditions)


def _fill(row: Broadcast, draft: Draft) -> None:
    row.name, row.way, row.segment_id = draft.name, draft.way, draft.segment_id
    row.purpose = draft.purpose
    row.content, row.audience = draft.content.keep(), draft.audience.keep()


def _get_draft(broadcast_id: int) -> Broadcast:
    row = get_broadcast(broadcast_id)
    lock(row)
    if row.state != BroadcastState.DRAFT:
        raise TransitionRefused(_("它已经不是草稿，不能再改"))
    return row


def _check_cards(content: Content, purpose: Purpose | None) -> None:
    pairs = find_cards(content, purpose=purpose)
    if not pairs:
        raise InputInvalid(_("先选商品"))
    if missing := [item.slug for item, card in pairs if card is None]:
        raise InputInvalid(_("有商品没有上架，先换掉它"), missing=missing)


def _named(row: Broadcast) -> dict[str, Any]:
    """What the audit log says of it."""
    at = row.scheduled_at.isoformat() if row.scheduled_at else None
    return {"subject": f"broadcast:{row.id}", "after": {"name": row.name, "way": row.way, "scheduled_at": at}}
