"""The other leg beside notifications: asks WeChat again about every attempt that may still bring money."""

import logging

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import GatewayError
from app.payments.attempts import check
from app.payments.gateways.contract import Gateway
from app.payments.models import PaymentAttempt

logger = logging.getLogger(__name__)

BATCH = 50


def check_pending(gateway: Gateway) -> int:
    """Ask about attempts that are due; returns how many. One that fails waits for its next turn."""
    query = (
        select(PaymentAttempt.id)
        .where(PaymentAttempt.gateway == gateway.name, PaymentAttempt.next_check_at <= clock.now())
        .order_by(PaymentAttempt.next_check_at)
        .limit(BATCH)
    )
    numbers = db.session.scalars(query).all()
    for attempt_id in numbers:
        try:
            check(db.session.get_one(PaymentAttempt, attempt_id), gateway)
        except GatewayError as error:
            logger.warning("payment not checked", extra={"attempt_id": attempt_id, "reason": error.code})
    return len(numbers)
