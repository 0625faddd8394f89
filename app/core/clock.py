"""The only clock of the shop: aware UTC now, Beijing days."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def _system_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """The present moment, aware UTC."""
    return _source()


def today() -> date:
    """The Beijing day it is now."""
    return beijing_day(now())


def beijing_day(moment: datetime) -> date:
    """The Beijing day that `moment` (aware) falls on."""
    return moment.astimezone(BEIJING).date()


def from_timestamp(seconds: int | float) -> datetime:
    """Aware UTC from UNIX seconds."""
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def frozen_at(moment: datetime) -> Iterator[Callable[[timedelta], None]]:
    """Stand still at `moment` inside the block; the yielded function moves on by a timedelta.

    For tests, and for a command that writes what is said to have happened before: it holds for the whole process.
    """
    global _source
    before, current = _source, [moment]

    def advance(by: timedelta) -> None:
        current[0] += by

    _source = lambda: current[0]  # noqa: E731 - a def would only repeat the name
    try:
        yield advance
    finally:
        _source = before
