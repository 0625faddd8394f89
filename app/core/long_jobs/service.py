"""Starting a long job, finding one's own, cancelling it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock, ids, outbox
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.long_jobs.models import LongJob
from app.core.long_jobs.states import JOB_MOVES, OPEN, JobState
from app.core.states import move_state, record_event


def start(
    kind: str, *, owner: str, title: str, language: str = "zh", file_name: str = "", **args: Any
) -> LongJob:
    """Let the worker do this. `args`: what the kind's function finds in `Run.args`, as JSON can hold it.

    Opens a transaction or joins one.
    """
    with transaction() as session:
        job = LongJob(
            token=ids.new_token(),
            kind=kind,
            args=args,
            owner=owner,
            language=language,
            title=title[:200],
            state=JobState.WAITING,
            file_name=file_name,
            created_at=clock.now(),
        )
        session.add(job)
        session.flush()
        record_event(job, new=str(job.state), cause="start", actor=owner)
        outbox.enqueue("run_long_job", job_id=job.id)
    return job


def find_own(token: str, *, owner: str) -> LongJob:
    """One's own job: nobody sees another one's. Raises: NotFound."""
    query = select(LongJob).where(LongJob.token == token, LongJob.owner == owner)
    if (job := db.session.scalars(query).first()) is None:
        raise NotFound(_("没有这个任务"))
    return job


def list_own(*, owner: str, limit: int = 50) -> Sequence[LongJob]:
    """One's own jobs, the newest first."""
    query = select(LongJob).where(LongJob.owner == owner).order_by(LongJob.id.desc()).limit(limit)
    return db.session.scalars(query).all()


def cancel(job: LongJob) -> bool:
    """Give a job up; what it has kept so far stays. False when it is over already. Opens a transaction."""
    with transaction() as session:
        session.refresh(job)
        if job.state not in OPEN:
            return False
        now = clock.now()
        return move_state(
            job, JOB_MOVES, JobState.CANCELLED, cause="cancel", actor=job.owner, finished_at=now
        )
