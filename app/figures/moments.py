"""Two stretches of time side by side: today until now, and the same weekday a week ago until the same time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select

from app.core import clock
from app.core.db import db
from app.orders.models import Order
from app.payments.models import PaymentAttempt
from app.payments.states import AttemptState

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The beginning of a Beijing day, counted from orders. `placed` by when it was placed, the rest by payment."""

    day: date
    placed: int
    paid: int
    paid_fen: int
    buyers: int
    late_payments: int
    late_fen: int

    @property
    def received_fen(self) -> int:
        """All that came: for orders, and too late or twice."""
        return self.paid_fen + self.late_fen


@dataclass(frozen=True, slots=True)
class Comparison:
    """`until`: the time of day both end at, Beijing, in whole seconds; today shows everything up to now."""

    today: Stretch
    before: Stretch
    until: time


def compare_today() -> Comparison:
    """Today beside the same weekday a week ago."""
    now = clock.now().astimezone(clock.BEIJING).replace(microsecond=0)
    today, before = now.date(), now.date() - WEEK
    until = now.time()
    return Comparison(
        _stretch(today, _at(today + timedelta(days=1))), _stretch(before, _at(before, until)), until
    )


def _stretch(day: date, end: datetime) -> Stretch:
    def lies_in(moment: ColumnElement[datetime]) -> ColumnElement[bool]:
        return (moment >= _at(day)) & (moment < end)

    paid, attempt = lies_in(Order.paid_at), PaymentAttempt
    placed = db.session.scalar(select(func.count()).where(lies_in(Order.created_at)).select_from(Order))
    money = select(
        func.count(), func.coalesce(func.sum(Order.total_fen), 0), func.count(Order.follower_id.distinct())
    )
    late = select(func.count(), func.coalesce(func.sum(attempt.amount_fen), 0))
    late = late.where(attempt.state == AttemptState.REFUND_DUE, lies_in(attempt.paid_at))
    number, fen, buyers = db.session.execute(money.where(paid)).one()
    late_payments, late_fen = db.session.execute(late).one()
    return Stretch(day, placed or 0, number, int(fen), buyers, late_payments, int(late_fen))


def _at(day: date, moment: time = time()) -> datetime:
    return datetime.combine(day, moment, clock.BEIJING)
