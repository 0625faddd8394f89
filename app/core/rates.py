"""How often somebody may ask: counted in the database, so that all processes of the shop count together.

A window is a fixed stretch of time; each request in it is a number, and none is given twice.
"""

from datetime import timedelta

from sqlalchemy import BigInteger, String, delete
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, db, transaction
from app.core.insert_once import insert_into

KEPT = timedelta(hours=1)


class RateWindow(Base):
    """How many requests one asker has made in one window."""

    __tablename__ = "rate_windows"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)  # `address:203.0.113.7`, `session:17`
    begins: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, index=True
    )  # epoch
    taken: Mapped[int]


def take(key: str, *, most: int, per: timedelta) -> int:
    """Count one request of `key`; returns 0 when it may pass, else the seconds until the next window.

    Opens a transaction or joins one.
    """
    now, length = int(clock.now().timestamp()), int(per.total_seconds())
    begins = now - now % length
    return 0 if _count(key, begins, 1) <= most else begins + length - now


def take_up_to(key: str, wanted: int, *, most: int, per: timedelta) -> int:
    """Take as many of `wanted` as this window still has; returns how many that is.

    Opens a transaction or joins one.
    """
    now, length = int(clock.now().timestamp()), int(per.total_seconds())
    before = _count(key, now - now % length, wanted) - wanted
    return max(0, min(wanted, most - before))


def _count(key: str, begins: int, number: int) -> int:
    """How many this window has seen, these included."""
    counted = insert_into(RateWindow).values(key=key, begins=begins, taken=number)
    counted = counted.on_conflict_do_update(
        index_elements=["key", "begins"], set_={"taken": RateWindow.taken + number}
    )
    with transaction() as session:
        taken: int = session.execute(counted.returning(RateWindow.taken)).scalar_one()
    return taken


def forget_old_windows() -> None:
    """Delete what no limit looks at any more: addresses are kept for an hour. Opens a transaction."""
    before = int((clock.now() - KEPT).timestamp())
    with transaction():
        db.session.execute(delete(RateWindow).where(RateWindow.begins < before))
