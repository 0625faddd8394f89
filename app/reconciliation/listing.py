"""Bills and differences read for pages: a calendar of days, one day, what is open."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from app.core.days import Days
from app.core.db import db
from app.core.places import PlacedPage, read_page
from app.reconciliation.models import Bill, BillDay, BillRow, Difference
from app.reconciliation.states import STANDING, DifferenceState


def read_days(days: Days) -> Mapping[date, BillDay]:
    """The days that were asked for."""
    rows = db.session.scalars(select(BillDay).where(BillDay.day.between(days.first, days.last)))
    return {row.day: row for row in rows}


def count_standing(days: Days) -> Mapping[date, int]:
    """How many differences of each day still stand; days without are left out."""
    query = select(Difference.day, func.count()).where(
        Difference.day.between(days.first, days.last), Difference.state.in_(STANDING)
    )
    return dict(db.session.execute(query.group_by(Difference.day)).all())


def bills_of(day: date) -> Sequence[Bill]:
    """The files kept of a day."""
    return db.session.scalars(select(Bill).where(Bill.day == day).order_by(Bill.kind, Bill.id)).all()


def list_differences(
    *, day: date | None = None, only_standing: bool = False, place: str = "", per_page: int = 50
) -> PlacedPage[Difference]:
    """Of a day, or of all; the newest first."""
    query = select(Difference)
    if day is not None:
        query = query.where(Difference.day == day)
    if only_standing:
        query = query.where(Difference.state.in_((DifferenceState.OPEN, DifferenceState.WAITING)))
    return read_page(query, place, sort=Difference.first_seen_at, number=Difference.id, per_page=per_page)


def count_open() -> int:
    """Differences that wait for somebody."""
    query = select(func.count()).where(Difference.state == DifferenceState.OPEN)
    return db.session.scalar(query.select_from(Difference)) or 0


def rows_about(out_trade_nos: Sequence[str]) -> Sequence[tuple[Bill, BillRow]]:
    """What the bills say of these payments and their refunds, the oldest first."""
    query = select(Bill, BillRow).join(Bill, Bill.id == BillRow.bill_id)
    query = query.where(BillRow.out_trade_no.in_(out_trade_nos), Bill.loaded_at.is_not(None))
    return [(bill, row) for bill, row in db.session.execute(query.order_by(Bill.day, Bill.id, BillRow.line))]


def differences_about(order_id: int) -> Sequence[Difference]:
    """Everything that was ever different about an order, the oldest first."""
    query = select(Difference).where(Difference.order_id == order_id).order_by(Difference.id)
    return db.session.scalars(query).all()
