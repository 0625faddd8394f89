"""What is done again and again: begun by one worker at a time, however many keep the timetable; also their pulse."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, db, transaction
from app.core.insert_once import insert_once

logger = logging.getLogger(__name__)


class TimetableRun(Base):
    """When a line was last begun."""

    __tablename__ = "timetable_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timetable."""

    name: str
    every: timedelta
    task: Callable[[], object]


def last_pulse() -> datetime | None:
    """When a worker last began anything (aware UTC); None when none ever has."""
    return db.session.scalar(select(func.max(TimetableRun.started_at)))


def keep(app: Flask, stop: threading.Event, entries: Sequence[Entry]) -> None:
    """Run what is due, every second, until told to stop."""
    rests: dict[str, datetime] = {}  # until when each need not be looked at: nobody begins it again before
    while not stop.wait(1):
        now = clock.now()
        for entry in entries:
            if entry.name not in rests or rests[entry.name] <= now:
                with app.app_context():
                    run_entry(entry)
                    rests[entry.name] = _next_turn(entry) or now


def run_entry(entry: Entry) -> bool:
    """Run one entry if its time has come and no other worker has taken this turn; False when not."""
    try:
        if not _take_turn(entry):
            return False
        entry.task()
    except Exception:
        db.session.rollback()
        logger.exception("timetable entry failed", extra={"entry": entry.name})
    return True


def _next_turn(entry: Entry) -> datetime | None:
    """When it may be begun again, whichever worker began it last; None when that cannot be told."""
    try:
        turn = select(TimetableRun.started_at).where(TimetableRun.name == entry.name)
        last = db.session.scalar(turn)
    except Exception:
        db.session.rollback()
        logger.exception("timetable not read", extra={"entry": entry.name})
        return None
    return last + entry.every if last else None


def _take_turn(entry: Entry) -> bool:
    now, table = clock.now(), TimetableRun
    due = (table.name == entry.name) & (table.started_at <= now - entry.every)
    with transaction() as session:
        statement = update(table).where(due).values(started_at=now)
        result = session.execute(statement.execution_options(synchronize_session=False))
        is_mine: bool = result.rowcount == 1  # type: ignore[attr-defined]
        return is_mine or insert_once(table, name=entry.name, started_at=now)
