"""Counting what came through the links of broadcasts: one pass over visits, orders and who left, however many
broadcasts and ends of time are asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Integer, and_, column, exists, func, select, values

from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.states import RecipientState
from app.core.days import beijing_hour
from app.core.db import UtcDateTime, db
from app.entrances.models import EntranceVisit
from app.followers.models import Follower
from app.orders.models import Order

_line = BroadcastRecipient


@dataclass(frozen=True, slots=True)
class Span:
    """From when, and up to which moments, is counted. `entrance_id`: 0 when nobody was given a link."""

    broadcast_ids: Sequence[int]
    entrance_id: int
    began: datetime
    ends: Sequence[datetime]  # as many as the other spans have, the last one last


@dataclass(frozen=True, slots=True)
class Counted:
    """What came between the beginning and one end. Money in fen, without what went back."""

    visitors: int = 0  # each once
    visits: int = 0
    lookers: int = 0  # of the visitors: who opened a product
    orders: int = 0
    paid_orders: int = 0
    revenue_fen: int = 0
    left: int = 0  # of those who got it: stopped following, and had not come back when it was counted


Numbers = Mapping[str, int]  # by their names in `Counted`; what is not in it is 0


def count_came(spans: Sequence[Span]) -> Sequence[Sequence[Numbers]]:
    """For each span, up to each of its ends: visitors, visits, lookers, left. Two statements."""
    if not spans:
        return []
    ends = len(spans[0].ends)
    return _lay_out(spans, _count_visits(spans, ends), _count_left(spans, ends))


def count_bought(spans: Sequence[Span]) -> Sequence[Sequence[Numbers]]:
    """For each span, up to each of its ends: orders, paid_orders, revenue_fen. One statement."""
    if not spans:
        return []
    return _lay_out(spans, _count_orders(spans, len(spans[0].ends)))


def count_hours(spans: Sequence[Span]) -> Mapping[int, int]:
    """First visits of a day, within all these spans together, by the hour of the Beijing day."""
    if not spans:
        return {}
    ends, row = len(spans[0].ends), EntranceVisit
    asked = _table([(place, span.entrance_id, span) for place, span in enumerate(spans)], ends)
    query = select(row.first_at).join(asked, row.entrance_id == asked.c.number)
    within = query.where(row.first_at >= asked.c.began, row.first_at < _ends(asked, ends)[-1])
    hour = beijing_hour(within.subquery().c.first_at)
    return dict(db.session.execute(select(hour, func.count()).group_by(hour)).all())


_Found = Mapping[tuple[int, int], Numbers]  # by the places of the span and of the end


def _count_visits(spans: Sequence[Span], ends: int) -> _Found:
    asked = _table([(place, span.entrance_id, span) for place, span in enumerate(spans)], ends)
    row = EntranceVisit
    columns = [
        each
        for end in _ends(asked, ends)
        for each in (
            func.count(row.visitor.distinct()).filter(row.first_at < end),
            func.coalesce(func.sum(row.visits).filter(row.first_at < end), 0),
            func.count(row.visitor.distinct()).filter(row.first_at < end, row.saw_product),
        )
    ]
    query = (
        select(asked.c.place, *columns)
        .join(row, and_(row.entrance_id == asked.c.number, row.first_at >= asked.c.began))
        .where(row.first_at < _ends(asked, ends)[-1])
    )
    return _read(query.group_by(asked.c.place), ("visitors", "visits", "lookers"))


def _count_orders(spans: Sequence[Span], ends: int) -> _Found:
    asked = _table([(place, span.entrance_id, span) for place, span in enumerate(spans)], ends)
    money = Order.total_fen - Order.refunded_fen
    columns = []
    for end in _ends(asked, ends):
        placed = and_(Order.created_at >= asked.c.began, Order.created_at < end)
        paid = and_(Order.paid_at >= asked.c.began, Order.paid_at < end)
        columns += [
            func.count().filter(placed),
            func.count().filter(paid),
            func.coalesce(func.sum(money).filter(paid), 0),
        ]
    query = select(asked.c.place, *columns).join(Order, Order.entrance_id == asked.c.number)
    return _read(query.group_by(asked.c.place), ("orders", "paid_orders", "revenue_fen"))


def _count_left(spans: Sequence[Span], ends: int) -> _Found:
    """Who got it and stopped following after it: found among those who left in that time, who are few."""
    rows = [(place, number, span) for place, span in enumerate(spans) for number in span.broadcast_ids]
    if not rows:
        return {}
    asked = _table(rows, ends)
    left_at = Follower.unsubscribed_at
    gone = and_(~Follower.is_subscribed, left_at >= asked.c.began, left_at < _ends(asked, ends)[-1])
    got_it = exists().where(  # joined instead, SQLite would walk through all who got it
        _line.broadcast_id == asked.c.number,
        _line.follower_id == Follower.id,
        _line.state == RecipientState.SENT,
        _line.asked_at <= left_at,
    )
    numbers = [func.count().filter(left_at < end) for end in _ends(asked, ends)]
    query = select(asked.c.place, *numbers).join(Follower, gone).where(got_it)
    return _read(query.group_by(asked.c.place), ("left",))


def _lay_out(spans: Sequence[Span], *found: _Found) -> Sequence[Sequence[Numbers]]:
    return [
        [
            {name: number for part in found for name, number in part.get((place, end), {}).items()}
            for end in range(len(span.ends))
        ]
        for place, span in enumerate(spans)
    ]


def _table(rows: Sequence[tuple[int, int, Span]], ends: int) -> CTE:
    """The spans as a table: place of the span, number of its entrance or broadcast, its moments."""
    moments = [column(f"end_{n}", UtcDateTime) for n in range(ends)]
    names = (column("place", Integer), column("number", BigInteger), column("began", UtcDateTime), *moments)
    data = [(place, number, span.began, *span.ends) for place, number, span in rows]
    return values(*names, name="spans").data(data).cte("asked")


def _ends(asked: CTE, ends: int) -> Sequence[ColumnElement[datetime]]:
    return [asked.c[f"end_{n}"] for n in range(ends)]


def _read(query: Any, names: Sequence[str]) -> _Found:
    """Rows of a place and, for each end, a number for each name."""
    found: dict[tuple[int, int], Mapping[str, int]] = {}
    for place, *numbers in db.session.execute(query):
        for end in range(len(numbers) // len(names)):
            his = numbers[end * len(names) : (end + 1) * len(names)]
            found[place, end] = {name: int(n) for name, n in zip(names, his, strict=True)}
    return found
