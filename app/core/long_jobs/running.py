"""Doing a long job: by the worker, under the outbox's lease.

Whoever does it says again and again how far it is (`Run.keep`); that prolongs the lease, and stops him when the
job was cancelled or another worker has taken it over. A worker that dies leaves the job to the next one, which
begins where the last `keep` stood; what was written after it was rolled back or is a file nobody knows.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import ShopError
from app.core.long_jobs.files import new_path
from app.core.long_jobs.models import LongJob
from app.core.long_jobs.states import JOB_MOVES, OPEN, JobState
from app.core.states import move_state

logger = logging.getLogger(__name__)

MOST_TRIES = 4  # deaths and errors of ours; what the person did wrong fails at once


class JobStopped(Exception):
    """The job was cancelled; whoever does it lets go."""


@dataclass(slots=True)
class Run:
    """One worker's turn at a job; `place` is where the one before him stopped, empty at the beginning."""

    job_id: int
    owner: str
    args: Mapping[str, Any]
    place: str
    done: int
    folder: Path
    file: Path | None = field(default=None, init=False)

    def keep(
        self, done: int, total: int | None = None, *, place: str = "", report: Sequence[Any] | None = None
    ) -> None:
        """Say how far it is. Inside `with transaction():` it is kept together with what was done, or not at all.

        Raises: JobStopped, LeaseLost: let them pass.
        """
        values: dict[str, object] = {"done": done, "place": place}
        values |= {} if total is None else {"total": total}
        values |= {} if report is None else {"report": list(report)}
        with transaction() as session:
            outbox.keep_lease()
            mine = (LongJob.id == self.job_id) & (LongJob.state == JobState.RUNNING)
            result = session.execute(update(LongJob).where(mine).values(**values))
            if cast("CursorResult[Any]", result).rowcount != 1:
                raise JobStopped
        self.done, self.place = done, place

    def counted(self, rows: Iterator[Any], *, total: int, every: int = 1000) -> Iterator[Any]:
        """The same rows; how many went by is kept each `every` of them."""
        self.keep(0, total)
        for number, row in enumerate(rows, start=1):
            yield row
            if number % every == 0:
                self.keep(number, max(total, number))

    def told(self) -> list[Any]:
        """The lines of the report that were kept so far, by whoever did it before."""
        return list(db.session.get_one(LongJob, self.job_id).report)

    def new_file(self, suffix: str) -> Path:
        """Where to write what the person gets when the job is done; `suffix` like `.xlsx`."""
        self.discard()
        self.file = new_path(self.folder, suffix)
        return self.file

    def discard(self) -> None:
        """Leave no file behind."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)
            self.file = None


Work = Callable[[Run], None]
KINDS: dict[str, Work] = {}


def register(kind: str) -> Callable[[Work], Work]:
    """Mark the function that does a kind of job; its module is imported wherever the worker runs."""

    def keep(work: Work) -> Work:
        KINDS[kind] = work
        return work

    return keep


def run_long_job(job_id: int, *, folder: Path) -> None:
    """Do a job, or what is left of it; one that is over stays as it is.

    Raises: whatever went wrong here, while another try may help.
    """
    job = db.session.get(LongJob, job_id, populate_existing=True)
    if job is None or not _begin(job):
        return
    run = Run(job.id, job.owner, dict(job.args), job.place, job.done, folder)
    work = KINDS[job.kind]
    try:
        with force_locale(job.language):
            work(run)
        _finish(run)
    except JobStopped:
        run.discard()
    except ShopError as error:
        run.discard()
        _fail(job_id, error.message)
    except BaseException:
        run.discard()
        raise


def _begin(job: LongJob) -> bool:
    if job.state not in OPEN:
        return False
    if outbox.tries() > MOST_TRIES:
        with force_locale(job.language):
            _fail(job.id, _("这个任务几次都没有做完，已经停下。问题已记入日志，请联系技术人员。"))
        logger.error("long job given up", extra={"job_id": job.id, "job": job.kind})
        return False
    with transaction():
        move_state(job, JOB_MOVES, JobState.RUNNING, cause="begin")
    return bool(job.state == JobState.RUNNING)


def _finish(run: Run) -> None:
    file = run.file.name if run.file else ""
    with transaction() as session:
        outbox.keep_lease()
        job = _read(session, run.job_id)
        done, now = job.total or run.done, clock.now()
        if not job.is_open or not move_state(
            job, JOB_MOVES, JobState.DONE, cause="finish", file=file, finished_at=now, done=done
        ):
            raise JobStopped
    run.file = None  # it is the person's now


def _fail(job_id: int, words: str) -> None:
    db.session.rollback()
    with transaction() as session:
        job = _read(session, job_id)
        if job.is_open:
            now = clock.now()
            move_state(job, JOB_MOVES, JobState.FAILED, cause="error", error=words[:300], finished_at=now)


def _read(session: Session, job_id: int) -> LongJob:
    """As it stands now; the work may have emptied the session meanwhile, as long walks do."""
    return session.get_one(LongJob, job_id, populate_existing=True)
