"""When each line of the timetable was last begun, so that many workers keep one timetable; also their pulse."""

from datetime import datetime

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, db


class TimetableRun(Base):
    __tablename__ = "timetable_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]


def last_pulse() -> datetime | None:
    """When a worker last began anything (aware UTC); None when none ever has."""
    return db.session.scalar(select(func.max(TimetableRun.started_at)))
