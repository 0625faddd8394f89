"""Giving up an unpaid order: ask WeChat, close there, and only then cancel and return the goods."""

import logging

from sqlalchemy import func, select

from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import GatewayError, GatewayUnreachable
from app.orders import service as orders
from app.orders.disclosure import audit_subject
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.attempts import close_attempt, list_attempts, live_attempts
from app.payments.gateways.contract import Gateway
from app.payments.models import PaymentAttempt
from app.payments.states import LIVE, AttemptState

logger = logging.getLogger(__name__)

BATCH = 50


def cancel_order(order: Order, *, gateway: Gateway, reason: str, actor: str = "") -> bool:
    """Cancel an unpaid order; False when it turned out to be paid, or a person has to look first.

    A payment that wins the race against closing is found by WeChat refusing to close.
    Raises: GatewayError when WeChat did not answer: nothing is cancelled, ask again later.
    """
    for attempt in live_attempts(order):
        close_attempt(attempt, gateway)
    with transaction():
        lock(order)
        states = {attempt.state for attempt in list_attempts(order)}
        if order.state != OrderState.UNPAID or states & {*LIVE, AttemptState.SUSPECT}:
            return False
        is_done = orders.cancel(order, reason=reason, actor=actor)
        if is_done and actor.startswith("staff:"):
            before = {"state": OrderState.UNPAID}
            after = {"state": OrderState.CANCELLED, "reason": reason}
            subject = audit_subject(order)
            audit.record(actor=actor, action="order.closed", subject=subject, before=before, after=after)
        return is_done


def close_siblings(attempt_id: int, gateway: Gateway) -> None:
    """After one attempt was paid, close the others of its order. Raises: GatewayError."""
    paid = db.session.get_one(PaymentAttempt, attempt_id)
    for attempt in live_attempts(paid.order):
        close_attempt(attempt, gateway)


def expire_orders(gateway: Gateway) -> int:
    """Cancel what was not paid in time; returns how many. One that fails waits for the next sweep.

    When WeChat does not answer, so do the others. They are taken in any order, lest one that always fails
    stands in the way of the rest.
    """
    query = select(Order.id).where(Order.state == OrderState.UNPAID, Order.expires_at <= clock.now())
    expired = 0
    for order_id in db.session.scalars(query.order_by(func.random()).limit(BATCH)).all():
        order = db.session.get_one(Order, order_id)
        try:
            expired += cancel_order(order, gateway=gateway, reason="expired")
        except GatewayError as error:
            logger.warning("order not expired yet", extra={"order_id": order_id, "reason": error.code})
            if isinstance(error, GatewayUnreachable):
                break
    return expired
