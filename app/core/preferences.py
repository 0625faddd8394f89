"""What the merchant sets up in the console and a process must know: one JSON object for each name.

Settings that an operator sets (addresses, secrets, limits) are in `config.py` instead; the few of them a merchant
may change are in `live_settings.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, UtcDateTime, db, transaction
from app.core.marks import ANSWERS, watch


class Preference(Base):
    """The value of one preference; a name without a row has its default."""

    __tablename__ = "preferences"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80), default="")


watch(ANSWERS, Preference)


def find_preference(name: str) -> dict[str, Any] | None:
    """The value of this name; None when it was never set."""
    row = db.session.get(Preference, name)
    return dict(row.value) if row else None


def keep_preference(name: str, value: Mapping[str, Any], *, actor: str) -> None:
    """Set the value. Opens a transaction or joins one."""
    with transaction() as session:
        row = Preference(name=name, value=dict(value), changed_at=clock.now(), changed_by=actor)
        session.merge(row)
