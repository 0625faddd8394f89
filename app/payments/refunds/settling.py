"""The one place where a refund learns from its gateway: compare what was proved with what we asked, then move.

Whatever a `RefundNews` says here has been verified by its gateway. Repeating it, also at the same instant and in
any order, changes nothing the second time.
"""

import logging
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from app.core import clock, outbox
from app.core.db import db, lock, transaction
from app.core.states import move_state
from app.payments.gateways.contract import Gateway, RefundNews, RefundStatus
from app.payments.models import PaymentAttempt
from app.payments.refunds.books import alert, close_alerts, lock_books, tell_buyer, write_books
from app.payments.refunds.models import Refund
from app.payments.refunds.states import REFUND_MOVES, RefundState

logger = logging.getLogger(__name__)

LOOK_SOON, LOOK_LATER = timedelta(minutes=1), timedelta(hours=6)

_STATES = {
    RefundStatus.UNDER_WAY: RefundState.SUBMITTED,
    RefundStatus.DONE: RefundState.DONE,
    RefundStatus.ABNORMAL: RefundState.ABNORMAL,
    RefundStatus.CLOSED: RefundState.CLOSED,
}
ALERTS = {RefundState.ABNORMAL: "refund_abnormal", RefundState.CLOSED: "refund_closed"}


class Outcome(StrEnum):
    APPLIED = "applied"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"


def settle_refund(news: RefundNews, *, gateway: Gateway, source: str) -> Outcome:
    """Take note of what a gateway says of a refund. `source`: `answer`, `query` or `notification`.

    Opens a transaction. One that we never asked for is not settled here: see `external.py`.
    """
    with transaction():
        refund = find_refund(gateway.name, news.out_refund_no)
        if refund is None:
            outcome = Outcome.UNKNOWN
        elif wrong := differences(news, refund, gateway):
            outcome = _distrust(refund, wrong, source)
        elif news.status not in _STATES:
            outcome = Outcome.REPEATED
        else:
            lock_books(refund.attempt)
            lock(refund)
            outcome = _apply(refund, news, source)
    logger.info(
        "refund settled",
        extra={"out_refund_no": news.out_refund_no, "source": source, "outcome": str(outcome)},
    )
    return outcome


def find_refund(gateway_name: str, out_refund_no: str) -> Refund | None:
    """The refund of this number."""
    query = select(Refund).where(Refund.gateway == gateway_name, Refund.out_refund_no == out_refund_no)
    return db.session.scalars(query).first()


def differences(news: RefundNews, refund: Refund, gateway: Gateway) -> list[str]:
    """Names of what the gateway says differently than we asked; empty when all is as it should be.

    Of a number it does not know there is nothing to compare. The merchant stands in notifications alone.
    """
    if news.status == RefundStatus.UNKNOWN_NUMBER:
        return []
    attempt: PaymentAttempt = refund.attempt
    pairs: dict[str, tuple[Any, Any]] = {
        "mchid": (news.mchid or gateway.mchid, gateway.mchid),
        "out_trade_no": (news.out_trade_no, attempt.out_trade_no),
        "transaction_id": (news.transaction_id, attempt.transaction_id),
        "amount": (news.amount_fen, refund.amount_fen),
        "total": (news.total_fen, attempt.amount_fen),
        "refund_id": (news.refund_id, refund.refund_id or news.refund_id),
    }
    return [name for name, (theirs, ours) in pairs.items() if theirs != ours]


def _apply(refund: Refund, news: RefundNews, source: str) -> Outcome:
    old, new, had_problem = refund.state, _STATES[news.status], bool(refund.problem)
    _note_parts(refund, news)
    if new == old:
        return Outcome.REPEATED
    if new not in REFUND_MOVES[old]:
        return _wonder(refund) if new == RefundState.DONE else Outcome.REPEATED
    is_done = new == RefundState.DONE
    now = clock.now()
    values: dict[str, Any] = {
        "refund_id": news.refund_id or None,
        "submitted_at": refund.submitted_at or news.created_at or now,
        "succeeded_at": (news.succeeded_at or now) if is_done else None,
        "received_account": news.received_account,
        "problem": "" if new in (RefundState.SUBMITTED, RefundState.DONE) else str(new).upper(),
        "next_check_at": _next_look(new),
        "checks": 0,
    }
    if old == RefundState.HANDLED:
        values["succeeded_at"] = refund.succeeded_at  # the books have it on that day
    if not move_state(refund, REFUND_MOVES, new, cause=source, **values):
        return Outcome.REPEATED
    was_back = old == RefundState.HANDLED
    if old == RefundState.CLOSED:  # its goods were let go when it was closed, and may have left since
        for line in refund.lines:
            line.unsent = 0
    write_books(refund, just_came_back=is_done and not was_back)
    if is_done:
        tell_buyer(refund)
    if had_problem and new in (RefundState.SUBMITTED, RefundState.DONE):
        close_alerts(refund, "refund_no_balance", "refund_stuck", *(["refund_abnormal"] if is_done else []))
    if new in ALERTS:
        alert(refund, ALERTS[new])
    if old in (RefundState.CLOSED, RefundState.HANDLED):
        alert(refund, "refund_contradicts", str(old))
    return Outcome.APPLIED


def _note_parts(refund: Refund, news: RefundNews) -> None:
    """What a coupon of WeChat's makes of it; news that say less than earlier ones take nothing away."""
    if news.payer_fen is not None:
        refund.payer_fen = news.payer_fen
    if news.settled_fen is not None:
        refund.settled_fen = news.settled_fen


def _next_look(new: RefundState) -> Any:
    pauses = {RefundState.SUBMITTED: LOOK_SOON, RefundState.ABNORMAL: LOOK_LATER}
    return clock.now() + pauses[new] if new in pauses else None


def _wonder(refund: Refund) -> Outcome:
    """Money went back that a person had refused, or that still waits for one."""
    alert(refund, "refund_contradicts", str(refund.state))
    return Outcome.MISMATCH


def _distrust(refund: Refund, wrong: list[str], source: str) -> Outcome:
    """Nothing is believed and nothing moves: a person must look, and the sweeper asks for the truth."""
    fields = ", ".join(wrong)
    if source == "notification" and refund.next_check_at is not None:
        refund.next_check_at = clock.now()
    alert(refund, "refund_mismatch", fields)
    logger.error("refund differs", extra={"out_refund_no": refund.out_refund_no, "wrong": fields})
    return Outcome.MISMATCH


def wonder_about(news: RefundNews) -> None:
    """A refund of a payment that is not ours, or of a database that was lost; joins the open transaction."""
    ref = news.out_refund_no[:80]
    outbox.enqueue("raise_alert", alert="unknown_refund", ref=ref, detail=news.out_trade_no, order_no="")
