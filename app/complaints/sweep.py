"""The other leg beside notifications: WeChat's list read day by day, and what is open asked about again and again."""

import logging
from datetime import date, timedelta

from sqlalchemy import select, update

from app.alerts.service import raise_alert
from app.complaints.clock import warn_before
from app.complaints.models import Complaint, ComplaintSweep
from app.complaints.sync import DUE, ask_for_sync, due_ref, put_off, sync
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import GatewayError, GatewayRefused, GatewayUnreachable
from app.core.insert_once import insert_once
from app.payments.gateways.complaints import ComplaintDesk, ComplaintFacts

logger = logging.getLogger(__name__)

FIRST_DAYS = 90  # how far back the first sweep goes
SPAN_DAYS = 30  # WeChat answers no longer span
PAGES = 20  # of one turn; the next one goes on where this one stopped
BATCH = 20
ONLY = 1  # the id of the one row


def sweep(desk: ComplaintDesk) -> int:
    """Read on in WeChat's list from where the last turn stopped; returns how many have to be fetched.

    What is at its end begins again with yesterday. An answer that does not come leaves the place as it is.
    """
    found = 0
    for _turn in range(PAGES):
        place = _place()
        try:
            rows, total = desk.list_page(place.first, place.last, place.offset)
        except GatewayError as error:
            logger.warning("complaints not listed", extra={"reason": error.code})
            _note_problem(error.their_code if isinstance(error, GatewayRefused) else "unreachable")
            break
        found += _take_page(place, rows, total)
        if _place().offset == 0 and place.last >= clock.today():
            break
    return found


def sync_due(desk: ComplaintDesk) -> int:
    """Read again those whose time has come; returns how many were asked about."""
    query = select(Complaint.id, Complaint.complaint_id).where(Complaint.next_sync_at <= clock.now())
    asked = 0
    rows = db.session.execute(query.order_by(Complaint.next_sync_at, Complaint.id).limit(BATCH)).all()
    for row_id, complaint_id in rows:
        asked += 1
        try:
            sync(complaint_id, desk)
        except GatewayError as error:
            logger.warning("complaint not read", extra={"complaint_id": complaint_id, "reason": error.code})
            if isinstance(error, GatewayUnreachable):
                break
            put_off(row_id)
    return asked


def warn_of_deadlines() -> int:
    """Raise an alert for each that wants an answer soon; returns how many are new."""
    soon = clock.now() + warn_before()
    query = select(Complaint).where(Complaint.answer_due_at <= soon).order_by(Complaint.id)
    return sum(
        raise_alert(
            DUE,
            due_ref(row.complaint_id, row.answer_due_at),
            order_no=row.order.order_no if row.order else "",
        )
        for row in db.session.scalars(query).all()
        if row.answer_due_at
    )


def find_sweep() -> ComplaintSweep | None:
    """How far the list was read; None before the first time."""
    return db.session.get(ComplaintSweep, ONLY)


class _Place:
    """Where reading goes on, as plain values: the row is let go of while WeChat is asked."""

    def __init__(self, row: ComplaintSweep) -> None:
        self.first, self.last, self.offset = row.first, row.last, row.offset


def _place() -> _Place:
    with transaction() as session:
        today = clock.today()
        first = today - timedelta(days=FIRST_DAYS)
        insert_once(ComplaintSweep, id=ONLY, first=first, last=_last_of(first), offset=0, problem="")
        row = session.get_one(ComplaintSweep, ONLY, populate_existing=True)
        if row.offset == 0:
            row.last = _last_of(row.first)
        return _Place(row)


def _take_page(place: _Place, rows: list[ComplaintFacts], total: int) -> int:
    """Ask for what is new or different, and note how far we are; nothing when another worker was faster."""
    read = place.offset + len(rows)
    is_end = not rows or read >= total
    after = (_next_first(place.last), 0) if is_end else (place.first, read)
    with transaction() as session:
        here = (ComplaintSweep.first == place.first) & (ComplaintSweep.offset == place.offset)
        values: dict[str, object] = {"first": after[0], "offset": after[1], "problem": ""}
        if is_end and place.last >= clock.today():
            values["read_at"] = clock.now()
        moved = session.execute(
            update(ComplaintSweep).where(ComplaintSweep.id == ONLY, here).values(**values)
        )
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            return 0
        changed = [facts for facts in rows if _is_news(facts)]
        for facts in changed:
            ask_for_sync(facts.complaint_id)
    return len(changed)


def _is_news(facts: ComplaintFacts) -> bool:
    row = db.session.scalars(
        select(Complaint).where(Complaint.complaint_id == facts.complaint_id)
    ).one_or_none()
    if row is None:
        return True
    ours = (row.state, row.waits_for_us, row.is_fully_refunded, row.times, row.is_mediated)
    return ours != (
        facts.state,
        facts.waits_for_us,
        facts.is_fully_refunded,
        facts.times,
        facts.is_mediated,
    )


def _next_first(last: date) -> date:
    """The day after; of the newest days yesterday again, for what was complained of at midnight."""
    today = clock.today()
    return today - timedelta(days=1) if last >= today else last + timedelta(days=1)


def _last_of(first: date) -> date:
    return min(first + timedelta(days=SPAN_DAYS - 1), clock.today())


def _note_problem(code: str) -> None:
    with transaction() as session:
        statement = update(ComplaintSweep).where(ComplaintSweep.id == ONLY)
        session.execute(statement.values(problem=code[:60]))
