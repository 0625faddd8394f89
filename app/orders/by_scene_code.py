"""What each scene code brought: scans and new followers, and what was bought by the links in its replies."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from app.core.days import Days
from app.core.db import db
from app.entrances.models import Entrance, EntranceKind
from app.entrances.scans import DayScans, ScanFigures, count_scans, total_scans
from app.orders.by_entrance import DayFigures, Figures, figures_by_entrance, total


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """One code, day by day; days without anything are left out of both."""

    entrance_id: int | None = None  # None: no link of it was ever handed out
    scans: DayScans = field(default_factory=dict)
    sales: DayFigures = field(default_factory=dict)

    @property
    def scanned(self) -> ScanFigures:
        """Scans and follows of all days."""
        return total_scans(self.scans)

    @property
    def sold(self) -> Figures:
        """Visits, orders and money of all days."""
        return total(self.sales)

    def on(self, day: date) -> tuple[ScanFigures, Figures]:
        """What happened on one day."""
        return self.scans.get(day, ScanFigures()), self.sales.get(day, Figures())


def figures_by_code(code_ids: Iterable[int], days: Days) -> dict[int, CodeFigures]:
    """Each of these codes by its number, also those nobody has scanned."""
    scans, sales = count_scans(days), figures_by_entrance(days)
    query = select(Entrance.ref, Entrance.id).where(Entrance.kind == EntranceKind.SCENE)
    entrances = {ref: number for ref, number in db.session.execute(query)}  # noqa: C416
    return {
        code_id: CodeFigures(
            entrances.get(str(code_id)),
            scans.get(code_id, {}),
            sales.get(entrances.get(str(code_id), 0), {}),
        )
        for code_id in code_ids
    }
