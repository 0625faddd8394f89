"""Knowing who follows and who visits. Safe when the same person's pushes and pages arrive at once or late."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, and_, bindparam, case, or_, select, update

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.insert_once import insert_once
from app.followers import pushes
from app.followers.models import Follower, FollowerTag, PushKind
from app.followers.names import fit

SEEN_EVERY = timedelta(minutes=1)  # a visit is noted at most that often
NEVER_SEEN = clock.from_timestamp(0)  # he stood on WeChat's list, that is all
SAME_FOLLOW = timedelta(seconds=30)  # WeChat's list and its push date the same moment a little differently

_KNOWN = select(Follower.is_subscribed, Follower.unsubscribed_at, Follower.last_seen_at).where(
    Follower.openid == bindparam("openid")
)


def find(openid: str) -> Follower | None:
    """The follower of this openid."""
    return db.session.scalars(select(Follower).where(Follower.openid == openid)).one_or_none()


def find_many(openids: Collection[str]) -> dict[str, Follower]:
    """The followers among these, by openid."""
    rows = db.session.scalars(select(Follower).where(Follower.openid.in_(openids))).all() if openids else ()
    return {row.openid: row for row in rows}


def find_by_id(follower_id: int) -> Follower | None:
    """The follower of this number, as a session keeps it."""
    return db.session.get(Follower, follower_id)


def get_by_id(follower_id: int) -> Follower:
    """Any follower, for the merchant. Raises: NotFound."""
    if (follower := find_by_id(follower_id)) is None:
        raise NotFound(_("没有这位粉丝"))
    return follower


def get_or_create(openid: str) -> Follower:
    """The follower of this openid, made when he is new. Never call it for a snapshot visitor.

    Opens a transaction when he is new, or joins one.
    """
    if (follower := find(openid)) is not None:
        return follower
    with transaction() as session:
        _insert(openid, is_subscribed=False)
        return session.scalars(select(Follower).where(Follower.openid == openid)).one()


def record_follow(openid: str, at: datetime, *, scene: str = "") -> None:
    """He follows since `at` (WeChat's time, aware UTC), by the QR code of `scene`; his profile is fetched by a job.

    A later "stopped following" wins over it; told twice, it counts once. Opens a transaction or joins one.
    """
    now = clock.now()
    is_latest = or_(Follower.unsubscribed_at.is_(None), Follower.unsubscribed_at <= at)
    is_known = and_(Follower.is_subscribed, Follower.subscribed_at >= at - SAME_FOLLOW)
    is_new_scene = or_(Follower.scene == "", Follower.erased_at.is_not(None))
    with transaction():
        get_or_create(openid)
        moved = _update(
            openid,
            is_latest,
            is_subscribed=True,
            subscribed_at=at,
            last_seen_at=case((Follower.last_seen_at < now, now), else_=Follower.last_seen_at),
            first_seen_at=case((Follower.erased_at.is_not(None), now), else_=Follower.first_seen_at),
            follows=case((is_known, Follower.follows), else_=Follower.follows + 1),
            scene=case((is_new_scene, fit(scene, 64)), else_=Follower.scene) if scene else Follower.scene,
            erased_at=None,
        )
        if moved:
            _tell_tags(openid)
            outbox.enqueue("fetch_profile", openid=openid)


def record_unfollow(openid: str, at: datetime | None = None) -> None:
    """He stopped following at `at`, now when left out. A later "follows" wins over it."""
    at = at or clock.now()
    get_or_create(openid)
    is_latest = or_(Follower.subscribed_at.is_(None), Follower.subscribed_at < at)
    _update(openid, is_latest, is_subscribed=False, unsubscribed_at=at)


def record_chat(openid: str) -> None:
    """He wrote to the account, which only followers can: whoever followed before us is learnt this way."""
    known = db.session.execute(_KNOWN, {"openid": openid}).one_or_none()
    if known is None:
        with transaction():
            _insert(openid, is_subscribed=True)
            outbox.enqueue("fetch_profile", openid=openid)
        return
    if not known.is_subscribed and known.unsubscribed_at is None:
        with transaction():
            _update(openid, Follower.unsubscribed_at.is_(None), is_subscribed=True, follows=1)
            _tell_tags(openid)
            outbox.enqueue("fetch_profile", openid=openid)
    _note_visit(openid, known.last_seen_at)


def touch(openid: str) -> None:
    """Note that he is here; writes at most once a minute."""
    _note_visit(openid, get_or_create(openid).last_seen_at)


def _insert(openid: str, *, is_subscribed: bool) -> None:
    now = clock.now()
    insert_once(
        Follower,
        openid=openid,
        is_subscribed=is_subscribed,
        follows=int(is_subscribed),
        first_seen_at=now,
        last_seen_at=now,
    )


def _tell_tags(openid: str) -> None:
    """Tags he got as a visitor are news to WeChat, which knows him only since he follows."""
    query = select(FollowerTag.follower_id, FollowerTag.tag_id).join(Follower)
    for follower_id, tag_id in db.session.execute(query.where(Follower.openid == openid)).all():
        pushes.note([follower_id], PushKind.TAG, tag_id)


def _note_visit(openid: str, last_seen_at: datetime) -> None:
    now = clock.now()
    if last_seen_at < now - SEEN_EVERY:
        _update(openid, Follower.last_seen_at < now, last_seen_at=now)


def _update(openid: str, condition: Any, **values: object) -> bool:
    with transaction() as session:
        statement = update(Follower).where(Follower.openid == openid, condition).values(**values)
        statement = statement.execution_options(synchronize_session=False)
        return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1
