"""Sessions of console users: started at login, found by the cookie's token, ended one by one or all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.ids import new_token
from app.staff.clients import LONGEST_AGENT, Client, shorten
from app.staff.models import StaffSession, StaffUser

IDLE_LIMIT = timedelta(hours=12)
LONGEST = timedelta(days=14)
WAIT_FOR_CODE = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=5)  # how often a page view is written down


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who is logged in. `actor` is how he is named in the history of orders."""

    id: int
    username: str
    role: str
    session_id: int
    must_change_password: bool = False

    @property
    def actor(self) -> str:
        """`staff:<id>`."""
        return f"staff:{self.id}"


def start_session(staff_id: int, client: Client, *, is_waiting: bool = False) -> str:
    """A new session of this user; returns the token for the cookie. Joins an open transaction.

    One that `is_waiting` is for the second factor, and opens nothing.
    """
    token = new_token()
    now = clock.now()
    row = StaffSession(
        staff_id=staff_id,
        token_hash=_hash(token),
        is_waiting=is_waiting,
        address=shorten(client.address),
        agent=client.agent[:LONGEST_AGENT],
        created_at=now,
        seen_at=now,
    )
    with transaction() as session:
        session.add(row)
    return token


def find_member(token: str) -> StaffMember | None:
    """Who this cookie belongs to; None when the session is unknown, ended, idle too long or too old."""
    now = clock.now()
    found = _find(token, StaffSession.is_waiting.is_(False), *_alive_at(now))
    if found is None:
        return None
    user = found.staff
    member = StaffMember(user.id, user.username, user.role, found.id, user.must_change_password)
    if now - found.seen_at >= SEEN_EVERY:
        _write_seen(found.id)
    return member


def find_waiting(token: str) -> StaffSession | None:
    """A login that waits for its second factor; None when there is none, or it has waited too long."""
    fresh = StaffSession.created_at > clock.now() - WAIT_FOR_CODE
    return _find(token, StaffSession.is_waiting.is_(True), StaffSession.ended_at.is_(None), fresh)


def _find(token: str, *conditions: ColumnElement[bool]) -> StaffSession | None:
    query = select(StaffSession).join(StaffSession.staff).where(StaffSession.token_hash == _hash(token))
    return db.session.scalars(query.where(StaffUser.is_active, *conditions)).first()


def list_sessions(staff_id: int) -> list[StaffSession]:
    """Where this user is logged in now, the last seen first."""
    query = select(StaffSession).where(
        StaffSession.staff_id == staff_id, StaffSession.is_waiting.is_(False), *_alive_at(clock.now())
    )
    return list(db.session.scalars(query.order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())))


def end_own_session(member: StaffMember, session_id: int) -> None:
    """End one of one's own; somebody else's is left alone, a repeat changes nothing. Opens a transaction."""
    with transaction() as session:
        own = (StaffSession.id == session_id) & (StaffSession.staff_id == member.id)
        statement = update(StaffSession).where(own, StaffSession.ended_at.is_(None))
        session.execute(statement.values(ended_at=clock.now()))


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
