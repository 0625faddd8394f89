"""What each entrance brought: visits, visitors, orders, and money that came. Refunds are not taken off.

A visit counts on the day of the visit, an order on the day it was placed, money on the day it was paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true

from app.core.days import Days, beijing_day
from app.core.db import db
from app.entrances.models import EntranceVisit
from app.orders.models import Order

EntranceId = int | None  # None: opened without any link of ours


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one entrance and one day; `total` tells the visitors of several days apart. `revenue_fen` is fen."""

    visits: int = 0
    visitors: int = 0
    orders: int = 0
    paid: int = 0
    revenue_fen: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.visits + other.visits,
            self.visitors + other.visitors,
            self.orders + other.orders,
            self.paid + other.paid,
            self.revenue_fen + other.revenue_fen,
        )


DayFigures = Mapping[date, Figures]  # days without anything are left out


def figures_by_entrance(days: Days) -> dict[EntranceId, DayFigures]:
    """Every entrance that had anything to show in these days, day by day."""
    return _gather(days, true(), true())


def figures_of_entrance(entrance_id: int, days: Days) -> DayFigures:
    """One entrance, day by day."""
    gathered = _gather(days, EntranceVisit.entrance_id == entrance_id, Order.entrance_id == entrance_id)
    return gathered.get(entrance_id, {})


def visitors_by_entrance(days: Days) -> Mapping[int, int]:
    """How many came by each entrance in these days, each counted once however often he came."""
    visit = EntranceVisit
    query = select(visit.entrance_id, func.count(visit.visitor.distinct()))
    query = query.where(visit.day.between(days.first, days.last)).group_by(visit.entrance_id)
    return {row[0]: row[1] for row in db.session.execute(query)}


def total(by_day: DayFigures, visitors: int = 0) -> Figures:
    """All days together; `visitors` as `visitors_by_entrance` counts them."""
    return replace(sum(by_day.values(), Figures()), visitors=visitors)


def _gather(
    days: Days, which_visits: ColumnElement[bool], which_orders: ColumnElement[bool]
) -> dict[EntranceId, DayFigures]:
    found: dict[EntranceId, dict[date, Figures]] = {}
    counts = (
        (_visits(days).where(which_visits), lambda a, b: Figures(visits=a, visitors=b)),
        (_placed(days).where(which_orders), lambda a, _b: Figures(orders=a)),
        (_paid(days).where(which_orders), lambda a, b: Figures(paid=a, revenue_fen=int(b))),
    )
    for query, make in counts:
        for entrance_id, day, first, second in db.session.execute(query):
            by_day = found.setdefault(entrance_id, {})
            by_day[day] = by_day.get(day, Figures()) + make(first, second)
    return dict(found)


def _visits(days: Days) -> Select[Any]:
    row = EntranceVisit
    return (
        select(row.entrance_id, row.day, func.sum(row.visits), func.count())
        .where(row.day.between(days.first, days.last))
        .group_by(row.entrance_id, row.day)
    )


def _placed(days: Days) -> Select[Any]:
    day = beijing_day(Order.created_at)
    query = select(Order.entrance_id, day, func.count(), func.count()).where(days.hold(Order.created_at))
    return query.group_by(Order.entrance_id, day)


def _paid(days: Days) -> Select[Any]:
    day = beijing_day(Order.paid_at)
    query = select(Order.entrance_id, day, func.count(), func.sum(Order.total_fen))
    return query.where(days.hold(Order.paid_at)).group_by(Order.entrance_id, day)
