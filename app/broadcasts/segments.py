"""Saved audiences (人群): kept under a name; who is in one is found anew each time it is used."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.broadcasts.audience import AS_SENT, Audience, match
from app.broadcasts.models import Broadcast, Segment
from app.broadcasts.states import BroadcastState
from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused

MAX_NAME = 40
MAX_SEGMENTS = 200


def list_segments() -> Sequence[Segment]:
    """All of them by name."""
    return db.session.scalars(select(Segment).order_by(Segment.name, Segment.id)).all()


def get_segment(segment_id: int) -> Segment:
    """Raises: NotFound."""
    row = db.session.get(Segment, segment_id)
    if row is None:
        raise NotFound(_("没有这个人群，它可能已被删除"))
    return row


def count_members(audience: Audience) -> int:
    """How many followers it means now."""
    meant = match(audience).subquery()
    return db.session.scalar(select(func.count()).select_from(meant)) or 0


def count_uses() -> Mapping[int, int]:
    """How many broadcasts name each."""
    query = select(Broadcast.segment_id, func.count()).where(Broadcast.segment_id.is_not(None))
    return dict(db.session.execute(query.group_by(Broadcast.segment_id)).all())


def count_planned(segment_id: int) -> int:
    """How many broadcasts wait for their time and will go to whom it means then."""
    planned = (Broadcast.segment_id == segment_id) & (Broadcast.state == BroadcastState.SCHEDULED)
    return db.session.scalar(select(func.count()).where(planned)) or 0


def mark_of(segment: Segment) -> str:
    """What tells its conditions as they are from those somebody changed meanwhile."""
    return hashlib.sha256(json.dumps(segment.audience, sort_keys=True).encode()).hexdigest()[:16]


def create(name: str, audience: Audience, *, actor: str) -> int:
    """Keep an audience; returns its number. Opens a transaction. Raises: InputInvalid."""
    with transaction() as session:
        name = _check_name(name)
        if (session.scalar(select(func.count()).select_from(Segment)) or 0) >= MAX_SEGMENTS:
            raise InputInvalid(_("人群已满 %(most)d 个，请先删除不用的", most=MAX_SEGMENTS))
        row = Segment(name=name, audience=audience.keep(), created_at=clock.now(), created_by=actor)
        session.add(row)
        session.flush()
        audit.record(actor=actor, action="segment.created", subject=f"segment:{row.id}", after={"name": name})
        return row.id


def rename(segment_id: int, name: str, *, actor: str) -> None:
    """Opens a transaction. Raises: NotFound, InputInvalid."""
    with transaction():
        row = get_segment(segment_id)
        name = _check_name(name, other_than=row.id)
        if name != row.name:
            before, row.name = row.name, name
            audit.record(
                actor=actor,
                action="segment.renamed",
                subject=f"segment:{row.id}",
                before={"name": before},
                after={"name": name},
            )


def change(segment_id: int, audience: Audience, *, seen: str, actor: str) -> None:
    """Other conditions: for every broadcast that names it and has not begun. `seen`: `mark_of` what was shown.

    Opens a transaction. Raises: NotFound; TransitionRefused when somebody changed it meanwhile.
    """
    with transaction():
        row = get_segment(segment_id)
        lock(row)
        if mark_of(row) != seen:
            raise TransitionRefused(_("这个人群的条件刚被别人改了"))
        before, row.audience = row.audience, audience.keep()
        if row.audience != before:
            audit.record(
                actor=actor,
                action="segment.changed",
                subject=f"segment:{row.id}",
                before=before,
                after=row.audience,
            )


def remove(segment_id: int, *, actor: str) -> None:
    """Delete it; broadcasts that named it keep its conditions as their own, so none of them means others than before.

    Opens a transaction. Raises: NotFound.
    """
    with transaction() as session:
        row = get_segment(segment_id)
        lock(row)
        named = select(Broadcast).where(Broadcast.segment_id == row.id).order_by(Broadcast.id)
        for broadcast in session.scalars(named).all():
            lock(broadcast)
            if AS_SENT not in broadcast.audience:
                broadcast.audience = row.audience
            broadcast.segment_id, broadcast.version = None, broadcast.version + 1
        session.flush()
        audit.record(
            actor=actor, action="segment.removed", subject=f"segment:{row.id}", before={"name": row.name}
        )
        session.delete(row)


def _check_name(name: str, *, other_than: int = 0) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise InputInvalid(_("人群名称要有 1 到 %(most)d 个字", most=MAX_NAME))
    taken = select(Segment.id).where(Segment.name == name, Segment.id != other_than)
    if db.session.scalar(taken) is not None:
        raise InputInvalid(_("已经有叫“%(name)s”的人群", name=name))
    return name
