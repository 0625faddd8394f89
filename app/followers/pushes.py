"""What WeChat has yet to be told about followers: noted, taken up by one worker at a time, told, crossed out.

A note says that something has to be told, never what: whoever takes it up tells how things stand then. When
they change while WeChat is being told, the note has another number and stays.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update

from app.core import clock, outbox
from app.core.db import db
from app.core.insert_once import insert_rows
from app.followers.models import Follower, FollowerPush, PushKind

LEASE = timedelta(minutes=2)  # longer than one call to WeChat can take


@dataclass(frozen=True, slots=True)
class Claim:
    """One note taken up."""

    follower_id: int
    openid: str
    number: int


def note(follower_ids: Collection[int], kind: PushKind, tag_id: int = 0) -> None:
    """Have WeChat told about these followers; joins the open transaction. Of a tag: only who follows is told."""
    ids = list(follower_ids) if kind == PushKind.BLACKLIST else _followers_among(follower_ids)
    if not ids:
        return
    rows = [{"follower_id": each, "kind": kind, "tag_id": tag_id, "number": 1, "error": ""} for each in ids]
    key = ["follower_id", "kind", "tag_id"]
    again = {"number": FollowerPush.__table__.c.number + 1, "error": ""}
    insert_rows(FollowerPush, rows, lambda new: new.on_conflict_do_update(index_elements=key, set_=again))
    outbox.enqueue("push_followers", push=str(kind), tag_id=tag_id)


def claim(kind: PushKind, tag_id: int, limit: int) -> list[Claim]:
    """Take up to `limit` notes; joins the open transaction, in which the present state has to be read too."""
    now = clock.now()
    is_free = or_(FollowerPush.leased_until.is_(None), FollowerPush.leased_until < now)
    query = (
        select(FollowerPush.follower_id, Follower.openid, FollowerPush.number)
        .join(Follower, Follower.id == FollowerPush.follower_id)
        .where(FollowerPush.kind == kind, FollowerPush.tag_id == tag_id, FollowerPush.error == "", is_free)
        .order_by(FollowerPush.follower_id)
        .limit(limit)
        .with_for_update(of=FollowerPush, skip_locked=True)  # PostgreSQL; on SQLite the write lock does it
    )
    claims = [Claim(*row) for row in db.session.execute(query)]
    if claims:
        lease = {"leased_until": now + LEASE}
        _execute(update(FollowerPush).where(*_these(claims, kind, tag_id)).values(lease))
    return claims


def cross_out(claims: Sequence[Claim], kind: PushKind, tag_id: int) -> None:
    """WeChat has been told. What changed meanwhile stays to be told again; joins the open transaction."""
    told = 0
    for each in claims:
        same = (*_these([each], kind, tag_id), FollowerPush.number == each.number)
        told += _execute(delete(FollowerPush).where(*same))
    if told < len(claims):
        release(claims, kind, tag_id)
        outbox.enqueue("push_followers", push=str(kind), tag_id=tag_id)


def refuse(claims: Sequence[Claim], kind: PushKind, tag_id: int, *, reason: str) -> None:
    """WeChat said no for good: kept with its reason until somebody changes it; joins the open transaction."""
    for each in claims:
        same = (*_these([each], kind, tag_id), FollowerPush.number == each.number)
        _execute(update(FollowerPush).where(*same).values(error=reason[:200]))
    release(claims, kind, tag_id)


def release(claims: Iterable[Claim], kind: PushKind, tag_id: int) -> None:
    """Give notes back for the next one to take up; joins the open transaction."""
    _execute(update(FollowerPush).where(*_these(claims, kind, tag_id)).values(leased_until=None))


def find_untold(follower_ids: Collection[int]) -> dict[int, set[tuple[PushKind, int]]]:
    """What is waiting to be told about these followers: in that, our side is the newer one."""
    query = select(FollowerPush.follower_id, FollowerPush.kind, FollowerPush.tag_id)
    waiting = query.where(FollowerPush.follower_id.in_(follower_ids), FollowerPush.error == "")
    found: dict[int, set[tuple[PushKind, int]]] = {}
    for follower_id, kind, tag_id in db.session.execute(waiting):
        found.setdefault(follower_id, set()).add((kind, tag_id))
    return found


def list_pushes(follower_id: int) -> Sequence[FollowerPush]:
    """What WeChat has not been told about one follower, or did not take."""
    return db.session.scalars(select(FollowerPush).where(FollowerPush.follower_id == follower_id)).all()


def forget_refusals(follower_ids: Collection[int], kind: PushKind) -> None:
    """Here it stands as at WeChat again: what it once refused is past; joins the open transaction."""
    refused = (FollowerPush.kind == kind) & (FollowerPush.error != "")
    _execute(delete(FollowerPush).where(FollowerPush.follower_id.in_(follower_ids), refused))


def forget_pushes(follower_id: int) -> None:
    """There is nothing more to tell about him; joins the open transaction."""
    _execute(delete(FollowerPush).where(FollowerPush.follower_id == follower_id))


def _followers_among(follower_ids: Collection[int]) -> list[int]:
    query = select(Follower.id).where(Follower.id.in_(follower_ids), Follower.is_subscribed)
    return list(db.session.scalars(query))


def _these(claims: Iterable[Claim], kind: PushKind, tag_id: int) -> tuple[Any, ...]:
    ids = [each.follower_id for each in claims]
    return FollowerPush.follower_id.in_(ids), FollowerPush.kind == kind, FollowerPush.tag_id == tag_id


def _execute(statement: Any) -> int:
    statement = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount
