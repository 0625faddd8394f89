"""The other leg beside notifications: goes on with every refund that is due, and begins what was left out."""

import logging

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import GatewayError, GatewayUnreachable
from app.payments.gateways.contract import Gateway
from app.payments.refunds.automatic import sweep_due
from app.payments.refunds.models import Refund
from app.payments.refunds.sending import go_on
from app.payments.refunds.states import OPEN

logger = logging.getLogger(__name__)

BATCH = 50


def sweep_refunds(gateway: Gateway) -> int:
    """Take the next step with all that are due; returns how many. One that fails waits for its next turn.

    When WeChat does not answer at all, the others wait for the next sweep: nobody hangs fifty times in a row.
    """
    sweep_due(gateway.name)
    query = (
        select(Refund.id)
        .where(Refund.state.in_(OPEN), Refund.gateway == gateway.name, Refund.next_check_at <= clock.now())
        .order_by(Refund.next_check_at, Refund.id)
        .limit(BATCH)
    )
    tried = 0
    for refund_id in db.session.scalars(query).all():
        tried += 1
        try:
            go_on(refund_id, gateway)
        except GatewayError as error:
            logger.warning("refund not checked", extra={"refund": refund_id, "reason": error.code})
            if isinstance(error, GatewayUnreachable) and not error.their_code:
                break
    return tried
