"""The mark of an order: whether the bill of the day its money came on says the same.

Days are compared as a whole, so a day that was compared and an order without a difference are enough to know.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.db import db
from app.figures.keeping import merge
from app.orders.models import Order
from app.payments.models import PaymentAttempt
from app.reconciliation.comparing import MONEY
from app.reconciliation.models import BillDay, Difference
from app.reconciliation.states import RECONCILED, DifferenceState

UNSETTLED = (DifferenceState.OPEN, DifferenceState.WAITING)


class Mark(StrEnum):
    MATCHED = "matched"
    DIFFERENT = "different"
    WAITING = "waiting"  # for a bill


def marks_of(orders: Sequence[Order]) -> dict[int, Mark]:
    """By order; those without money have none."""
    ids = [order.id for order in orders]
    query = select(PaymentAttempt.order_id, PaymentAttempt.paid_at)
    query = query.where(PaymentAttempt.order_id.in_(ids), PaymentAttempt.state.in_(MONEY))
    days: dict[int, set[date]] = {}
    for order_id, paid_at in db.session.execute(query):
        if paid_at is not None:
            days.setdefault(order_id, set()).add(clock.beijing_day(paid_at))
    for order in orders:
        if order.paid_at is not None:
            days[order.id] = {clock.beijing_day(order.paid_at)}
    known = _reconciled(set().union(*days.values())) if days else set()
    wrong = select(Difference.order_id, Difference.state)
    wrong = wrong.where(Difference.order_id.in_(ids), Difference.state.in_(UNSETTLED))
    unsettled: dict[int, set[DifferenceState]] = {}
    for number, state in db.session.execute(wrong):
        if number is not None:
            unsettled.setdefault(number, set()).add(state)
    return {
        order_id: mark
        for order_id in ids
        if (mark := _mark(days.get(order_id, set()), known, unsettled.get(order_id, set())))
    }


def condition_of(mark: Mark) -> ColumnElement[bool]:
    """The orders of a mark, as `marks_of` tells them."""
    differs = _has(DifferenceState.OPEN)
    if mark == Mark.DIFFERENT:
        return differs
    spans = merge(db.session.scalars(_reconciled_days()))
    is_compared = _money_came(lambda moment: or_(false(), *(span.hold(moment) for span in spans)))
    is_waiting = _has(DifferenceState.WAITING)
    if mark == Mark.MATCHED:
        return and_(is_compared, ~differs, ~is_waiting)
    return and_(_money_came(lambda moment: moment.is_not(None)), ~differs, or_(is_waiting, ~is_compared))


def _mark(days: set[date], known: set[date], unsettled: set[DifferenceState]) -> Mark | None:
    if DifferenceState.OPEN in unsettled:
        return Mark.DIFFERENT
    if not days:
        return None
    return Mark.MATCHED if days & known and not unsettled else Mark.WAITING


def _reconciled(days: set[date]) -> set[date]:
    return set(db.session.scalars(_reconciled_days().where(BillDay.day.in_(days))))


def _reconciled_days() -> Select[date]:
    """Those on which no gateway waits for its bill."""
    waits = case((BillDay.state.in_(RECONCILED), 0), else_=1)
    query = select(BillDay.day).group_by(BillDay.day).having(func.sum(waits) == 0)
    return query.order_by(BillDay.day)


def _has(state: DifferenceState) -> ColumnElement[bool]:
    rows = select(Difference.order_id).where(Difference.state == state, Difference.order_id.is_not(None))
    return Order.id.in_(rows)


def _money_came(holds: Any) -> ColumnElement[bool]:
    attempt = aliased(PaymentAttempt)  # some queries of the ledger are about attempts themselves
    late = exists().where(attempt.order_id == Order.id, attempt.state.in_(MONEY), holds(attempt.paid_at))
    return or_(and_(Order.paid_at.is_not(None), holds(Order.paid_at)), and_(Order.paid_at.is_(None), late))
