"""The other leg beside notifications: asks WeChat again about every attempt that may still bring money."""

import logging

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import GatewayError, GatewayUnreachable
from app.payments.attempts import check
from app.payments.gateways.contract import Gateway
from app.payments.models import PaymentAttempt

logger = logging.getLogger(__name__)

BATCH = 50


def check_pending(gateway: Gateway) -> int:
    """Ask about attempts that are due; returns how many. One that fails waits for its next turn.

    When WeChat does not answer, the others wait for the next sweep: nobody hangs fifty times in a row.
    """
    query = (
        select(PaymentAttempt.id)
        .where(PaymentAttempt.gateway == gateway.name, PaymentAttempt.next_check_at <= clock.now())
        .order_by(PaymentAttempt.next_check_at, PaymentAttempt.id)
        .limit(BATCH)
    )
    asked = 0
    for attempt_id in db.session.scalars(query).all():
        asked += 1
        try:
            check(db.session.get_one(PaymentAttempt, attempt_id), gateway)
        except GatewayError as error:
            logger.warning("payment not checked", extra={"attempt_id": attempt_id, "reason": error.code})
            if isinstance(error, GatewayUnreachable):
                break
    return asked
