"""One complaint is made the same here as at WeChat: its state, what was said, its pictures, its order, its clock."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select, update

from app.alerts.service import close_by_itself, raise_alert
from app.complaints.clock import answer_due_at, answer_within, last_answer
from app.complaints.erasure import forget_when_over
from app.complaints.models import Complaint, ComplaintEntry, ComplaintPicture
from app.complaints.states import COMPLAINT_MOVES
from app.core import clock, outbox
from app.core.db import db, lock, transaction
from app.core.insert_once import insert_once
from app.core.states import move_state, record_event
from app.orders.models import Order
from app.payments.gateways.complaints import ComplaintDesk, ComplaintFacts, HistoryEntry, TheirState
from app.payments.models import PaymentAttempt

logger = logging.getLogger(__name__)

SYNC = "sync_complaint"  # the outbox kind; its job carries complaint_id, which is theirs
FETCH_PICTURE = "fetch_complaint_picture"  # its job carries picture_id
NEW, DUE = "new_complaint", "complaint_due"  # alerts; their ref is the complaint_id
OPEN_EVERY, OVER_EVERY = timedelta(hours=1), timedelta(days=1)
OVER_FOR = timedelta(days=30)  # after that only a notification or a click looks at it again


def sync(complaint_id: str, desk: ComplaintDesk) -> Complaint:
    """Read it at WeChat and keep what is new. Raises: GatewayError.

    The same again changes nothing. Of two at once the one who asked later wins, and lines are added once.
    """
    asked_at = clock.now()
    facts, entries = desk.get(complaint_id), desk.history(complaint_id)
    with transaction() as session:
        row, is_new = _row_of(facts)
        lock(row)
        if row.synced_at is None or row.synced_at <= asked_at:
            was_due_at = row.answer_due_at
            _take_over(row, facts, entries)
            move_state(row, COMPLAINT_MOVES, facts.state, cause="sync", actor="wechat")
            _tell(row, is_new=is_new, was_due_at=was_due_at)
        _add_entries(row, entries)
        _add_pictures(row, facts, entries)
        session.flush()
        forget_when_over(row)
    return row


def due_ref(complaint_id: str, due_at: datetime) -> str:
    """How the alert about a deadline is called: another deadline is another alert."""
    return f"{complaint_id}:{due_at:%m%d%H%M}"


def _row_of(facts: ComplaintFacts) -> tuple[Complaint, bool]:
    """Ours, made when there is none; and whether it was."""
    values = {
        "complaint_id": facts.complaint_id,
        "state": facts.state,
        "complained_at": facts.complained_at,
        "detail": facts.detail,
        "problem": facts.problem,
        "payments": [],
        "sealed_phone": "",
        "tags": [],
        "created_at": clock.now(),
    }
    is_new = insert_once(Complaint, **values)
    row = db.session.scalars(select(Complaint).where(Complaint.complaint_id == facts.complaint_id)).one()
    if is_new:
        record_event(row, new=str(facts.state), cause="sync", actor="wechat")
    return row, is_new


def _take_over(row: Complaint, facts: ComplaintFacts, entries: Sequence[HistoryEntry]) -> None:
    row.order_id = row.order_id or _find_order_id(facts)
    row.openid = facts.openid or row.openid
    row.detail, row.problem, row.problem_type = facts.detail, facts.problem, facts.problem_type
    row.wanted_fen, row.times = facts.wanted_fen, facts.times
    row.payments = [
        {
            "transaction_id": each.transaction_id,
            "out_trade_no": each.out_trade_no,
            "amount_fen": each.amount_fen,
        }
        for each in facts.orders
    ]
    row.sealed_phone = facts.sealed_phone or row.sealed_phone
    row.tags = [*facts.tags]
    row.waits_for_us, row.is_mediated = facts.waits_for_us, facts.is_mediated
    row.is_fully_refunded, row.is_served_at_once = facts.is_fully_refunded, facts.is_served_at_once
    row.answer_due_at = answer_due_at(facts, entries, within=answer_within())
    row.answered_at = last_answer(entries)
    row.synced_at = now = clock.now()
    row.next_sync_at = now + OPEN_EVERY
    if facts.state == TheirState.PROCESSED:
        is_fresh = facts.complained_at > now - OVER_FOR
        row.next_sync_at = now + OVER_EVERY if is_fresh else None


def _find_order_id(facts: ComplaintFacts) -> int | None:
    numbers = [each.out_trade_no for each in facts.orders if each.out_trade_no]
    theirs = [each.transaction_id for each in facts.orders if each.transaction_id]
    is_ours = PaymentAttempt.out_trade_no.in_(numbers) | PaymentAttempt.transaction_id.in_(theirs)
    query = select(PaymentAttempt.order_id).where(is_ours).order_by(PaymentAttempt.id).limit(1)
    return db.session.scalar(query)


def _add_entries(row: Complaint, entries: Iterable[HistoryEntry]) -> None:
    for entry in entries:
        insert_once(
            ComplaintEntry,
            parent_id=row.id,
            log_id=entry.log_id,
            at=entry.at,
            kind=entry.kind,
            operator=entry.operator,
            text=entry.text,
        )


def _add_pictures(row: Complaint, facts: ComplaintFacts, entries: Iterable[HistoryEntry]) -> None:
    """Each address once, with the line that named it where one did."""
    named = [(address, entry.log_id) for entry in entries for address in entry.pictures]
    named += [(address, "") for address in facts.pictures]
    for address, log_id in dict(reversed(named)).items():
        mark = sha256(address.encode()).hexdigest()
        values = {"parent_id": row.id, "address_hash": mark, "address": address, "log_id": log_id}
        if insert_once(ComplaintPicture, **values, problem=""):
            mine = (ComplaintPicture.parent_id == row.id) & (ComplaintPicture.address_hash == mark)
            picture_id = db.session.scalars(select(ComplaintPicture.id).where(mine)).one()
            outbox.enqueue(FETCH_PICTURE, picture_id=picture_id)


def _tell(row: Complaint, *, is_new: bool, was_due_at: datetime | None) -> None:
    order = db.session.get(Order, row.order_id) if row.order_id else None
    if is_new and row.state != TheirState.PROCESSED:
        raise_alert(NEW, row.complaint_id, order_no=order.order_no if order else "")
    if row.answer_due_at is None:
        close_by_itself(NEW, row.complaint_id)
    if was_due_at is not None and row.answer_due_at != was_due_at:
        close_by_itself(DUE, due_ref(row.complaint_id, was_due_at))


def ask_for_sync(complaint_id: str) -> None:
    """Have the worker read this complaint. Joins the open transaction."""
    outbox.enqueue(SYNC, complaint_id=complaint_id)


def put_off(row_id: int) -> None:
    """WeChat would not show it now: ask again later, after the others."""
    with transaction() as session:
        later = clock.now() + OPEN_EVERY
        session.execute(update(Complaint).where(Complaint.id == row_id).values(next_sync_at=later))
