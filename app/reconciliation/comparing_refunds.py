"""Refunds, both ways. A bill has a refund on the day WeChat took it, whatever became of it later; so do we here."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.core import clock
from app.core.days import Days
from app.core.db import db
from app.payments.gateways.books import books_column, gateways_in
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.states import RefundState
from app.reconciliation.comparing import AROUND_MIDNIGHT, BATCH, Count
from app.reconciliation.findings import Finding, Record, their_record, write_moment
from app.reconciliation.models import Bill, BillRow, RowKind
from app.reconciliation.states import DifferenceKind as Kind

BACK, CLOSED = "SUCCESS", "CLOSED"
ARRIVED = (RefundState.DONE, RefundState.HANDLED)
# Of these nothing can be on its way by our books.
NOT_SENT = (RefundState.WAITING, RefundState.REQUESTED, RefundState.REFUSED, RefundState.CLOSED)


def find_in_bill(bill: Bill) -> Iterator[Finding]:
    """What is wrong with rows of refunds, seen from the bill."""
    last = 0
    while True:
        query = _suspicious(bill).where(BillRow.line > last).order_by(BillRow.line).limit(BATCH)
        found = db.session.execute(query).all()
        for row, refund, attempt in found:
            yield from _judge(row, refund, attempt)
        db.session.rollback()
        if len(found) < BATCH:
            return
        last = found[-1][0].line


def find_in_books(day: date, gateway_name: str, *, may_wait: bool) -> Iterator[Finding]:
    """Refunds WeChat took on this day by our books that stand in no bill."""
    end = datetime.combine(day + timedelta(days=1), time(), clock.BEIJING)
    query = select(Refund).where(*of_day(day, gateway_name), ~_is_billed()).order_by(Refund.id)
    for refund in db.session.scalars(query).all():
        waits = may_wait and refund.submitted_at is not None and refund.submitted_at >= end - AROUND_MIDNIGHT
        ids = (refund.order_id, refund.attempt_id)
        ours = our_record(refund)
        yield Finding(
            Kind.REFUND_MISSING, refund.out_refund_no, refund.amount_fen, ours, {}, *ids, waits=waits
        )


def find_again(bill: Bill | None, out_refund_no: str) -> list[Finding]:
    """What is wrong with this one number in the bill now."""
    if bill is None:
        return []
    rows = db.session.execute(_suspicious(bill).where(BillRow.out_refund_no == out_refund_no)).all()
    return [finding for row, refund, attempt in rows for finding in _judge(row, refund, attempt)]


def is_billed(gateway_name: str, out_refund_no: str) -> bool:
    """Whether a bill that was loaded has this refund of ours."""
    mine = (Refund.out_refund_no == out_refund_no, Refund.gateway.in_(gateways_in(gateway_name)))
    return db.session.scalar(select(Refund.id).where(*mine, _is_billed())) is not None


def count_ours(day: date, gateway_name: str) -> Count:
    """Refunds WeChat took on a day, by our books."""
    return _count(select(func.count(), func.sum(Refund.amount_fen)).where(*of_day(day, gateway_name)))


def count_moved(day: date, bill: Bill | None, gateway_name: str) -> int:
    """Fen of ours of this day in bills of other days, less fen of this bill that are of our other days."""
    bill_id = bill.id if bill else 0
    elsewhere = _joined().where(*of_day(day, gateway_name), BillRow.bill_id != bill_id)
    of_others = ~Days(day, day).hold(Refund.submitted_at)
    here = _joined().where(BillRow.bill_id == bill_id, Refund.submitted_at.is_not(None), of_others)
    return _count(elsewhere).fen - _count(here).fen


def of_day(day: date, gateway_name: str) -> tuple[ColumnElement[bool], ...]:
    """The condition that WeChat took a refund on this day."""
    return (Days(day, day).hold(Refund.submitted_at), Refund.gateway.in_(gateways_in(gateway_name)))


def our_record(refund: Refund) -> Record:
    """A refund as a difference keeps it."""
    return {
        "at": write_moment(refund.submitted_at),
        "out_trade_no": refund.attempt.out_trade_no,
        "out_refund_no": refund.out_refund_no,
        "refund_id": refund.refund_id,
        "status": f"refund:{refund.state}",
        "amount_fen": refund.amount_fen,
        "settled_fen": refund.amount_fen if refund.settled_fen is None else refund.settled_fen,
    }


def _suspicious(bill: Bill) -> Any:
    row = BillRow
    names = gateways_in(bill.gateway)
    its_refund = and_(Refund.out_refund_no == row.out_refund_no, Refund.gateway.in_(names))
    its_attempt = and_(PaymentAttempt.out_trade_no == row.out_trade_no, PaymentAttempt.gateway.in_(names))
    wrong = or_(
        Refund.id.is_(None),
        Refund.amount_fen != row.amount_fen,
        Refund.settled_fen != row.settled_fen,  # where it was told
        Refund.submitted_at.is_(None),
        Refund.state.in_(NOT_SENT),
        and_(row.status == BACK, Refund.state.not_in(ARRIVED)),
    )
    query = select(row, Refund, PaymentAttempt).outerjoin(Refund, its_refund)
    query = query.outerjoin(PaymentAttempt, its_attempt)
    return query.where(row.bill_id == bill.id, row.kind == RowKind.REFUND, wrong)


def _judge(row: BillRow, refund: Refund | None, attempt: PaymentAttempt | None) -> Iterator[Finding]:
    theirs, ref = their_record(row), row.out_refund_no or f"line {row.line}"
    if refund is None:
        ids = (attempt.order_id, attempt.id) if attempt else (None, None)
        yield Finding(Kind.REFUND_EXTRA, ref, -row.amount_fen, {}, theirs, *ids)
        return
    ours, ids = our_record(refund), (refund.order_id, refund.attempt_id)
    gap_fen = (refund.amount_fen if refund.submitted_at is not None else 0) - row.amount_fen
    is_settled_alike = refund.settled_fen in (None, row.settled_fen)
    if refund.amount_fen != row.amount_fen or not is_settled_alike:
        yield Finding(Kind.REFUND_AMOUNT, ref, gap_fen, ours, theirs, *ids)
        gap_fen = 0
    if _is_status_wrong(row, refund) or gap_fen:
        yield Finding(Kind.REFUND_STATUS, ref, gap_fen, ours, theirs, *ids)


def _is_status_wrong(row: BillRow, refund: Refund) -> bool:
    if row.status == BACK:
        return refund.state not in ARRIVED
    return refund.state in NOT_SENT and not (row.status == CLOSED and refund.state == RefundState.CLOSED)


def _is_billed() -> ColumnElement[bool]:
    row = BillRow
    return exists().where(
        row.out_refund_no == Refund.out_refund_no, row.bill_id == Bill.id, Bill.loaded_at.is_not(None)
    )


def _joined() -> Any:
    query = select(func.count(), func.sum(Refund.amount_fen)).select_from(Refund)
    query = query.join(BillRow, BillRow.out_refund_no == Refund.out_refund_no)
    return query.join(Bill, Bill.id == BillRow.bill_id).where(
        Bill.loaded_at.is_not(None), Bill.gateway == books_column(Refund.gateway)
    )


def _count(query: Any) -> Count:
    number, fen = db.session.execute(query).one()
    return Count(number, int(fen or 0))
