"""Money that came twice, too late or for an old price goes back by itself, all of it, once."""

import logging

from sqlalchemy import exists, select

from app.core.db import db, transaction
from app.core.errors import TransitionRefused
from app.payments.models import PaymentAttempt
from app.payments.refunds.books import lock_books
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import RefundQuote
from app.payments.refunds.requesting import EXTRA_MONEY, Beginning, begin, check_possible
from app.payments.refunds.room import room_of
from app.payments.refunds.states import RefundSource, RefundState
from app.payments.states import AttemptState

logger = logging.getLogger(__name__)

BATCH = 50


def give_back_due(attempt_id: int) -> bool:
    """Begin the refund of one such payment; False when that was done before, or it is not one.

    One that the gateway has closed is not begun again by itself: a person looks first. Opens a transaction.
    """
    attempt = db.session.get_one(PaymentAttempt, attempt_id)
    with transaction():
        lock_books(attempt)
        if attempt.state != AttemptState.REFUND_DUE or _has_refund(attempt.id):
            return False
        room = room_of(attempt)
        try:
            check_possible(attempt, room)
        except TransitionRefused:  # too old: its alert stands, and the order page says so
            return False
        beginning = Beginning(RefundState.REQUESTED, RefundSource.AUTOMATIC, EXTRA_MONEY)
        refund = begin(attempt, RefundQuote((), 0, room.left_fen), beginning)
        logger.info("money goes back by itself", extra={"out_refund_no": refund.out_refund_no})
    return True


def sweep_due(gateway_name: str) -> int:
    """Begin whatever was not begun when this gateway's money came; how many."""
    has_refund = exists().where(Refund.attempt_id == PaymentAttempt.id)
    query = select(PaymentAttempt.id).where(
        PaymentAttempt.state == AttemptState.REFUND_DUE, PaymentAttempt.gateway == gateway_name, ~has_refund
    )
    ids = db.session.scalars(query.order_by(PaymentAttempt.id.desc()).limit(BATCH)).all()
    return sum(give_back_due(attempt_id) for attempt_id in ids)


def _has_refund(attempt_id: int) -> bool:
    return db.session.scalar(select(exists().where(Refund.attempt_id == attempt_id))) is True
