"""Figures of a Beijing day for the merchant's first page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.orders.models import Order


@dataclass(frozen=True, slots=True)
class DayFigures:
    """`placed`: orders made that day, paid or not; `paid`: orders whose money came that day."""

    placed: int
    paid: int
    paid_fen: int


def figures_of(day: date) -> DayFigures:
    """What happened on `day`, a Beijing day from 0:00 to 24:00."""
    start = datetime.combine(day, time(), clock.BEIJING)
    end = start + timedelta(days=1)
    placed = select(func.count(Order.id)).where(Order.created_at >= start, Order.created_at < end)
    money = select(func.count(Order.id), func.coalesce(func.sum(Order.total_fen), 0)).where(
        Order.paid_at >= start, Order.paid_at < end
    )
    paid, paid_fen = db.session.execute(money).one()
    return DayFigures(placed=db.session.scalar(placed) or 0, paid=paid, paid_fen=int(paid_fen))
