"""Figures read: rows of days, and what orders say themselves for days that changed since. Always exact."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select, true

from app.core.days import Days
from app.core.db import db
from app.figures.counting import count_money, count_shares, count_states
from app.figures.keeping import changed_days, merge
from app.figures.models import DayMoney, DayShare, DayState, Share
from app.figures.sums import MoneySums, ShareSums, StateSums
from app.orders.states import OrderState

MOST_SPANS = 30  # more spans than that are asked for as one


@dataclass(frozen=True, slots=True)
class Figures:
    """Reads several figures of the same days; what has to be counted afresh is looked up once."""

    days: Days | None  # None: all
    fresh: Sequence[Days]

    @classmethod
    def of(cls, days: Days | None) -> "Figures":
        """Of these days."""
        return cls(days, _spans(day for day in changed_days() if days is None or day in days))

    def states(self) -> dict[OrderState, StateSums]:
        """Orders placed in these days, by the state they are in now."""
        found = {state: StateSums() for state in OrderState}
        for state, *numbers in self._summed(DayState, StateSums, DayState.state):
            found[state] += StateSums(*map(int, numbers))
        for (_day, state), sums in count_states(self.fresh).items() if self.fresh else ():
            found[state] += sums
        return found

    def money(self) -> Mapping[date, MoneySums]:
        """Money that came, day by day; days without any are left out."""
        rows = select(DayMoney.day, *_columns(DayMoney, MoneySums)).where(self._kept(DayMoney.day))
        found = {day: MoneySums(*numbers) for day, *numbers in db.session.execute(rows)}
        return found | (count_money(self.fresh) if self.fresh else {})

    def shares(self, kind: Share) -> Mapping[str, ShareSums]:
        """Orders paid in these days by their parts, as `Share` names them."""
        found: dict[str, ShareSums] = defaultdict(ShareSums)
        for key, *numbers in self._summed(DayShare, ShareSums, DayShare.key, DayShare.kind == kind):
            found[key] += ShareSums(*map(int, numbers))
        for (_kind, _day, key), sums in count_shares(self.fresh, [kind]).items() if self.fresh else ():
            found[key] += sums
        return dict(found)

    def _summed(self, table: Any, sums: type[Any], key: Any, *conditions: ColumnElement[bool]) -> Any:
        columns = [func.sum(column) for column in _columns(table, sums)]
        query = select(key, *columns).where(self._kept(table.day), *conditions).group_by(key)
        return db.session.execute(query)

    def _kept(self, day: Any) -> ColumnElement[bool]:
        condition = true() if self.days is None else day.between(self.days.first, self.days.last)
        for span in self.fresh:
            condition &= not_(day.between(span.first, span.last))
        return condition


def _columns(table: Any, sums: type[Any]) -> list[Any]:
    return [getattr(table, field.name) for field in fields(sums)]


def _spans(days: Iterable[date]) -> list[Days]:
    spans = merge(days)
    return spans if len(spans) <= MOST_SPANS else [Days(spans[0].first, spans[-1].last)]
