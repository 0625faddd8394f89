"""What the doctor found, kept: runs with their findings, and what persons have confirmed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, delete, select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.insert_once import insert_once
from app.golive.checks.contract import Finding
from app.golive.models import DoctorFinding, DoctorRun, GoLiveTick

LONGEST_RUN = timedelta(seconds=90)  # what has not ended by then was cut off with its process
KEPT_RUNS = 20


def begin_run(actor: str) -> tuple[int, bool]:
    """The run that is under way, or a new one; and whether it is new. Opens a transaction."""
    with transaction() as session:
        running = find_running()
        if running is not None:
            return running.id, False
        run = DoctorRun(started_at=clock.now(), started_by=actor)
        session.add(run)
        session.flush()
        _forget_old(run.id)
        return run.id, True


def finish_run(run_id: int) -> None:
    """Note its end. Opens a transaction."""
    with transaction() as session:
        session.execute(update(DoctorRun).where(DoctorRun.id == run_id).values(finished_at=clock.now()))


def record_finding(run_id: int, name: str, finding: Finding, *, took_ms: int) -> bool:
    """Keep what a check found; the first word of it counts. Opens a transaction."""
    with transaction():
        return insert_once(
            DoctorFinding,
            run_id=run_id,
            name=name,
            verdict=finding.verdict,
            says=finding.says,
            details=dict(finding.details),
            found_at=clock.now(),
            took_ms=took_ms,
        )


def find_running() -> DoctorRun | None:
    """The run that is under way, if one is."""
    query = select(DoctorRun).where(
        DoctorRun.finished_at.is_(None), DoctorRun.started_at > clock.now() - LONGEST_RUN
    )
    return db.session.scalars(query.order_by(DoctorRun.id.desc())).first()


def find_last_run() -> DoctorRun | None:
    """The newest, finished or not."""
    return db.session.scalars(select(DoctorRun).order_by(DoctorRun.id.desc()).limit(1)).first()


def count_findings(run_id: int) -> int:
    """How many checks of a run have answered."""
    return len(db.session.scalars(select(DoctorFinding.id).where(DoctorFinding.run_id == run_id)).all())


def latest_findings() -> Mapping[str, DoctorFinding]:
    """The newest finding of each check, whichever run it is from."""
    rows = db.session.scalars(select(DoctorFinding).order_by(DoctorFinding.id))
    return {row.name: row for row in rows}


def set_tick(name: str, about: str, *, actor: str) -> None:
    """A person confirms; a repeat by another person counts as his. Opens a transaction."""
    with transaction() as session:
        session.merge(GoLiveTick(name=name, about=about, ticked_at=clock.now(), ticked_by=actor))


def take_tick(name: str) -> bool:
    """He takes it back; returns whether there was one. Opens a transaction."""
    with transaction() as session:
        result = session.execute(delete(GoLiveTick).where(GoLiveTick.name == name))
        return cast("CursorResult[Any]", result).rowcount == 1


def list_ticks() -> Mapping[str, GoLiveTick]:
    """All there are, by name."""
    return {row.name: row for row in db.session.scalars(select(GoLiveTick))}


def get_run(run_id: int) -> DoctorRun:
    """Raises: NotFound."""
    run = db.session.get(DoctorRun, run_id)
    if run is None:
        raise NotFound(_("没有这次检查"))
    return run


def findings_of(run_id: int) -> Sequence[DoctorFinding]:
    """What one run has found so far."""
    return db.session.scalars(select(DoctorFinding).where(DoctorFinding.run_id == run_id)).all()


def _forget_old(newest_id: int) -> None:
    old = select(DoctorRun.id).where(DoctorRun.id <= newest_id - KEPT_RUNS)
    db.session.execute(delete(DoctorFinding).where(DoctorFinding.run_id.in_(old)))
    db.session.execute(delete(DoctorRun).where(DoctorRun.id <= newest_id - KEPT_RUNS))
