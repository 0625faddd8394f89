"""Sessions of console users: started at login, found by the cookie's token, ended one by one or all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.ids import new_token
from app.staff.models import StaffSession, StaffUser

IDLE_LIMIT = timedelta(hours=12)
LONGEST = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=5)  # how often a page view is written down


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who is logged in. `actor` is how he is named in the history of orders."""

    id: int
    username: str
    role: str
    session_id: int

    @property
    def actor(self) -> str:
        """`staff:<id>`."""
        return f"staff:{self.id}"


def start_session(staff_id: int) -> str:
    """A new session of this user; returns the token for the cookie. Joins an open transaction."""
    token = new_token()
    now = clock.now()
    with transaction() as session:
        session.add(StaffSession(staff_id=staff_id, token_hash=_hash(token), created_at=now, seen_at=now))
    return token


def find_member(token: str) -> StaffMember | None:
    """Who this cookie belongs to; None when the session is unknown, ended, idle too long or too old."""
    now = clock.now()
    found = db.session.scalars(
        select(StaffSession)
        .join(StaffSession.staff)
        .where(StaffSession.token_hash == _hash(token), *_alive_at(now))
        .where(StaffUser.is_active)
    ).first()
    if found is None:
        return None
    member = StaffMember(found.staff.id, found.staff.username, found.staff.role, found.id)
    if now - found.seen_at >= SEEN_EVERY:
        _write_seen(found.id)
    return member


def end_session(session_id: int) -> None:
    """End one session; a repeat changes nothing."""
    with transaction() as session:
        open_ones = (StaffSession.id == session_id) & StaffSession.ended_at.is_(None)
        session.execute(update(StaffSession).where(open_ones).values(ended_at=clock.now()))


def end_all_sessions(staff_id: int, *, but: int | None = None) -> None:
    """End every session of this user, `but` one; joins an open transaction."""
    with transaction() as session:
        statement = update(StaffSession).where(
            StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None)
        )
        if but is not None:
            statement = statement.where(StaffSession.id != but)
        session.execute(statement.values(ended_at=clock.now()))


def count_sessions(staff_id: int) -> int:
    """How many devices are logged in as this user now."""
    query = select(StaffSession.id).where(StaffSession.staff_id == staff_id, *_alive_at(clock.now()))
    return len(db.session.scalars(query).all())


def _alive_at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Neither ended, nor idle too long, nor too old."""
    return (
        StaffSession.ended_at.is_(None),
        StaffSession.seen_at > now - IDLE_LIMIT,
        StaffSession.created_at > now - LONGEST,
    )


def _write_seen(session_id: int) -> None:
    with transaction() as session:
        session.execute(update(StaffSession).where(StaffSession.id == session_id).values(seen_at=clock.now()))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
