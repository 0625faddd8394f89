"""Table of alerts."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, LongText, UtcDateTime


class Alert(Base):
    """One thing to look at; `key` makes the same thing one row however often it is raised."""

    __tablename__ = "alerts"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    message: Mapped[LongText]
    order_no: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[CreatedAt]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
