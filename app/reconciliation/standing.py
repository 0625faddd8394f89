"""How far the figures of days can be trusted: provisional, over, or equal to the bills of every gateway."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select

from app.core import clock
from app.core.days import Days
from app.core.db import db
from app.reconciliation.models import BillDay
from app.reconciliation.states import CLOSED_DAYS, DayState


class Standing(StrEnum):
    PROVISIONAL = "provisional"  # the day is not over
    CLOSED = "closed"  # counted from orders and payments; not compared with a bill
    EQUAL = "equal"  # and the bill says the same
    EXPLAINED = "explained"  # what the bill says differently was accepted by a person
    DIFFERENT = "different"


_OF_STATES = {
    DayState.WAITING: Standing.CLOSED,
    DayState.EQUAL: Standing.EQUAL,
    DayState.EMPTY: Standing.EQUAL,
    DayState.EXPLAINED: Standing.EXPLAINED,
    DayState.DIFFERENT: Standing.DIFFERENT,
}
_WORST_FIRST = (Standing.PROVISIONAL, Standing.DIFFERENT, Standing.CLOSED, Standing.EXPLAINED, Standing.EQUAL)


@dataclass(frozen=True, slots=True)
class Standings:
    """Of the days asked for, with all gateways; days nobody fetched a bill of are merely over."""

    days: Mapping[date, Standing]
    proved_at: datetime | None  # when they were held together last: the oldest of them
    broken: int  # of them: days whose sums do not fit

    def of(self, span: Days) -> Standing:
        """Of several days together: the worst."""
        return _worst({self.days.get(day, Standing.CLOSED) for day in span})

    def count(self, standing: Standing) -> int:
        """Days that stand so."""
        return sum(each == standing for each in self.days.values())


def _worst(found: Collection[Standing]) -> Standing:
    return next(each for each in _WORST_FIRST if each in found)


def read_standings(days: Days) -> Standings:
    """How each of these days stands."""
    today = clock.today()
    rows = select(BillDay.day, BillDay.state).where(BillDay.day.between(days.first, days.last))
    known: dict[date, list[Standing]] = {}
    for day, state in db.session.execute(rows):
        known.setdefault(day, []).append(_OF_STATES[state])
    found = {
        day: Standing.PROVISIONAL if day >= today else _worst(known.get(day, [Standing.CLOSED]))
        for day in days
    }
    closed = (BillDay.day.between(days.first, days.last), BillDay.state.in_(CLOSED_DAYS))
    proved_at = db.session.scalar(select(func.min(BillDay.proved_at)).where(*closed))
    return Standings(found, proved_at, sum(each == Standing.DIFFERENT for each in found.values()))
