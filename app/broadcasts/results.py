"""What a broadcast brought: who opened it, what was ordered and paid through its links, who left; and how they compare.

Everything is counted from the entrance its links carry, so it holds for all that came through it, and for nobody else.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from app.broadcasts.automatic.days import by_hand, find_rule_id
from app.broadcasts.automatic.models import AutomaticDay
from app.broadcasts.automatic.words import ref_of
from app.broadcasts.composing import get_broadcast
from app.broadcasts.ending import count_states
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.states import ENDED, RecipientState
from app.core import clock
from app.core.days import beijing_hour
from app.core.db import db
from app.entrances.models import Entrance, EntranceKind, EntranceVisit
from app.followers.models import Follower
from app.orders.models import Order

HORIZONS = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))
COMPARED = 50
_line = BroadcastRecipient
Ids = Sequence[int] | Select[tuple[int]]


@dataclass(frozen=True, slots=True)
class Result:
    """What came within `after` of its beginning. Money in fen, without what went back."""

    after: timedelta
    is_over: bool  # so much time has passed: these numbers grow no more
    visitors: int  # each once
    visits: int
    lookers: int  # of the visitors: who opened a product
    orders: int
    paid_orders: int
    revenue_fen: int
    left: int  # of those who got it: stopped following


@dataclass(frozen=True, slots=True)
class Compared:
    """One broadcast beside others, after seven days."""

    broadcast: Broadcast
    sent: int
    result: Result

    @property
    def opened_per_mille(self) -> int:
        return 1000 * self.result.visitors // self.sent if self.sent else 0


def read_results(broadcast_id: int) -> Sequence[Result]:
    """Its numbers after an hour, a day and a week; empty before it began.

    A day of automatic messages has none of its own: all days of a rule share one entrance.
    """
    row = get_broadcast(broadcast_id)
    if row.started_at is None or find_rule_id(row.id) is not None:
        return ()
    entrance_id = _find_entrance(str(row.id))
    return [_read([row.id], entrance_id, row.started_at, after) for after in HORIZONS]


def compare() -> Sequence[Compared]:
    """The last ended ones, the newest first."""
    query = select(Broadcast).where(Broadcast.state.in_(ENDED), Broadcast.started_at.is_not(None), by_hand())
    rows = db.session.scalars(
        query.order_by(Broadcast.started_at.desc(), Broadcast.id.desc()).limit(COMPARED)
    )
    return [_compare(row) for row in rows.all()]


def find_best_hour(found: Sequence[Compared]) -> int | None:
    """The Beijing hour of whose broadcasts the largest part was opened; None until two hours were tried."""
    sent: Counter[int] = Counter()
    opened: Counter[int] = Counter()
    for each in found:
        if each.broadcast.started_at and each.sent:
            hour = each.broadcast.started_at.astimezone(clock.BEIJING).hour
            sent[hour] += each.sent
            opened[hour] += each.result.visitors
    return max(sent, key=lambda hour: (opened[hour] / sent[hour], -hour)) if len(sent) > 1 else None


def read_rule_results(rule_id: int, days: int) -> tuple[Mapping[RecipientState, int], Result]:
    """An automatic rule's messages of the last days by what became of them, and what its links brought in that time."""
    after = timedelta(days=days)
    began = clock.now() - after
    ids = select(AutomaticDay.broadcast_id).where(
        AutomaticDay.rule_id == rule_id, AutomaticDay.day >= clock.beijing_day(began)
    )
    query = select(_line.state, func.count()).where(_line.broadcast_id.in_(ids)).group_by(_line.state)
    counts = dict(db.session.execute(query).all())
    return counts, _read(ids, _find_entrance(ref_of(rule_id)), began, after)


def visitors_by_hour() -> Mapping[int, int]:
    """By hour of the Beijing day: how many first visits of a day came through broadcasts of the last 90 days."""
    query = (
        select(EntranceVisit.first_at)
        .join(Entrance, Entrance.id == EntranceVisit.entrance_id)
        .where(
            Entrance.kind == EntranceKind.BROADCAST,
            EntranceVisit.first_at > clock.now() - timedelta(days=90),
        )
    )
    hour = beijing_hour(query.subquery().c.first_at)
    return dict(db.session.execute(select(hour, func.count()).group_by(hour)).all())


def _compare(row: Broadcast) -> Compared:
    started_at = row.started_at or row.created_at
    result = _read([row.id], _find_entrance(str(row.id)), started_at, HORIZONS[-1])
    return Compared(row, count_states(row.id).get(RecipientState.SENT, 0), result)


def _find_entrance(ref: str) -> int:
    """0 while nobody was given a link."""
    query = select(Entrance.id).where(Entrance.kind == EntranceKind.BROADCAST, Entrance.ref == ref)
    return db.session.scalar(query) or 0


def _read(broadcast_ids: Ids, entrance_id: int, began: datetime, after: timedelta) -> Result:
    end = began + after
    visitor = EntranceVisit.visitor.distinct()
    visits = select(
        func.count(visitor),
        func.coalesce(func.sum(EntranceVisit.visits), 0),
        func.count(visitor).filter(EntranceVisit.saw_product),
    ).where(
        EntranceVisit.entrance_id == entrance_id,
        EntranceVisit.first_at >= began,
        EntranceVisit.first_at < end,
    )
    visitors, times, lookers = db.session.execute(visits).one()
    placed = select(func.count()).where(
        Order.entrance_id == entrance_id, Order.created_at >= began, Order.created_at < end
    )
    paid = select(func.count(), func.coalesce(func.sum(Order.total_fen - Order.refunded_fen), 0)).where(
        Order.entrance_id == entrance_id, Order.paid_at >= began, Order.paid_at < end
    )
    paid_orders, revenue_fen = db.session.execute(paid).one()
    return Result(
        after=after,
        is_over=clock.now() >= end,
        visitors=visitors,
        visits=int(times),
        lookers=lookers,
        orders=db.session.scalar(placed) or 0,
        paid_orders=paid_orders,
        revenue_fen=int(revenue_fen),
        left=_count_left(broadcast_ids, end),
    )


def _count_left(broadcast_ids: Ids, end: datetime) -> int:
    """Who got it and stopped following after it and before then."""
    query = (
        select(func.count())
        .select_from(_line)
        .join(Follower, Follower.id == _line.follower_id)
        .where(
            _line.broadcast_id.in_(broadcast_ids),
            _line.state == RecipientState.SENT,
            ~Follower.is_subscribed,
            Follower.unsubscribed_at >= _line.asked_at,
            Follower.unsubscribed_at < end,
        )
    )
    return db.session.scalar(query) or 0
