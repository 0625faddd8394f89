"""What can be done about a difference: ask its gateway now, or accept it.

A payment that the bill has and we lack is asked for by its number, and `payments` settles the verified answer. The
difference closes when the same comparison does not find it any more, not because somebody pressed a button.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import GatewayError, InputInvalid, NotFound, TransitionRefused
from app.core.states import move_state
from app.payments.attempts import check
from app.payments.gateways import alipay, gateway_of
from app.payments.gateways.contract import Gateway, RefundNews, RefundStatus, Trade
from app.payments.models import PaymentAttempt
from app.payments.refunds.external import record_external
from app.reconciliation import comparing, comparing_refunds
from app.reconciliation.closing import find_in_account, loaded_bill, settle_day
from app.reconciliation.findings import write_moment
from app.reconciliation.models import Difference, FundKind
from app.reconciliation.recording import close
from app.reconciliation.states import (
    DIFFERENCE_MOVES,
    OF_FUNDS,
    OF_REFUNDS,
    STANDING,
    DifferenceKind,
    DifferenceState,
)

logger = logging.getLogger(__name__)

LONGEST_REASON = 200
BY_ITSELF_AFTER = timedelta(minutes=15)  # a person who looks right away may press first
BATCH = 20


def get_difference(number: int) -> Difference:
    """Raises: NotFound."""
    row = db.session.get(Difference, number)
    if row is None:
        raise NotFound(_("没有这笔差异"))
    return row


def ask(row: Difference, *, gateway: Gateway) -> bool:
    """Ask its gateway about its payment, settle what it says, look again; whether that closed the difference.

    Opens transactions. Raises: GatewayError.
    """
    number = row.id
    news = _ask_about(row, gateway)
    with transaction() as session:
        row = session.get_one(Difference, number, populate_existing=True)
        row.asked_at, row.answer = clock.now(), _answer(news)
    return look_again(number)


def look_again(number: int) -> bool:
    """Close it when the comparison finds it no longer; whether it is closed now. Opens transactions."""
    row = get_difference(number)
    if row.state in STANDING and not _is_still_there(row):
        with transaction():
            lock(row)
            if row.state in STANDING:
                close(row, cause="healed")
        settle_day(row.day, gateway_name=row.gateway)
    return bool(get_difference(number).state == DifferenceState.CLOSED)


def accept(row: Difference, *, reason: str, actor: str) -> None:
    """A person has looked and says why it stays; the day counts as explained once nothing else is open.

    Opens transactions. Raises: InputInvalid without a reason; TransitionRefused when it is not open any more.
    """
    text = reason.strip()
    if not text:
        raise InputInvalid(_("请写下原因，会计以后要看得懂。"))
    if len(text) > LONGEST_REASON:
        raise InputInvalid(_("原因最多 %(n)s 个字。", n=LONGEST_REASON))
    with transaction():
        lock(row)
        if row.state != DifferenceState.OPEN:
            raise TransitionRefused(_("这笔差异已经不在待处理里了，请刷新看看。"))
        now = clock.now()
        move_state(
            row,
            DIFFERENCE_MOVES,
            DifferenceState.ACCEPTED,
            cause="accept",
            actor=actor,
            reason=text,
            closed_at=now,
            closed_by=actor,
        )
        audit.record(
            actor=actor,
            action="bills.accepted",
            subject=f"bill_difference:{row.id}",
            after={"difference": str(row.kind), "number": row.ref, "day": str(row.day), "reason": text},
        )
    settle_day(row.day, gateway_name=row.gateway)


def ask_due(gateway: Gateway) -> int:
    """Ask once about each difference that no person has asked about; how many were asked."""
    may_heal = (*_ASKED, *OF_REFUNDS, DifferenceKind.STATUS)
    query = select(Difference.id).where(
        Difference.state == DifferenceState.OPEN,
        Difference.gateway == gateway.name,
        Difference.asked_at.is_(None),
        Difference.kind.in_(may_heal),
        Difference.first_seen_at < clock.now() - BY_ITSELF_AFTER,
    )
    asked = 0
    for number in db.session.scalars(query.order_by(Difference.id).limit(BATCH)).all():
        try:
            ask(get_difference(number), gateway=gateway)
        except GatewayError as error:
            logger.warning("difference not asked about", extra={"difference": number, "reason": error.code})
            break
        asked += 1
    return asked


_ASKED = (
    DifferenceKind.MISSING_HERE,
    DifferenceKind.PAID_AFTER_CLOSE,
    DifferenceKind.DUPLICATE_ATTEMPT,
    DifferenceKind.MISSING_THERE,
    DifferenceKind.UNKNOWN_ORDER,
)


def _ask_about(row: Difference, gateway: Gateway) -> Trade | RefundNews:
    if row.kind in OF_REFUNDS:
        return _query_refund(row, gateway)
    if row.kind not in OF_FUNDS:
        return _query(row, gateway)
    known, told = row.ours, row.theirs
    number = known.get("out_refund_no") or known.get("out_trade_no") or told.get("voucher") or row.ref
    is_refund = "out_refund_no" in known or told.get("movement") in (FundKind.REFUND, FundKind.FEE_BACK)
    return gateway.query_refund(number) if is_refund else gateway.query(number)


def _query(row: Difference, gateway: Gateway) -> Trade:
    attempt = db.session.get(PaymentAttempt, row.attempt_id) if row.attempt_id else None
    return check(attempt, gateway) if attempt else gateway.query(row.ref.partition("#")[0])


def _query_refund(row: Difference, gateway: Gateway) -> RefundNews:
    """What it says is taken into the books like a notification, also where somebody else began the refund."""
    told = row.theirs or row.ours
    attempt = db.session.get(PaymentAttempt, row.attempt_id) if row.attempt_id else None
    gateway = gateway_of(attempt, gateway) if attempt else gateway
    news = gateway.query_refund(row.ref, str(told.get("out_trade_no", "")))
    if news.status != RefundStatus.UNKNOWN_NUMBER:
        record_external(news, gateway=gateway, source="query")
    elif row.kind == DifferenceKind.REFUND_EXTRA and row.gateway == alipay.NAME and row.attempt_id:
        # Alipay may not find by a number that its console made up: then its bill is the proof.
        record_external(_as_billed(row), gateway=gateway, source="bill")
    return news


def _as_billed(row: Difference) -> RefundNews:
    attempt, theirs = db.session.get_one(PaymentAttempt, row.attempt_id), row.theirs
    at = datetime.fromisoformat(theirs["at"]).replace(tzinfo=clock.BEIJING)
    return RefundNews(
        row.ref,
        RefundStatus.DONE,
        out_trade_no=theirs["out_trade_no"],
        transaction_id=theirs["transaction_id"],
        amount_fen=theirs["amount_fen"],
        total_fen=attempt.amount_fen,
        created_at=at,
        succeeded_at=at,
    )


def _answer(news: Trade | RefundNews) -> dict[str, Any]:
    if isinstance(news, RefundNews):
        numbers = {"refund_id": news.refund_id, "at": write_moment(news.succeeded_at)}
        return {"status": str(news.status), "amount_fen": news.amount_fen} | numbers
    trade = news
    return {
        "status": str(trade.state),
        "amount_fen": trade.amount_fen,
        "transaction_id": trade.transaction_id,
        "at": write_moment(trade.paid_at),
    }


def _is_still_there(row: Difference) -> bool:
    if row.kind == DifferenceKind.MISSING_THERE:
        attempt = db.session.get_one(PaymentAttempt, row.attempt_id)
        return not comparing.is_billed(attempt)
    if row.kind == DifferenceKind.REFUND_MISSING:
        return not comparing_refunds.is_billed(row.gateway, row.ref)
    if row.kind in OF_FUNDS:
        number = row.ref.partition("#")[0]
        found = list(find_in_account(row.day, row.gateway, number=number))
        return any((each.kind, each.ref) == (row.kind, row.ref) for each in found)
    if row.kind in OF_REFUNDS:
        again = comparing_refunds.find_again(loaded_bill(row.day, row.gateway), row.ref)
        return any(each.kind == row.kind for each in again)
    found = comparing.find_again(loaded_bill(row.day, row.gateway), row.ref.partition("#")[0])
    return any((each.kind, each.ref) == (row.kind, row.ref) for each in found)
