"""Figures counted from orders and payments themselves: what the rows of days must equal, and what makes them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from app.core.days import Days, beijing_day, beijing_hour
from app.core.db import db
from app.figures.models import Share
from app.figures.sums import MoneySums, ShareSums, StateSums
from app.orders.models import Order, OrderLine
from app.orders.states import OrderState
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.states import BACK
from app.payments.states import AttemptState

Spans = Sequence[Days]
ByState = dict[tuple[date, OrderState], StateSums]
ByDay = dict[date, MoneySums]
ByShare = dict[tuple[Share, date, str], ShareSums]

_ENTRANCE = func.coalesce(Order.entrance_id, literal_column("0"))


def count_states(spans: Spans) -> ByState:
    """Orders placed in these spans, by day and state."""
    day = beijing_day(Order.created_at)
    sums = (func.sum(Order.total_fen), func.sum(Order.refunded_fen))
    orders = select(day, Order.state, func.count(), *sums)
    due = (
        select(day, Order.state, func.sum(PaymentAttempt.amount_fen))
        .join(PaymentAttempt, PaymentAttempt.order_id == Order.id)
        .where(PaymentAttempt.state == AttemptState.REFUND_DUE)
    )
    found: ByState = defaultdict(StateSums)
    for on, state, number, fen, back_fen in _grouped(orders, Order.created_at, spans, day, Order.state):
        found[on, state] += StateSums(number, int(fen), refunded_fen=int(back_fen))
    for on, state, fen in _grouped(due, Order.created_at, spans, day, Order.state):
        found[on, state] += StateSums(due_fen=int(fen))
    return dict(found)


def count_money(spans: Spans) -> ByDay:
    """Money that came in these spans, and what went back in them, by day."""
    found: ByDay = defaultdict(MoneySums)
    for on, is_returning, buyers, orders, fen in db.session.execute(_buyers(spans)):
        money = int(orders), int(fen)
        new = (0, 0, 0) if is_returning else (buyers, *money)
        found[on] += MoneySums(*money, buyers, *new)
    attempt, day = PaymentAttempt, beijing_day(PaymentAttempt.paid_at)
    late = select(day, func.count(), func.sum(attempt.amount_fen))
    late = late.where(attempt.state == AttemptState.REFUND_DUE)
    for on, number, fen in _grouped(late, attempt.paid_at, spans, day):
        found[on] += MoneySums(late_payments=number, late_fen=int(fen))
    day = beijing_day(Refund.succeeded_at)
    back = select(day, func.count(), func.sum(Refund.amount_fen)).where(Refund.state.in_(BACK))
    for on, number, fen in _grouped(back, Refund.succeeded_at, spans, day):
        found[on] += MoneySums(refunds=number, refunded_fen=int(fen))
    return dict(found)


def count_shares(spans: Spans, kinds: Iterable[Share] = tuple(Share)) -> ByShare:
    """Orders paid in these spans, by day and part."""
    found: ByShare = {}
    for kind in kinds:
        for on, key, orders, pieces, fen in _SHARES[kind](spans):
            found[kind, on, str(key)] = ShareSums(orders, int(pieces), int(fen))
    return found


def earlier_day(order: Any) -> ColumnElement[bool]:
    """Whether the buyer of this paid order had paid on an earlier day."""
    return _has_paid_before(order.follower_id, beijing_day(order.paid_at))


def _has_paid_before(follower_id: Any, day: Any) -> ColumnElement[bool]:
    other = aliased(Order)
    return exists().where(
        other.follower_id == follower_id, other.paid_at.is_not(None), beijing_day(other.paid_at) < day
    )


def _buyers(spans: Spans) -> Select[Any]:
    """New and returning ones of each day: first all of one buyer and day together, then both kinds."""
    day = beijing_day(Order.paid_at).label("day")
    each = select(
        day, Order.follower_id, func.count().label("orders"), func.sum(Order.total_fen).label("fen")
    )
    per = each.where(_within(Order.paid_at, spans)).group_by(day, Order.follower_id).subquery()
    is_returning = _has_paid_before(per.c.follower_id, per.c.day).label("is_returning")
    query = select(per.c.day, is_returning, func.count(), func.sum(per.c.orders), func.sum(per.c.fen))
    return query.group_by(per.c.day, is_returning)


def _by_entrance(spans: Spans) -> Any:
    return _of_orders(_ENTRANCE, Order.paid_at, spans)


def _by_hour(spans: Spans) -> Any:
    return _of_orders(beijing_hour(Order.paid_at), Order.paid_at, spans)


def _placed(spans: Spans) -> Any:
    return _of_orders(_ENTRANCE, Order.created_at, spans)


def _of_orders(part: Any, moment: Any, spans: Spans) -> Any:
    day, key = beijing_day(moment), cast(part, String).label("part")
    query = select(day, key, func.count(), literal_column("0"), func.sum(Order.total_fen))
    return _grouped(query, moment, spans, day, key)


def _by_product(spans: Spans) -> Any:
    day, line = beijing_day(Order.paid_at), OrderLine
    paid_fen = line.unit_price_fen * line.quantity - line.reduction_fen - line.coupon_fen
    query = select(
        day,
        line.product_slug,
        func.count(Order.id.distinct()),
        func.sum(line.quantity),
        func.sum(paid_fen),
    ).join(line, line.order_id == Order.id)
    return _grouped(query, Order.paid_at, spans, day, line.product_slug)


_SHARES: dict[Share, Callable[[Spans], Any]] = {
    Share.ENTRANCE: _by_entrance,
    Share.HOUR: _by_hour,
    Share.PLACED: _placed,
    Share.PRODUCT: _by_product,
}


def _grouped(query: Select[Any], moment: Any, spans: Spans, *keys: Any) -> Any:
    return db.session.execute(query.where(_within(moment, spans)).group_by(*keys))


def _within(moment: Any, spans: Spans) -> ColumnElement[bool]:
    return or_(*(span.hold(moment) for span in spans))
