"""Complaints for pages: those that wait first, by the time that is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.complaints.models import Complaint, ComplaintEntry
from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.payments.gateways.complaints import TheirState

PER_PAGE = 30
MOST_ENTRIES = 500
RATE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A page of them."""

    rows: Sequence[Complaint]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many complaints of the last days came from buyers who had complained before: WeChat counts it."""

    total: int
    repeated: int


def list_complaints(*, only_open: bool, page: int) -> Found:
    """Who waits for an answer first, the most urgent on top; then what is open; then the newest."""
    chosen = Complaint.state != TheirState.PROCESSED if only_open else Complaint.id > 0
    total = db.session.scalar(select(func.count()).select_from(Complaint).where(chosen)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    order = (
        Complaint.answer_due_at.is_(None),
        Complaint.answer_due_at,
        Complaint.state == TheirState.PROCESSED,
        Complaint.complained_at.desc(),
        Complaint.id.desc(),
    )
    query = select(Complaint).where(chosen).order_by(*order)
    rows = db.session.scalars(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE)).all()
    return Found(rows, page, pages, total)


def count_waiting() -> int:
    """How many buyers wait for an answer."""
    query = select(func.count()).select_from(Complaint).where(Complaint.answer_due_at.is_not(None))
    return db.session.scalar(query) or 0


def count_repeats() -> Repeats:
    """Of the last thirty days."""
    is_late = Complaint.complained_at >= clock.now() - timedelta(days=RATE_DAYS)
    count = select(func.count()).select_from(Complaint).where(is_late)
    return Repeats(db.session.scalar(count) or 0, db.session.scalar(count.where(Complaint.times > 1)) or 0)


def get_complaint(row_id: int) -> Complaint:
    """By our id. Raises: NotFound."""
    row = db.session.get(Complaint, row_id)
    if row is None:
        raise NotFound(_("没有这起投诉"))
    return row


def complaints_about(order_id: int) -> Sequence[Complaint]:
    """Of one order, the oldest first."""
    query = select(Complaint).where(Complaint.order_id == order_id)
    return db.session.scalars(query.order_by(Complaint.id)).all()


def list_entries(row_id: int) -> Sequence[ComplaintEntry]:
    """What was said and done, the oldest first."""
    query = select(ComplaintEntry).where(ComplaintEntry.parent_id == row_id)
    return db.session.scalars(
        query.order_by(ComplaintEntry.at, ComplaintEntry.log_id, ComplaintEntry.id).limit(MOST_ENTRIES)
    ).all()
