"""Table of alerts."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, UtcDateTime


class Alert(Base):
    """One thing to look at; raised again it stays one row. What it says stands in `words.py`."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("kind", "ref"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))  # a key of words.py
    ref: Mapped[str] = mapped_column(String(80))  # of what: an out_trade_no, a job's id
    detail: Mapped[str] = mapped_column(String(200), default="")
    order_no: Mapped[str] = mapped_column(String(32), default="", index=True)
    created_at: Mapped[CreatedAt]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
