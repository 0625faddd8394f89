"""How often scene codes were scanned, and who began to follow by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, cast, func, select

from app.core.days import Days
from app.core.db import db
from app.entrances.models import SceneScan


@dataclass(frozen=True, slots=True)
class ScanFigures:
    """`follows` of the `scans` began to follow by it."""

    scans: int = 0
    follows: int = 0

    def __add__(self, other: "ScanFigures") -> "ScanFigures":
        return ScanFigures(self.scans + other.scans, self.follows + other.follows)


DayScans = Mapping[date, ScanFigures]  # days without a scan are left out


def count_scans(days: Days) -> dict[int, DayScans]:
    """Scans of every code that had any in these days, by the code's number, day by day."""
    follows = func.sum(cast(SceneScan.is_follow, Integer))
    query = (
        select(SceneScan.scene_code_id, SceneScan.day, func.count(), follows)
        .where(SceneScan.day.between(days.first, days.last))
        .group_by(SceneScan.scene_code_id, SceneScan.day)
    )
    found: dict[int, dict[date, ScanFigures]] = {}
    for code_id, day, scans, new in db.session.execute(query):
        found.setdefault(code_id, {})[day] = ScanFigures(scans, new)
    return dict(found)


def total_scans(by_day: DayScans) -> ScanFigures:
    """All days together."""
    return sum(by_day.values(), ScanFigures())
