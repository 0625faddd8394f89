"""The inbox of payment notifications: stored as they came, then judged."""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import SignatureInvalid
from app.payments.gateways.contract import Gateway, Trade
from app.payments.models import PaymentNotification, Verdict
from app.payments.settle import Outcome, settle

logger = logging.getLogger(__name__)

KEPT_REFUSED = 500  # forged ones are kept as evidence, but nobody shall fill the disk with them

_VERDICTS = {
    Outcome.APPLIED: Verdict.APPLIED,
    Outcome.REFUND_DUE: Verdict.APPLIED,
    Outcome.REPEATED: Verdict.REPEATED,
    Outcome.NOT_PAID: Verdict.IGNORED,
    Outcome.UNKNOWN: Verdict.UNKNOWN,
    Outcome.MISMATCH: Verdict.MISMATCH,
}


def record_notification(gateway: Gateway, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Keep it, verify it, settle it; returns the verdict, which the door turns into WeChat's answer.

    Opens three short transactions: a crash between them leaves a stored row and WeChat repeating itself.
    """
    row_id = _keep(gateway, headers, body)
    try:
        trade = gateway.read_notification(headers, body)
    except SignatureInvalid as error:
        logger.warning("notification refused", extra={"gateway": gateway.name, "reason": error.reason})
        return _judge(row_id, Verdict.REFUSED, reason=error.reason)
    if trade is None:
        return _judge(row_id, Verdict.IGNORED, reason="another kind of event")
    return _judge(row_id, _VERDICTS[settle(trade, gateway=gateway, source="notification")], trade=trade)


def list_about(out_trade_nos: Sequence[str]) -> Sequence[PaymentNotification]:
    """Genuine notifications that named one of these numbers, the oldest first."""
    query = select(PaymentNotification).where(PaymentNotification.out_trade_no.in_(out_trade_nos))
    return db.session.scalars(query.order_by(PaymentNotification.id)).all() if out_trade_nos else []


def _keep(gateway: Gateway, headers: Mapping[str, str], body: bytes) -> int:
    kept = {name: value for name, value in headers.items() if name.lower().startswith("wechatpay-")}
    with transaction() as session:
        row = PaymentNotification(
            received_at=clock.now(), gateway=gateway.name, headers=kept, body=body, verdict=Verdict.RECEIVED
        )
        session.add(row)
        session.flush()
        return row.id


def _judge(row_id: int, verdict: Verdict, *, reason: str = "", trade: Trade | None = None) -> Verdict:
    number = trade.out_trade_no[:32] if trade else ""
    with transaction() as session:
        values = {"verdict": verdict, "reason": reason[:200], "out_trade_no": number}
        session.execute(update(PaymentNotification).where(PaymentNotification.id == row_id).values(**values))
    return verdict


def delete_old_refused() -> int:
    """Keep only the newest refused notifications; returns how many went."""
    refused = PaymentNotification.verdict == Verdict.REFUSED
    with transaction() as session:
        count = db.session.scalar(select(func.count()).select_from(PaymentNotification).where(refused)) or 0
        if count <= KEPT_REFUSED:
            return 0
        newest = select(PaymentNotification.id).where(refused).order_by(PaymentNotification.id.desc())
        oldest_kept = session.scalar(newest.offset(KEPT_REFUSED - 1).limit(1))
        session.execute(delete(PaymentNotification).where(refused, PaymentNotification.id < oldest_kept))
        return count - KEPT_REFUSED
