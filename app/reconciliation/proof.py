"""The nightly proof: of every closed day, payments, statistics and bill still say the same sum.

A day whose payments changed since it was compared is compared again, which names what differs. What no comparison
explains is broken: the day loses its mark and somebody is called.
"""

import logging
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select, update

from app.core import clock, outbox
from app.core.days import Days, beijing_day
from app.core.db import db, transaction
from app.core.states import move_state
from app.figures.keeping import merge
from app.figures.reading import Figures
from app.payments.gateways.books import gateways_in
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.states import BACK
from app.reconciliation import comparing_refunds
from app.reconciliation.closing import compare
from app.reconciliation.comparing import MONEY, Count
from app.reconciliation.models import BillDay
from app.reconciliation.states import CLOSED_DAYS, DAY_MOVES, DayState

logger = logging.getLogger(__name__)

MOST_DAYS = 31  # counted at once
FIGURES = "figures"  # the problem of a day whose statistics say something else


def prove(*, gateway_name: str) -> Sequence[date]:
    """Check every day closed at a gateway; returns those that are broken. Opens transactions."""
    mine = BillDay.gateway == gateway_name
    days = list(db.session.scalars(select(BillDay.day).where(mine, BillDay.state.in_(CLOSED_DAYS))))
    broken: list[date] = []
    for span in merge(days, longest=MOST_DAYS):
        broken += _prove(span, gateway_name)
    return broken


def _prove(span: Days, gateway_name: str) -> list[date]:
    ours, everybody, gone = _count(span, gateway_name), _count(span, None), _count_back(span)
    figures = Figures.of(span).money()
    query = select(BillDay).where(BillDay.day.between(span.first, span.last))
    rows = list(db.session.scalars(query.where(BillDay.gateway == gateway_name)))
    found: list[date] = []
    fine: list[date] = []
    for row in rows:
        mine, back = ours.get(row.day, Count()), comparing_refunds.count_ours(row.day, gateway_name)
        now = (mine.number, mine.fen, back.number, back.fen)
        then = (row.our_payments, row.our_payments_fen, row.our_refunds, row.our_refunds_fen)
        if now != then or row.proof_gap_fen:
            compare(row.day, gateway_name=gateway_name)
            if row.state not in CLOSED_DAYS:
                found.append(row.day)
                continue
        told, all_money = figures.get(row.day), everybody.get(row.day, Count())
        said = (told.orders + told.late_payments, told.received_fen, told.refunded_fen) if told else (0, 0, 0)
        is_right = said == (all_money.number, all_money.fen, gone.get(row.day, Count()).fen)
        (fine if is_right else found).append(row.day)
    _keep(found, fine, gateway_name)
    return found


def _count(span: Days, gateway_name: str | None) -> dict[date, Count]:
    attempt = PaymentAttempt
    day = beijing_day(attempt.paid_at)
    query = select(day, func.count(), func.sum(attempt.amount_fen)).group_by(day)
    query = query.where(span.hold(attempt.paid_at), attempt.state.in_(MONEY))
    if gateway_name is not None:
        query = query.where(attempt.gateway.in_(gateways_in(gateway_name)))
    return {on: Count(number, int(fen)) for on, number, fen in db.session.execute(query)}


def _count_back(span: Days) -> dict[date, Count]:
    """Money that arrived back with buyers, by the day it did."""
    day = beijing_day(Refund.succeeded_at)
    query = select(day, func.count(), func.sum(Refund.amount_fen)).group_by(day)
    query = query.where(span.hold(Refund.succeeded_at), Refund.state.in_(BACK))
    return {on: Count(number, int(fen)) for on, number, fen in db.session.execute(query)}


def _keep(broken: Sequence[date], fine: Sequence[date], gateway_name: str) -> None:
    mine = BillDay.gateway == gateway_name
    with transaction() as session:
        session.execute(update(BillDay).where(mine, BillDay.day.in_(fine)).values(proved_at=clock.now()))
        for day in broken:
            row = session.scalars(select(BillDay).where(mine, BillDay.day == day)).one()
            if row.state in CLOSED_DAYS:
                move_state(row, DAY_MOVES, DayState.DIFFERENT, cause="proof", problem=FIGURES)
            outbox.enqueue("raise_alert", alert="bill_proof", ref=f"{day}", detail=row.problem, order_no="")
            logger.error("a closed day does not add up any more", extra={"day": str(day)})
