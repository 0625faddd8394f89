"""The inbox of complaint notifications: stored as they came, then judged; the worker does the reading."""

import logging
from collections.abc import Mapping

from sqlalchemy import delete, func, select, update

from app.complaints.models import ComplaintNotification
from app.complaints.states import NoticeVerdict
from app.complaints.sync import ask_for_sync
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import SignatureInvalid
from app.payments.gateways.complaints import ComplaintDesk, ComplaintNotice

logger = logging.getLogger(__name__)

KEPT_REFUSED = 500  # forged ones are kept as evidence, but nobody shall fill the disk with them


def record_notice(desk: ComplaintDesk, headers: Mapping[str, str], body: bytes) -> NoticeVerdict:
    """Keep it, verify it, have its complaint fetched; returns the verdict. Opens two short transactions."""
    row_id = _keep(headers, body)
    try:
        notice = desk.read_notification(headers, body)
    except SignatureInvalid as error:
        logger.warning("complaint notification refused", extra={"reason": error.reason})
        return _judge(row_id, NoticeVerdict.REFUSED, reason=error.reason)
    if notice is None:
        return _judge(row_id, NoticeVerdict.IGNORED, reason="another kind of event")
    return _apply(row_id, notice)


def _keep(headers: Mapping[str, str], body: bytes) -> int:
    kept = {name: value for name, value in headers.items() if name.lower().startswith("wechatpay-")}
    with transaction() as session:
        row = ComplaintNotification(
            received_at=clock.now(), headers=kept, body=body, verdict=NoticeVerdict.RECEIVED
        )
        session.add(row)
        session.flush()
        return row.id


def _apply(row_id: int, notice: ComplaintNotice) -> NoticeVerdict:
    """The fetch is planned in the transaction that says so. Two of the same at once plan it twice: it is harmless."""
    with transaction() as session:
        table = ComplaintNotification
        same = (table.notification_id == notice.notification_id) & (table.id != row_id)
        is_known = bool(notice.notification_id) and session.scalar(
            select(table.id).where(same, table.verdict == NoticeVerdict.APPLIED).limit(1)
        )
        verdict = NoticeVerdict.REPEATED if is_known else NoticeVerdict.APPLIED
        values = {
            "verdict": verdict,
            "notification_id": notice.notification_id,
            "complaint_id": notice.complaint_id,
            "action": notice.action,
        }
        session.execute(update(table).where(table.id == row_id).values(**values))
        if not is_known:
            ask_for_sync(notice.complaint_id)
    return verdict


def _judge(row_id: int, verdict: NoticeVerdict, *, reason: str) -> NoticeVerdict:
    with transaction() as session:
        mine = ComplaintNotification.id == row_id
        session.execute(
            update(ComplaintNotification).where(mine).values(verdict=verdict, reason=reason[:200])
        )
    return verdict


def delete_old_refused() -> int:
    """Keep only the newest refused notifications; returns how many went."""
    table, refused = ComplaintNotification, ComplaintNotification.verdict == NoticeVerdict.REFUSED
    with transaction() as session:
        count = db.session.scalar(select(func.count()).select_from(table).where(refused)) or 0
        if count <= KEPT_REFUSED:
            return 0
        newest = select(table.id).where(refused).order_by(table.id.desc())
        oldest_kept = session.scalar(newest.offset(KEPT_REFUSED - 1).limit(1))
        session.execute(delete(table).where(refused, table.id < oldest_kept))
        return count - KEPT_REFUSED
