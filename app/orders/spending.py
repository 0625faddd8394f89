"""What each follower has spent, counted from his orders and kept on his row, so that lists and conditions are quick.

Counted anew whenever an order of his is paid or its money goes back: never added up, so it cannot drift.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from app.core.db import db, transaction
from app.followers.models import Follower
from app.orders.models import Order
from app.orders.states import OrderState

PAID = (OrderState.PAID, OrderState.SHIPPED)  # money is here and stays
BATCH = 500
_KEPT = Order.total_fen - Order.refunded_fen


@dataclass(frozen=True, slots=True)
class Spending:
    """In fen; `average_fen` is rounded down."""

    paid_orders: int
    total_fen: int
    average_fen: int
    last_paid_at: datetime | None


def spending_of(follower: Follower) -> Spending:
    """What he spent so far."""
    number, total = follower.paid_orders, follower.spent_fen
    return Spending(number, total, total // number if number else 0, follower.last_paid_at)


def recount(follower_id: int) -> None:
    """Count one follower's paid orders anew; joins the open transaction."""
    _recount_where(Follower.id == follower_id)


def recount_differing() -> int:
    """Put right whoever's figures are not those of his orders; returns how many. Opens transactions."""
    paid = (
        select(Order.follower_id, func.count().label("number"), func.sum(_KEPT).label("fen"))
        .where(Order.state.in_(PAID))
        .group_by(Order.follower_id)
        .subquery()
    )
    number, fen = func.coalesce(paid.c.number, 0), func.coalesce(paid.c.fen, 0)
    differs = or_(Follower.paid_orders != number, Follower.spent_fen != fen)
    may_differ = or_(Follower.spent_fen > 0, paid.c.number > 0)
    query = select(Follower.id).outerjoin(paid, paid.c.follower_id == Follower.id).where(differs, may_differ)
    ids = db.session.scalars(query.order_by(Follower.id)).all()
    for first in range(0, len(ids), BATCH):
        with transaction():
            _recount_where(Follower.id.in_(ids[first : first + BATCH]))
    return len(ids)


def _recount_where(condition: Any) -> None:
    def his(value: Any) -> Any:
        query = select(value).where(Order.follower_id == Follower.id, Order.state.in_(PAID))
        return query.correlate(Follower).scalar_subquery()

    statement = update(Follower).where(condition)
    statement = statement.values(
        paid_orders=his(func.count(Order.id)),
        spent_fen=his(func.coalesce(func.sum(_KEPT), 0)),
        last_paid_at=his(func.max(Order.paid_at)),
    )
    db.session.execute(statement.execution_options(synchronize_session=False))
