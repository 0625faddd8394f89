"""The one place where an order becomes paid: compare what the gateway proved with what we asked, then move.

Whatever a `Trade` says here has been verified by its gateway. There is no parameter, environment or
header that makes this easier, and nothing else calls `orders.mark_paid` (a guard test looks).
"""

import logging
from enum import StrEnum

from sqlalchemy import select

from app.core import clock, outbox
from app.core.db import db, lock, transaction
from app.core.states import move_state
from app.orders import service as orders
from app.orders.states import OrderState
from app.payments.gateways.contract import Gateway, Trade, TradeState, Way
from app.payments.models import PaymentAttempt
from app.payments.states import ATTEMPT_MOVES, AttemptState

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    APPLIED = "applied"
    REPEATED = "repeated"
    REFUND_DUE = "refund_due"
    NOT_PAID = "not_paid"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"


def settle(trade: Trade, *, gateway: Gateway, source: str) -> Outcome:
    """Take note of what a gateway says of a payment. `source` is `notification` or `query`.

    Repeating it, also at the same instant, changes nothing the second time. Opens a transaction.
    """
    with transaction():
        attempt = find_attempt(gateway.name, trade.out_trade_no)
        if attempt is None:
            outcome = _wonder(trade)
        elif wrong := differences(trade, attempt, gateway):
            outcome = _distrust(attempt, wrong, source)
        elif trade.state != TradeState.PAID:
            outcome = Outcome.NOT_PAID
        else:
            outcome = _receive(attempt, trade, source)
    logger.info(
        "payment settled",
        extra={"out_trade_no": trade.out_trade_no, "source": source, "outcome": str(outcome)},
    )
    return outcome


def find_attempt(gateway_name: str, out_trade_no: str) -> PaymentAttempt | None:
    """The attempt of this number."""
    query = select(PaymentAttempt).where(
        PaymentAttempt.gateway == gateway_name, PaymentAttempt.out_trade_no == out_trade_no
    )
    return db.session.scalars(query).first()


def differences(trade: Trade, attempt: PaymentAttempt, gateway: Gateway) -> list[str]:
    """Names of what the gateway says differently than we asked; empty when all is as it should be.

    Before the money WeChat leaves most of it out, so an unpaid trade is held to its number alone.
    """
    if trade.state != TradeState.PAID:
        return []
    pairs = {
        # A setting that was changed since does not make our own money suspect.
        "appid": (trade.appid, attempt.appid or gateway.appid_of(Way(attempt.way))),
        "mchid": (trade.mchid, gateway.mchid),
        "amount": (trade.amount_fen, attempt.amount_fen),
        "currency": (trade.currency, "CNY"),
        "openid": (trade.openid, attempt.openid or trade.openid),
    }
    wrong = [name for name, (theirs, ours) in pairs.items() if theirs != ours]
    if attempt.transaction_id and attempt.transaction_id != trade.transaction_id:
        wrong.append("transaction_id")
    return wrong


def _wonder(trade: Trade) -> Outcome:
    """Money under a number that is not ours, or of a database that was lost: a person must look."""
    if trade.state == TradeState.PAID:
        outbox.enqueue(
            "raise_alert",
            alert="unknown_payment",
            ref=trade.out_trade_no[:80],
            detail=trade.transaction_id,
            order_no="",
        )
    return Outcome.UNKNOWN


def _receive(attempt: PaymentAttempt, trade: Trade, source: str) -> Outcome:
    lock(attempt)  # the same notification twice at the same instant: the second one waits here
    if attempt.state in (AttemptState.PAID, AttemptState.REFUND_DUE):
        return Outcome.REPEATED
    paid_at = trade.paid_at or clock.now()
    order = attempt.order
    lock(order)  # its price may be changed at this instant
    revives = order.state == OrderState.CANCELLED
    is_its_price = attempt.amount_fen == order.total_fen
    pays = is_its_price and orders.mark_paid(order, paid_at=paid_at, cause=source)
    new = AttemptState.PAID if pays else AttemptState.REFUND_DUE
    move_state(
        attempt,
        ATTEMPT_MOVES,
        new,
        cause=source,
        transaction_id=trade.transaction_id,
        paid_at=paid_at,
        next_check_at=None,
    )
    if not pays:
        _alert(attempt, "refund_due")
        outbox.enqueue("give_back_due", attempt_id=attempt.id)
        return Outcome.REFUND_DUE
    if revives:
        _alert(attempt, "revived")
    outbox.enqueue("close_siblings", attempt_id=attempt.id)
    return Outcome.APPLIED


def _distrust(attempt: PaymentAttempt, wrong: list[str], source: str) -> Outcome:
    """Neither paid nor refunded by itself: a person must look, and the sweeper asks for the truth."""
    fields = ", ".join(wrong)
    if source == "query" and attempt.state not in (AttemptState.PAID, AttemptState.REFUND_DUE):
        move_state(attempt, ATTEMPT_MOVES, AttemptState.SUSPECT, cause=f"mismatch: {','.join(wrong)}")
    elif attempt.next_check_at is not None:
        attempt.next_check_at = clock.now()
    _alert(attempt, f"mismatch_{source}", fields)
    logger.error(
        "payment differs from what we asked", extra={"out_trade_no": attempt.out_trade_no, "wrong": fields}
    )
    return Outcome.MISMATCH


def _alert(attempt: PaymentAttempt, alert: str, detail: str = "") -> None:
    outbox.enqueue(
        "raise_alert",
        alert=alert,
        ref=attempt.out_trade_no,
        detail=detail,
        order_no=attempt.order.order_no,
    )
