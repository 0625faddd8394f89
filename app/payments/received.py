"""The inbox of notifications read: the newest first, by verdict or number, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import NotFound
from app.payments.models import PaymentNotification, Verdict

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Received:
    """Newest first; `next_before` is where the older ones go on, 0 at the end."""

    rows: Sequence[PaymentNotification]
    next_before: int


def list_received(*, verdict: Verdict | None = None, number: str = "", before: int = 0) -> Received:
    """Those with ids below `before`, or the newest; `number` is an out_trade_no."""
    query = select(PaymentNotification)
    if verdict is not None:
        query = query.where(PaymentNotification.verdict == verdict)
    if number:
        query = query.where(PaymentNotification.out_trade_no == number)
    if before:
        query = query.where(PaymentNotification.id < before)
    rows = db.session.scalars(query.order_by(PaymentNotification.id.desc()).limit(PER_PAGE + 1)).all()
    return Received(rows[:PER_PAGE], rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else 0)


def count_received() -> Mapping[Verdict, int]:
    """How many there are of each verdict."""
    query = select(PaymentNotification.verdict, func.count().label("count")).group_by(
        PaymentNotification.verdict
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def get_received(notification_id: int) -> PaymentNotification:
    """Raises: NotFound."""
    row = db.session.get(PaymentNotification, notification_id)
    if row is None:
        raise NotFound(_("没有这条通知"))
    return row
