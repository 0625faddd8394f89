"""Refunds as their buyer may know them. What is still being decided is none of his worries yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from app.core.db import db
from app.payments.refunds.models import Refund
from app.payments.refunds.states import RefundState


class BuyerState(StrEnum):
    UNDER_WAY = "under_way"
    STUCK = "stuck"  # his wallet or card does not take it: the shop gets in touch
    DONE = "done"
    HANDLED = "handled"  # settled between him and the shop in another way


_STATES = {
    RefundState.REQUESTED: BuyerState.UNDER_WAY,
    RefundState.SUBMITTED: BuyerState.UNDER_WAY,
    RefundState.ABNORMAL: BuyerState.STUCK,
    RefundState.DONE: BuyerState.DONE,
    RefundState.HANDLED: BuyerState.HANDLED,
}


@dataclass(frozen=True, slots=True)
class BuyersRefund:
    """One of them. `at`: when the money was back, else when it was begun; `received_account`: theirs, in words.

    `coupon_fen` of it had been paid by a coupon of WeChat's, and do not come back in money.
    """

    amount_fen: int
    coupon_fen: int
    state: BuyerState
    reason: str
    received_account: str
    at: datetime


def refunds_for_buyer(order_ids: Collection[int]) -> dict[int, list[BuyersRefund]]:
    """By the order's id, the oldest first; an order without any has an empty list."""
    query = select(Refund).where(Refund.order_id.in_(order_ids), Refund.state.in_(_STATES))
    found: dict[int, list[BuyersRefund]] = {order_id: [] for order_id in order_ids}
    for row in db.session.scalars(query.order_by(Refund.id)) if order_ids else ():
        at = row.succeeded_at or row.created_at
        state, coupon_fen = _STATES[row.state], row.coupon_back_fen
        shown = BuyersRefund(row.amount_fen, coupon_fen, state, row.reason, row.received_account, at)
        found[row.order_id].append(shown)
    return found
