"""Knowing who follows and who visits. Safe when the same person's pushes and pages arrive at once or late."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, or_, select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.insert_once import insert_once
from app.followers.models import Follower

SEEN_EVERY = timedelta(minutes=1)  # a visit is noted at most that often

_KNOWN = select(Follower.is_subscribed, Follower.unsubscribed_at, Follower.last_seen_at).where(
    Follower.openid == bindparam("openid")
)


def find(openid: str) -> Follower | None:
    """The follower of this openid."""
    return db.session.scalars(select(Follower).where(Follower.openid == openid)).one_or_none()


def find_by_id(follower_id: int) -> Follower | None:
    """The follower of this number, as a session keeps it."""
    return db.session.get(Follower, follower_id)


def get_or_create(openid: str) -> Follower:
    """The follower of this openid, made when he is new. Never call it for a snapshot visitor.

    Opens a transaction when he is new, or joins one.
    """
    if (follower := find(openid)) is not None:
        return follower
    with transaction() as session:
        _insert(openid, is_subscribed=False)
        return session.scalars(select(Follower).where(Follower.openid == openid)).one()


def record_follow(openid: str, at: datetime) -> None:
    """He follows since `at` (WeChat's time, aware UTC). A later "stopped following" wins over it."""
    get_or_create(openid)
    is_latest = or_(Follower.unsubscribed_at.is_(None), Follower.unsubscribed_at <= at)
    _update(openid, is_latest, is_subscribed=True, subscribed_at=at, last_seen_at=clock.now())


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
        return
    if not known.is_subscribed and known.unsubscribed_at is None:
        _update(openid, Follower.unsubscribed_at.is_(None), is_subscribed=True)
    _note_visit(openid, known.last_seen_at)


def touch(openid: str) -> None:
    """Note that he is here; writes at most once a minute."""
    _note_visit(openid, get_or_create(openid).last_seen_at)


def _insert(openid: str, *, is_subscribed: bool) -> None:
    now = clock.now()
    insert_once(Follower, openid=openid, is_subscribed=is_subscribed, first_seen_at=now, last_seen_at=now)


def _note_visit(openid: str, last_seen_at: datetime) -> None:
    now = clock.now()
    if last_seen_at < now - SEEN_EVERY:
        _update(openid, Follower.last_seen_at < now, last_seen_at=now)


def _update(openid: str, condition: Any, **values: object) -> bool:
    with transaction() as session:
        statement = update(Follower).where(Follower.openid == openid, condition).values(**values)
        statement = statement.execution_options(synchronize_session=False)
        return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1
