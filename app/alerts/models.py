"""Tables of alerts."""

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
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


class AlertChannel(Base):
    """How far alerts were told through one channel, and how the last try went."""

    __tablename__ = "alert_channels"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)  # a key of `telling.CHANNELS`
    told_id: Mapped[int] = mapped_column(BigInteger, default=0)  # every alert up to this one was told
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(
        String(40), default=""
    )  # a key of `telling.PROBLEMS`; empty: it was told
    detail: Mapped[str] = mapped_column(
        String(200), default=""
    )  # a status or code of theirs; never an address
