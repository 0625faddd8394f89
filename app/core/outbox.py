"""Work to be done after a commit, kept as rows so that a crash at any point loses none of it.

A job is written in the transaction of its cause. A worker leases it, does it and marks it done; when the
worker dies, the lease runs out and the next sweep finds the job again. A job may therefore be done twice:
every one must be harmless when repeated.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, Index, Select, String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, CreatedAt, Id, UtcDateTime, after_commit, db, transaction

logger = logging.getLogger(__name__)

MAX_TRIES = 12  # with the growing pauses below this is a little over four hours
LONGEST_PAUSE = timedelta(hours=1)
FIRST_PAUSE = timedelta(seconds=5)

Handler = Callable[..., None]


class OutboxJob(Base):
    """One thing to do: a kind and ids, never objects, never secrets."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "done_at", "given_up_at", "due_at"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60))
    args: Mapped[dict[str, Any]]
    created_at: Mapped[CreatedAt]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(500), default="")


@dataclass(frozen=True, slots=True)
class LeasedJob:
    """A job that is ours until the lease ends; `tries` tells our lease from a later one."""

    id: int
    kind: str
    args: dict[str, Any]
    tries: int


class LeaseLost(Exception):
    """The lease ended while its holder was silent, and another worker has the job now."""


class _Current(NamedTuple):
    job: LeasedJob
    lease: timedelta


_current: ContextVar[_Current | None] = ContextVar("current job", default=None)
_bell: Callable[[], None] | None = None


def use_bell(ring: Callable[[], None] | None) -> None:
    """Set what wakes the worker after a commit; without one the next sweep finds the job."""
    global _bell
    _bell = ring


def enqueue(kind: str, *, due_at: datetime | None = None, **ids: int | str) -> None:
    """Add a job; joins the open transaction of its cause. `due_at`: aware UTC, now when left out."""
    db.session.add(OutboxJob(kind=kind, args=ids, due_at=due_at or clock.now()))
    if due_at is None and _bell is not None:
        after_commit(_bell)


def run_due(handlers: Mapping[str, Handler], *, lease: timedelta, limit: int = 100) -> int:
    """Do what is due of the kinds that have a handler, one job after the other; returns how many were tried."""
    done = 0
    while done < limit and (job := _lease_one(tuple(handlers), lease)):
        mine = _current.set(_Current(job, lease))
        try:
            _run(job, handlers[job.kind])
        finally:
            _current.reset(mine)
        done += 1
    return done


def keep_lease() -> None:
    """Called by a handler that takes longer than a lease, again and again: the job stays ours from now on.

    Joins the open transaction; once it is committed nobody else has taken the job over meanwhile.
    Raises: LeaseLost when somebody has; what is being done must not be kept then.
    """
    current = _current.get()
    if current is None:  # called by hand: there is no lease
        return
    if not _update(current.job, leased_until=clock.now() + current.lease):
        raise LeaseLost


def tries() -> int:
    """How often the job being done was begun, this time included; 0 when it is called by hand."""
    current = _current.get()
    return current.job.tries if current else 0


def delete_done(*, before: datetime) -> int:
    """Forget what was done before a moment; returns how many rows went."""
    with transaction() as session:
        table = OutboxJob.__table__
        statement = table.delete().where(OutboxJob.done_at < before)  # type: ignore[attr-defined]
        return cast("CursorResult[Any]", session.execute(statement)).rowcount


def is_due(handlers: Iterable[str]) -> bool:
    """Whether there is something to do of these kinds; asked without a lock."""
    return db.session.scalar(_due(OutboxJob.id, tuple(handlers), clock.now())) is not None


def take_along(kind: str, most: int) -> Sequence[dict[str, Any]]:
    """What other jobs of this kind are about that are due and nobody has: done with the open transaction, oldest first.

    For a handler that can do many at once; what makes it fail rolls them back, and each waits for a turn of its own.
    """
    now = clock.now()
    found = _due(OutboxJob.id, (kind,), now).limit(most).with_for_update(skip_locked=True)
    ids = db.session.scalars(found).all()
    taken = update(OutboxJob).where(OutboxJob.id.in_(ids), OutboxJob.done_at.is_(None)).values(done_at=now)
    rows = db.session.execute(taken.returning(OutboxJob.id, OutboxJob.args)).all()
    return [args for _id, args in sorted(rows, key=lambda row: row.id)]


def find_oldest(kind: str) -> dict[str, Any] | None:
    """What the first job of this kind that is not done is about; None when all are done or given up."""
    waiting = (OutboxJob.done_at.is_(None), OutboxJob.given_up_at.is_(None), OutboxJob.kind == kind)
    return db.session.scalar(select(OutboxJob.args).where(*waiting).order_by(OutboxJob.id).limit(1))


def _due(what: Any, kinds: Sequence[str], now: datetime) -> Select[Any]:
    free = or_(OutboxJob.leased_until.is_(None), OutboxJob.leased_until < now)
    return (
        select(what)
        .where(OutboxJob.done_at.is_(None), OutboxJob.given_up_at.is_(None))
        .where(OutboxJob.due_at <= now, free, OutboxJob.kind.in_(kinds))
        .order_by(OutboxJob.due_at, OutboxJob.id)
        .limit(1)
    )


def _lease_one(kinds: Sequence[str], lease: timedelta) -> LeasedJob | None:
    now = clock.now()
    with transaction() as session:
        # SKIP LOCKED on PostgreSQL; on SQLite the write lock does it
        query = _due(OutboxJob, kinds, now).with_for_update(skip_locked=True)
        job = session.scalars(query).first()
        if job is None:
            return None
        job.leased_until, job.tries = now + lease, job.tries + 1
        return LeasedJob(job.id, job.kind, dict(job.args), job.tries)


def _run(job: LeasedJob, handler: Handler) -> None:
    try:
        handler(**job.args)
    except LeaseLost:
        db.session.rollback()
        logger.warning("lease lost", extra={"job": job.kind, "job_id": job.id, "tries": job.tries})
    except Exception as error:
        db.session.rollback()
        logger.exception("job failed", extra={"job": job.kind, "job_id": job.id, "tries": job.tries})
        _put_back(job, error)
    else:
        _update(job, done_at=clock.now(), leased_until=None)


def _put_back(job: LeasedJob, error: Exception) -> None:
    now = clock.now()
    pause = min(FIRST_PAUSE * 2 ** (job.tries - 1), LONGEST_PAUSE)
    given_up_at = now if job.tries >= MAX_TRIES else None
    # The class alone: a message of somebody else's may hold what must not be kept.
    reason = type(error).__name__
    _update(job, leased_until=None, due_at=now + pause, given_up_at=given_up_at, last_error=reason)


def _update(job: LeasedJob, **values: object) -> bool:
    with transaction() as session:
        mine = (OutboxJob.id == job.id) & (OutboxJob.tries == job.tries)
        result = session.execute(update(OutboxJob).where(mine).values(**values))
        return cast("CursorResult[Any]", result).rowcount == 1
