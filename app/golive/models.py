"""Tables of the doctor: what was looked at, what was found, what a person has confirmed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, UtcDateTime, state_column


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"  # it works, but somebody should look
    FAIL = "fail"
    UNKNOWN = "unknown"  # cannot be known from here: a person is asked


class DoctorRun(Base):
    """One look at everything."""

    __tablename__ = "doctor_runs"

    id: Mapped[Id]
    started_at: Mapped[CreatedAt]
    started_by: Mapped[str] = mapped_column(String(80))  # `staff:<id>` or `command`
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DoctorFinding(Base):
    """What one check found. Its words are not kept: they follow the reader's language."""

    __tablename__ = "doctor_findings"
    __table_args__ = (UniqueConstraint("run_id", "name"),)

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey("doctor_runs.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))  # of the check
    verdict: Mapped[Verdict] = state_column(Verdict)
    says: Mapped[str] = mapped_column(String(40))  # which of the check's sentences
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what stands in it; never a secret
    found_at: Mapped[CreatedAt]
    took_ms: Mapped[int] = mapped_column(default=0)


class GoLiveTick(Base):
    """A person says that something is done which no interface can tell."""

    __tablename__ = "golive_ticks"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    about: Mapped[str] = mapped_column(String(200))  # what was confirmed; of another value it says nothing
    ticked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ticked_by: Mapped[str] = mapped_column(String(80))
