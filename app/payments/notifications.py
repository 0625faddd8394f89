"""The inbox of payment notifications: stored as they came, then judged."""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select, update

from app.core import audit, clock, outbox
from app.core.db import db, transaction
from app.core.errors import SignatureInvalid
from app.payments.gateways.contract import Gateway, RefundNews, Trade
from app.payments.models import PaymentNotification, Verdict
from app.payments.refunds import settling as refunds
from app.payments.refunds.external import record_external
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


_REFUND_VERDICTS = {
    refunds.Outcome.APPLIED: Verdict.APPLIED,
    refunds.Outcome.REPEATED: Verdict.REPEATED,
    refunds.Outcome.UNKNOWN: Verdict.UNKNOWN,
    refunds.Outcome.MISMATCH: Verdict.MISMATCH,
}


def record_notification(gateway: Gateway, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Keep it, verify it, settle it; returns the verdict, which the door turns into WeChat's answer.

    Opens three short transactions: a crash between them leaves a stored row and WeChat repeating itself.
    """
    row_id = _keep(gateway, headers, body)
    try:
        news = gateway.read_notification(headers, body)
    except SignatureInvalid as error:
        logger.warning("notification refused", extra={"gateway": gateway.name, "reason": error.reason})
        return _judge(row_id, Verdict.REFUSED, reason=error.reason)
    return _apply(row_id, news, gateway)


def read_again(row: PaymentNotification, gateway: Gateway) -> Trade | RefundNews | None:
    """What a kept notification says, verified anew as of when it came. Raises: SignatureInvalid."""
    return gateway.read_notification(row.headers, row.body, came_at=row.received_at)


def replay(row: PaymentNotification, gateway: Gateway, *, actor: str) -> Verdict:
    """Judge a kept notification again, with the keys and orders there are now; the second time changes nothing.

    What it did once stays its verdict. Returns the verdict of this time; it is written into the audit log.
    """
    before, row_id = row.verdict, row.id
    try:
        verdict = _apply(row_id, read_again(row, gateway), gateway, known=before)
    except SignatureInvalid as error:
        verdict = _judge(row_id, Verdict.REFUSED, reason=error.reason)
    audit.record(
        actor=actor,
        action="payment.notification_replayed",
        subject=f"notification:{row_id}",
        after={"verdict": str(verdict)},
    )
    return verdict


def _apply(
    row_id: int, news: Trade | RefundNews | None, gateway: Gateway, *, known: Verdict = Verdict.RECEIVED
) -> Verdict:
    if news is None:
        return _judge(row_id, Verdict.IGNORED, reason="another kind of event")
    if isinstance(news, RefundNews):
        verdict, reason = _settle_refund(news, gateway), f"refund {news.out_refund_no}"
    else:
        verdict, reason = _settle_trade(news, gateway)
    is_what_it_did = verdict is Verdict.REPEATED and known is Verdict.APPLIED
    _judge(row_id, Verdict.APPLIED if is_what_it_did else verdict, news=news, reason=reason)
    return verdict


def _settle_trade(trade: Trade, gateway: Gateway) -> tuple[Verdict, str]:
    """Its payment first; then a refund it names, which is asked about where it is not ours."""
    verdict = _VERDICTS[settle(trade, gateway=gateway, source="notification")]
    if not trade.refund_no or verdict not in (Verdict.APPLIED, Verdict.REPEATED):
        return verdict, ""
    if refunds.find_refund(gateway.name, trade.refund_no) is None:
        with transaction():
            outbox.enqueue(
                "find_refund",
                gateway=gateway.name,
                out_refund_no=trade.refund_no,
                out_trade_no=trade.out_trade_no,
            )
        verdict = Verdict.APPLIED
    return verdict, f"refund {trade.refund_no}"


def _settle_refund(news: RefundNews, gateway: Gateway) -> Verdict:
    """A number that is not ours was refunded in WeChat's own console, if the payment and the merchant are ours."""
    outcome = refunds.settle_refund(news, gateway=gateway, source="notification")
    if outcome == refunds.Outcome.UNKNOWN and news.mchid == gateway.mchid:
        is_ours = record_external(news, gateway=gateway, source="notification") is not None
        return Verdict.APPLIED if is_ours else Verdict.UNKNOWN
    return _REFUND_VERDICTS[outcome]


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


def _judge(
    row_id: int, verdict: Verdict, *, reason: str = "", news: Trade | RefundNews | None = None
) -> Verdict:
    number = news.out_trade_no[:32] if news else ""
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
