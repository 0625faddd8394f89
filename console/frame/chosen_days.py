"""The days a page of figures is about: the last week, the last month, or from one day to another."""

from dataclasses import dataclass
from datetime import date

from flask import request

from app.core import clock
from app.core.days import Days

PRESETS = (7, 30)
LONGEST = 366


@dataclass(frozen=True, slots=True)
class ChosenDays:
    """The days, and how the address names them."""

    days: Days
    preset: int  # 0: chosen one by one

    @property
    def query(self) -> dict[str, str]:
        """What links to the same days carry."""
        if self.preset:
            return {"days": str(self.preset)}
        return {"from": self.days.first.isoformat(), "to": self.days.last.isoformat()}


def read_days() -> ChosenDays:
    """As the address says; whatever makes no sense there means the last month."""
    first, last = _day(request.args.get("from", "")), _day(request.args.get("to", ""))
    if first and last:
        first, last = min(first, last), min(max(first, last), clock.today())
        if first <= last and len(Days(first, last)) <= LONGEST:
            return ChosenDays(Days(first, last), 0)
    preset = request.args.get("days", "")
    number = int(preset) if preset in map(str, PRESETS) else PRESETS[-1]
    return ChosenDays(Days.until_today(number), number)


def read_span() -> Days | None:
    """Days named one by one in the address; None when it names none, or none that make sense."""
    return chosen.days if not (chosen := read_days()).preset else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
