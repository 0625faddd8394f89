"""Speaking with the gateway about one refund: ask for it once, under one number for ever, and ask what became of it.

The row was committed before, so whatever happens to this process the sweeper goes on with the same number. Whoever
speaks takes the turn first: the pause until the next try is set before the call, not after it.

| It stops after | What is there | What follows |
|---|---|---|
| the row, before the turn | `requested`, due | the job or the sweeper asks for it |
| the turn, before or during the call | `requested`, asked before | a question; unknown there: the same request again |
| the gateway's yes, before it was noted | the same | a question finds it |
| a notification, before our call returned | what it said | our answer is a repeat |
"""

import logging
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select

from app.core import clock
from app.core.db import db, lock, transaction
from app.core.errors import GatewayError, GatewayRefused, GatewayUnreachable
from app.core.states import move_state
from app.payments.gateways import gateway_of
from app.payments.gateways.contract import BankCard, Gateway, RefundNews, RefundRequest, RefundStatus
from app.payments.refunds.books import alert, lock_books, write_books
from app.payments.refunds.models import Refund
from app.payments.refunds.settling import ALERTS, LOOK_SOON, settle_refund
from app.payments.refunds.states import OPEN, REFUND_MOVES, RefundSource, RefundState

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=6)
BETWEEN_TWO = timedelta(minutes=1)  # refunds of one payment, WeChat's rule
UNTIL_THERE_IS_MONEY = timedelta(minutes=10)

NO_BALANCE = ("NOT_ENOUGH", "NOTENOUGH", "RESOURCE_INSUFFICIENT", "ACQ.SELLER_BALANCE_NOT_ENOUGH")
OURS_TO_MEND = (
    *("NO_AUTH", "NOAUTH", "SIGN_ERROR", "MCH_NOT_EXISTS", "ACCOUNT_ERROR", "ACCOUNTERROR", "CERT_ERROR"),
    *("isv.insufficient-isv-permissions", "isv.invalid-signature", "isv.invalid-app-id", "NOT_CONFIGURED"),
)
TOO_OFTEN = ("FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED")
NO_ANSWER = "UNREACHABLE"
BUYER_GONE = ("USER_ACCOUNT_ABNORMAL",)


class _Turn(StrEnum):
    ASK_FOR_IT = "ask_for_it"  # the first time
    QUESTION = "question"


def go_on(refund_id: int, gateway: Gateway, *, is_due: bool = True) -> None:
    """The next step with this refund, if it is due (`is_due` False: whenever) and nobody else takes it.

    It goes by the gateway its money came by; `gateway` is that, or any other of the shop.

    Raises: GatewayUnreachable when WeChat did not answer; what it refused is noted and needs a person, no exception.
    """
    refund = db.session.get_one(Refund, refund_id)
    gateway = gateway_of(refund, gateway)
    turn = _take_turn(refund, is_due=is_due)
    if turn is None:
        return
    is_first = turn == _Turn.ASK_FOR_IT
    request = request_of(refund)
    may_ask = refund.source != RefundSource.EXTERNAL and refund.state != RefundState.ABNORMAL
    try:
        news = gateway.refund(request) if is_first else _find_or_ask(request, gateway, may_ask=may_ask)
    except GatewayUnreachable as error:
        pause = BETWEEN_TWO if error.their_code in TOO_OFTEN else None
        _note_problem(refund_id, error.their_code or NO_ANSWER, pause=pause)
        raise
    except GatewayRefused as error:
        _face_refusal(refund_id, request, error, gateway)
    else:
        settle_refund(news, gateway=gateway, source="answer" if is_first else "query")


def resend(refund: Refund, card: BankCard, gateway: Gateway) -> None:
    """Send an abnormal refund on to a card. Raises: GatewayError with the gateway's words."""
    gateway = gateway_of(refund, gateway)
    refund_id, out_refund_no = refund.refund_id or "", refund.out_refund_no
    news = gateway.resend_refund(refund_id=refund_id, out_refund_no=out_refund_no, card=card)
    settle_refund(news, gateway=gateway, source="answer")


def request_of(refund: Refund) -> RefundRequest:
    """The request, the same each time it is written."""
    return RefundRequest(
        out_refund_no=refund.out_refund_no,
        out_trade_no=refund.attempt.out_trade_no,
        transaction_id=refund.attempt.transaction_id or "",
        amount_fen=refund.amount_fen,
        total_fen=refund.attempt.amount_fen,
        reason=refund.reason,
    )


def pause_after(state: RefundState, checks: int) -> timedelta:
    """How long to wait after so many tries: money that is under way takes minutes, or days."""
    if state == RefundState.ABNORMAL:
        return LONGEST_PAUSE
    first = LOOK_SOON if state == RefundState.SUBMITTED else FIRST_PAUSE
    return min(first * (1 << min(checks, 20)), LONGEST_PAUSE)


def _take_turn(refund: Refund, *, is_due: bool) -> _Turn | None:
    with transaction():
        lock(refund)
        now = clock.now()
        if refund.state not in OPEN or (
            is_due and (refund.next_check_at is None or refund.next_check_at > now)
        ):
            return None
        is_first = refund.state == RefundState.REQUESTED and refund.asked_at is None
        if is_first and (free_at := _free_at(refund)) and free_at > now:
            refund.next_check_at = free_at
            return None
        refund.asked_at, refund.next_check_at = now, now + pause_after(refund.state, refund.checks)
        refund.checks += 1
        return _Turn.ASK_FOR_IT if is_first else _Turn.QUESTION


def _free_at(refund: Refund) -> datetime | None:
    """When WeChat takes another refund of the same payment; None when there was no other."""
    others = (Refund.attempt_id == refund.attempt_id) & (Refund.id != refund.id)
    taken = select(func.max(Refund.submitted_at)).where(others)
    asked = select(func.max(Refund.asked_at)).where(others, Refund.state == RefundState.REQUESTED)
    moments = [moment for moment in map(db.session.scalar, (taken, asked)) if moment is not None]
    return max(moments) + BETWEEN_TWO if moments else None


def _find_or_ask(request: RefundRequest, gateway: Gateway, *, may_ask: bool) -> RefundNews:
    news = gateway.query_refund(request.out_refund_no, request.out_trade_no)
    if news.status == RefundStatus.UNKNOWN_NUMBER and may_ask:
        return gateway.refund(request)  # the very same request: at most one refund comes of it
    return news


def _note_problem(refund_id: int, code: str, *, pause: timedelta | None = None) -> None:
    with transaction():
        refund = db.session.get_one(Refund, refund_id)
        lock(refund)
        if refund.state in OPEN:
            refund.problem = code[:60]
            if pause is not None:
                refund.next_check_at = max(refund.next_check_at or clock.now(), clock.now() + pause)


def _face_refusal(refund_id: int, request: RefundRequest, error: GatewayRefused, gateway: Gateway) -> None:
    code = error.their_code
    logger.warning("refund refused", extra={"out_refund_no": request.out_refund_no, "their_code": code})
    if code in (*NO_BALANCE, *OURS_TO_MEND):
        _note_problem(refund_id, code, pause=UNTIL_THERE_IS_MONEY)
        _alert(refund_id, "refund_no_balance" if code in NO_BALANCE else "refund_stuck", code)
    elif code in BUYER_GONE:
        _end(refund_id, RefundState.ABNORMAL, code)
    else:
        _close_if_unknown(refund_id, request, code, gateway)


def _close_if_unknown(refund_id: int, request: RefundRequest, code: str, gateway: Gateway) -> None:
    """A no to a repeat may hide a yes to the first time: only what the gateway has never heard of is closed."""
    try:
        news = gateway.query_refund(request.out_refund_no, request.out_trade_no)
    except GatewayError:
        _note_problem(refund_id, code)
        return
    if news.status == RefundStatus.UNKNOWN_NUMBER:
        _end(refund_id, RefundState.CLOSED, code)
    else:
        settle_refund(news, gateway=gateway, source="query")


def _end(refund_id: int, new: RefundState, code: str) -> None:
    with transaction():
        refund = db.session.get_one(Refund, refund_id)
        lock_books(refund.attempt)
        lock(refund)
        if refund.state not in (RefundState.REQUESTED, RefundState.SUBMITTED):
            return
        if move_state(refund, REFUND_MOVES, new, cause=code[:80], problem=code[:60], next_check_at=None):
            write_books(refund)
            alert(refund, ALERTS[new], code)


def _alert(refund_id: int, kind: str, detail: str) -> None:
    with transaction():
        alert(db.session.get_one(Refund, refund_id), kind, detail)
