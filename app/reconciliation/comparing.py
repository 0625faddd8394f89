"""Payments, both ways: each row of a bill beside our attempt, and each attempt of the day beside the bills.

The database does it by numbers that are indexed and hands over nothing but what differs, so that a million rows need
no more memory than ten. Sums are counted there as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.days import Days
from app.core.db import db
from app.orders.states import OrderState
from app.payments.gateways.books import books_of, gateways_in
from app.payments.gateways.names import SEEDED
from app.payments.models import PaymentAttempt
from app.payments.states import AttemptState
from app.reconciliation.findings import Finding, Record, their_record, write_moment
from app.reconciliation.models import Bill, BillRow, RowKind
from app.reconciliation.states import DifferenceKind as Kind

MONEY = (AttemptState.PAID, AttemptState.REFUND_DUE)  # it came, and we know
BATCH = 1000  # findings read at once
AROUND_MIDNIGHT = timedelta(minutes=30)  # WeChat may book what is paid then on the next day
PAID = "SUCCESS"
HALF_A_FEN = 500_000  # in millionths: a fee may differ from its exact value by that, by rounding


@dataclass(frozen=True, slots=True)
class Count:
    """A number of payments or refunds, and their sum."""

    number: int = 0
    fen: int = 0


def find_in_bill(bill: Bill) -> Iterator[Finding]:
    """What is wrong with rows of payments, seen from the bill."""
    last = 0
    while True:
        query = _suspicious(bill).where(BillRow.line > last).order_by(BillRow.line).limit(BATCH)
        found = db.session.execute(query).all()
        for row, attempt, is_second in found:
            yield from _judge(row, attempt, bool(is_second))
        db.session.rollback()  # no reading transaction lasts as long as the walk
        if len(found) < BATCH:
            return
        last = found[-1][0].line


def find_in_books(day: date, gateway_name: str, *, may_wait: bool) -> Iterator[Finding]:
    """Money that came on this day by our books, and stands in no bill. `may_wait`: the next bill is still to come."""
    end = datetime.combine(day + timedelta(days=1), time(), clock.BEIJING)
    last = 0
    while True:
        query = select(PaymentAttempt).where(*of_day(day, gateway_name), ~_is_billed())
        query = query.where(PaymentAttempt.id > last).order_by(PaymentAttempt.id).limit(BATCH)
        found = db.session.scalars(query).all()
        for attempt in found:
            assert attempt.paid_at is not None  # noqa: S101 - `of_day` says so
            yield Finding(
                Kind.MISSING_THERE,
                attempt.out_trade_no,
                attempt.amount_fen,
                our_record(attempt),
                {},
                attempt.order_id,
                attempt.id,
                waits=may_wait and attempt.paid_at >= end - AROUND_MIDNIGHT,
            )
            last = attempt.id
        db.session.rollback()
        if len(found) < BATCH:
            return


def count_ours(day: date, gateway_name: str) -> Count:
    """Money that came on a day by our books."""
    return _count(select(func.count(), func.sum(PaymentAttempt.amount_fen)).where(*of_day(day, gateway_name)))


def other_gateways(day: date, gateway_name: str) -> Sequence[str]:
    """By which others money of this day came; this gateway's bill says nothing of it."""
    conditions = (Days(day, day).hold(PaymentAttempt.paid_at), PaymentAttempt.state.in_(MONEY))
    nobodys = (*gateways_in(gateway_name), SEEDED)
    elsewhere = PaymentAttempt.gateway.not_in(nobodys)
    found = db.session.scalars(select(PaymentAttempt.gateway).where(*conditions, elsewhere).distinct())
    return sorted({books_of(name) for name in found})


def count_moved(day: date, bill: Bill | None, gateway_name: str) -> int:
    """Fen of ours of this day that stand in bills of other days, less fen of this bill that are of our other days."""
    bill_id = bill.id if bill else 0
    elsewhere = _joined(PaymentAttempt.amount_fen).where(
        *of_day(day, gateway_name), BillRow.bill_id != bill_id, ~_is_second(BillRow)
    )
    here = _joined(PaymentAttempt.amount_fen).where(
        BillRow.bill_id == bill_id,
        PaymentAttempt.state.in_(MONEY),
        ~Days(day, day).hold(PaymentAttempt.paid_at),
        ~_is_second(BillRow),
    )
    return (_count(elsewhere).fen) - (_count(here).fen)


def of_day(day: date, gateway_name: str) -> tuple[ColumnElement[bool], ...]:
    """The condition that an attempt brought money on this day."""
    attempt = PaymentAttempt
    return (
        Days(day, day).hold(attempt.paid_at),
        attempt.state.in_(MONEY),
        attempt.gateway.in_(gateways_in(gateway_name)),
    )


def our_record(attempt: PaymentAttempt) -> Record:
    """An attempt as a difference keeps it."""
    return {
        "at": write_moment(attempt.paid_at),
        "out_trade_no": attempt.out_trade_no,
        "transaction_id": attempt.transaction_id,
        "status": str(attempt.state),
        "amount_fen": attempt.amount_fen,
    }


def _suspicious(bill: Bill) -> Any:
    row, attempt = BillRow, PaymentAttempt
    is_second = _is_second(row)
    wrong = or_(
        attempt.id.is_(None),
        attempt.state.not_in(MONEY),
        attempt.amount_fen != row.amount_fen,
        attempt.transaction_id != row.transaction_id,
        row.status != PAID,
        _fee_is_off(),
        is_second,
    )
    is_its = attempt.gateway.in_(gateways_in(bill.gateway))
    its_attempt = and_(attempt.out_trade_no == row.out_trade_no, is_its)
    query = select(row, attempt, is_second.label("is_second")).outerjoin(attempt, its_attempt)
    return query.where(row.bill_id == bill.id, row.kind == RowKind.PAYMENT, wrong)


def find_again(bill: Bill | None, out_trade_no: str) -> list[Finding]:
    """What is wrong with this one number in the bill now."""
    if bill is None:
        return []
    rows = db.session.execute(_suspicious(bill).where(BillRow.out_trade_no == out_trade_no)).all()
    return [each for row, attempt, is_second in rows for each in _judge(row, attempt, bool(is_second))]


def is_billed(attempt: PaymentAttempt) -> bool:
    """Whether a bill that was loaded has this payment."""
    query = select(PaymentAttempt.id).where(PaymentAttempt.id == attempt.id, _is_billed())
    return db.session.scalar(query) is not None


def _fee_is_off() -> ColumnElement[bool]:
    """Other than the row's own rate makes it; a row without a rate is not judged."""
    exact = BillRow.settled_fen * BillRow.rate_ppm
    return and_(BillRow.rate_ppm > 0, func.abs(BillRow.fee_fen * 1_000_000 - exact) > HALF_A_FEN)


def _is_second(row: Any) -> ColumnElement[bool]:
    """Whether an earlier row tells of the same payment."""
    other = aliased(BillRow)
    # The "+ 0" keeps planners from finding the others by bill, which are half a million, and not by number: one.
    its_bill = other.bill_id + 0
    is_earlier = or_(its_bill < row.bill_id, and_(its_bill == row.bill_id, other.line < row.line))
    return exists().where(other.out_trade_no == row.out_trade_no, other.kind == RowKind.PAYMENT, is_earlier)


def _is_billed() -> ColumnElement[bool]:
    row = BillRow
    return exists().where(
        row.out_trade_no == PaymentAttempt.out_trade_no,
        row.kind == RowKind.PAYMENT,
        row.bill_id == Bill.id,
        Bill.loaded_at.is_not(None),
    )


def _judge(row: BillRow, attempt: PaymentAttempt | None, is_second: bool) -> Iterator[Finding]:
    theirs = their_record(row)
    if is_second:
        ours = our_record(attempt) if attempt else {}
        ids = (attempt.order_id, attempt.id) if attempt else (None, None)
        yield Finding(Kind.TWICE, f"{row.out_trade_no}#{row.line}", -row.amount_fen, ours, theirs, *ids)
    elif attempt is None:
        yield Finding(Kind.UNKNOWN_ORDER, row.out_trade_no, -row.amount_fen, {}, theirs)
    else:
        for kind, gap_fen in _differences(row, attempt):
            yield Finding(
                kind, row.out_trade_no, gap_fen, our_record(attempt), theirs, attempt.order_id, attempt.id
            )


def _differences(row: BillRow, attempt: PaymentAttempt) -> Iterator[tuple[Kind, int]]:
    if attempt.state not in MONEY:
        yield _why_missing(attempt), -row.amount_fen
        return
    if attempt.amount_fen != row.amount_fen:
        yield Kind.AMOUNT, attempt.amount_fen - row.amount_fen
    if attempt.transaction_id != row.transaction_id:
        yield Kind.NUMBER, 0
    if row.status != PAID:
        yield Kind.STATUS, 0
    exact = row.settled_fen * row.rate_ppm
    if row.rate_ppm and abs(row.fee_fen * 1_000_000 - exact) > HALF_A_FEN:
        yield Kind.FEE, 0


def _why_missing(attempt: PaymentAttempt) -> Kind:
    if attempt.state == AttemptState.SUSPECT:
        return Kind.STATUS
    if _has_other_money(attempt):
        return Kind.DUPLICATE_ATTEMPT
    is_given_up = attempt.state == AttemptState.CLOSED or attempt.order.state == OrderState.CANCELLED
    return Kind.PAID_AFTER_CLOSE if is_given_up else Kind.MISSING_HERE


def _has_other_money(attempt: PaymentAttempt) -> bool:
    other = PaymentAttempt
    query = select(other.id).where(other.order_id == attempt.order_id, other.id != attempt.id)
    return db.session.scalar(query.where(other.state.in_(MONEY)).limit(1)) is not None


def _joined(what: Any) -> Any:
    row, attempt = BillRow, PaymentAttempt
    its_attempt = and_(attempt.out_trade_no == row.out_trade_no, row.kind == RowKind.PAYMENT)
    query = select(func.count(), func.sum(what)).select_from(attempt).join(row, its_attempt)
    return query.join(Bill, Bill.id == row.bill_id).where(Bill.loaded_at.is_not(None))


def _count(query: Any) -> Count:
    number, fen = db.session.execute(query).one()
    return Count(number, int(fen or 0))
