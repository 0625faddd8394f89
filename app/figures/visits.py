"""Visits of days that are over, by entrance: counted once, because nothing is added to such a day any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, Select, cast, delete, func, insert, select

from app.core import clock
from app.core.days import Days
from app.core.db import db, transaction
from app.core.insert_once import insert_once
from app.entrances.models import EntranceVisit
from app.figures.keeping import merge
from app.figures.models import DayVisits, VisitDay
from app.figures.sums import Sums

SETTLES_IN = timedelta(minutes=10)  # a visit is noted after its page has left


@dataclass(frozen=True, slots=True)
class VisitSums(Sums):
    """Visitors, each once a day, and those of them who opened a product's page."""

    opened: int = 0
    looked: int = 0


def work_off() -> int:
    """Count the days that are over and not counted yet, each in a transaction of its own; how many."""
    first = db.session.scalar(select(func.min(EntranceVisit.day)))
    last = clock.beijing_day(clock.now() - SETTLES_IN) - timedelta(days=1)
    if first is None or first > last:
        return 0
    counted = _counted(Days(first, last))
    return sum(_count(day) for day in Days(first, last) if day not in counted)


def forget() -> None:
    """Let every day be counted again. Opens a transaction."""
    with transaction() as session:
        session.execute(delete(DayVisits))
        session.execute(delete(VisitDay))


def count_visits(days: Days) -> Mapping[int, VisitSums]:
    """Of these days together, by the number of the entrance."""
    row = DayVisits
    kept = select(row.entrance_id, func.sum(row.opened), func.sum(row.looked))
    kept = kept.where(row.day.between(days.first, days.last)).group_by(row.entrance_id)
    found = _sums(kept)
    counted = _counted(days)
    for span in merge(day for day in days if day not in counted):
        for entrance_id, sums in _sums(_of(span)).items():
            found[entrance_id] = found.get(entrance_id, VisitSums()) + sums
    return found


def _count(day: date) -> bool:
    with transaction() as session:
        if not insert_once(VisitDay, day=day):  # another worker was first
            return False
        rows = [
            {"day": day, "entrance_id": entrance_id, "opened": sums.opened, "looked": sums.looked}
            for entrance_id, sums in _sums(_of(Days(day, day))).items()
        ]
        if rows:
            session.execute(insert(DayVisits), rows)
    return True


def _counted(days: Days) -> set[date]:
    return set(db.session.scalars(select(VisitDay.day).where(VisitDay.day.between(days.first, days.last))))


def _of(days: Days) -> Select[Any]:
    visit = EntranceVisit
    looked = func.sum(cast(visit.saw_product, Integer))
    query = select(visit.entrance_id, func.count(), looked)
    return query.where(visit.day.between(days.first, days.last)).group_by(visit.entrance_id)


def _sums(query: Select[Any]) -> dict[int, VisitSums]:
    return {
        number: VisitSums(int(opened), int(looked)) for number, opened, looked in db.session.execute(query)
    }
