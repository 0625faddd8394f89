"""Bills and differences read for pages: a calendar of days, one day, what is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.core.days import Days
from app.core.db import db
from app.core.places import PlacedPage, read_page
from app.reconciliation.models import Bill, BillDay, BillRow, Difference
from app.reconciliation.states import STANDING, DayState, DifferenceState

_WORST_FIRST = (
    *(DayState.DIFFERENT, DayState.WAITING, DayState.EXPLAINED),
    *(DayState.EQUAL, DayState.EMPTY),
)


@dataclass(frozen=True, slots=True)
class WholeDay:
    """A day with all gateways: the state that most needs somebody, and what their bills say together."""

    state: DayState
    their_payments: int
    their_payments_fen: int


def read_days(days: Days) -> Mapping[date, WholeDay]:
    """The days that were asked for."""
    found: dict[date, list[BillDay]] = {}
    for row in db.session.scalars(select(BillDay).where(BillDay.day.between(days.first, days.last))):
        found.setdefault(row.day, []).append(row)
    return {day: put_together(rows) for day, rows in found.items()}


def put_together(rows: Sequence[BillDay]) -> WholeDay:
    """What the gateways of one day, at least one, come to."""
    states = {row.state for row in rows}
    return WholeDay(
        next(each for each in _WORST_FIRST if each in states),
        sum(row.their_payments for row in rows),
        sum(row.their_payments_fen for row in rows),
    )


def rows_of(day: date) -> Sequence[BillDay]:
    """A day at each gateway whose bill was asked for or is waited for."""
    return db.session.scalars(select(BillDay).where(BillDay.day == day).order_by(BillDay.id)).all()


def count_standing(days: Days) -> Mapping[date, int]:
    """How many differences of each day still stand; days without are left out."""
    query = select(Difference.day, func.count()).where(
        Difference.day.between(days.first, days.last), Difference.state.in_(STANDING)
    )
    return dict(db.session.execute(query.group_by(Difference.day)).all())


def bills_of(day: date) -> Sequence[Bill]:
    """The files kept of a day."""
    return db.session.scalars(
        select(Bill).where(Bill.day == day).order_by(Bill.gateway.desc(), Bill.kind, Bill.id)
    ).all()


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
