"""The background tasks about money, one thin function each; `app/tasks.py` has the timetable."""

import logging

from app.core import outbox
from app.core.errors import GatewayRefused, GatewayUnreachable
from app.payments import closing, notifications, sweeper
from app.payments.gateways import get_gateway, list_gateways
from app.payments.gateways.apiv3_keys import NO_APIV3_KEY
from app.payments.refunds import automatic, external, sending
from app.payments.refunds import sweeper as refunds

logger = logging.getLogger(__name__)


def _close_siblings(attempt_id: int) -> None:
    closing.close_siblings(attempt_id, get_gateway())


def _give_back_due(attempt_id: int) -> None:
    automatic.give_back_due(attempt_id)


def _send_refund(number: int) -> None:
    """The first try only: what the gateway does not answer now, the sweeper goes on with."""
    try:
        sending.go_on(number, get_gateway())
    except GatewayUnreachable:
        logger.info("refund not sent yet", extra={"refund": number})


def _find_refund(gateway: str, out_refund_no: str, out_trade_no: str) -> None:
    external.find_external(out_refund_no, out_trade_no, gateway=get_gateway(gateway))


PAYMENT_HANDLERS: dict[str, outbox.Handler] = {
    "close_siblings": _close_siblings,
    "give_back_due": _give_back_due,
    "send_refund": _send_refund,
    "find_refund": _find_refund,
}


def sweep_payments() -> None:
    """Ask about every payment that may still bring money."""
    for gateway in list_gateways():
        sweeper.check_pending(gateway)


def sweep_refunds() -> None:
    """Go on with every refund that is due."""
    for gateway in list_gateways():
        refunds.sweep_refunds(gateway)


def expire_orders() -> None:
    """Give up what was not paid in time."""
    closing.expire_orders(get_gateway())


def refresh_certificates() -> None:
    """Fetch what answers are verified with, where that changes by itself."""
    for gateway in list_gateways():
        try:
            gateway.refresh_keys()
        except GatewayRefused as error:
            if error.their_code != NO_APIV3_KEY:  # a merchant with APIv2 alone has nothing to fetch
                raise


def forget_refused() -> None:
    """Keep the newest forged notifications alone."""
    notifications.delete_old_refused()
