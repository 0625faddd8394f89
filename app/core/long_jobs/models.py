"""Table of long jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, JsonText, UtcDateTime, state_column
from app.core.long_jobs.states import OPEN, JobState


class LongJob(Base):
    """One piece of work of one person. What it is about stands in `args`: ids and filters, never secrets."""

    __tablename__ = "long_jobs"
    __table_args__ = (Index("ix_long_jobs_owner", "owner", "id"),)

    id: Mapped[Id]
    token: Mapped[str] = mapped_column(String(64), unique=True)  # in addresses: cannot be guessed
    kind: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict[str, Any]]
    owner: Mapped[str] = mapped_column(String(80))  # `staff:<id>`
    language: Mapped[str] = mapped_column(String(8), default="zh")  # of its words and its file
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[JobState] = state_column(JobState)
    done: Mapped[int] = mapped_column(default=0)  # of `total`
    total: Mapped[int] = mapped_column(default=0)  # 0: not known yet
    place: Mapped[str] = mapped_column(String(200), default="")  # where whoever takes it over goes on
    report: Mapped[list[Any]] = mapped_column(JsonText, default=list)  # a line each: what became of a row
    error: Mapped[str] = mapped_column(String(300), default="")  # why it failed, in words
    file: Mapped[str] = mapped_column(String(80), default="")  # random, below DATA_DIR/files; empty: none
    file_name: Mapped[str] = mapped_column(String(120), default="")  # what it is called when it is taken away
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done, in part or whole."""
        return self.state in OPEN
