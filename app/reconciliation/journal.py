"""The journal for the accountant: every row of the bills of some days with fee, net and settlement, and our order."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, tuple_

from app.core import audit
from app.core.days import Days
from app.core.db import db
from app.orders.models import Order
from app.payments.gateways.books import books_column
from app.payments.gateways.contract import BillKind
from app.payments.models import PaymentAttempt
from app.reconciliation.models import Bill, BillRow, RowKind

BATCH = 1000


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row of a bill; amounts of refunds are negative."""

    bill: Bill
    row: BillRow
    order_no: str  # empty: no order of ours

    @property
    def gross_fen(self) -> int:
        """What was paid, or with a minus given back, WeChat's coupons counted in."""
        return -self.row.amount_fen if self.row.kind == RowKind.REFUND else self.row.amount_fen

    @property
    def settled_fen(self) -> int:
        """The part of it that is settled with the merchant, before the fee."""
        return -self.row.settled_fen if self.row.kind == RowKind.REFUND else self.row.settled_fen

    @property
    def net_fen(self) -> int:
        """What reaches the merchant's account."""
        return self.settled_fen - self.row.fee_fen


@dataclass(frozen=True, slots=True)
class JournalSums:
    """Of all rows of some days."""

    rows: int = 0
    payments_fen: int = 0
    refunds_fen: int = 0
    fee_fen: int = 0


def sum_journal(days: Days) -> JournalSums:
    """As the bills themselves add up."""
    columns = (Bill.payments + Bill.refunds, Bill.payments_fen, Bill.refunds_fen, Bill.fee_fen)
    query = select(*(func.coalesce(func.sum(column), 0) for column in columns)).where(*_bills(days))
    return JournalSums(*(int(number) for number in db.session.execute(query).one()))


def export_journal(days: Days, *, actor: str) -> Iterator[JournalEntry]:
    """Every row, the oldest first; writes down who takes them. Opens a transaction. Memory stays the same."""
    after = {"first": str(days.first), "last": str(days.last)}
    audit.record(actor=actor, action="bills.exported", subject="bills", after=after)
    return _walk(days)


def _walk(days: Days) -> Iterator[JournalEntry]:
    attempt, place = PaymentAttempt, None
    key = tuple_(Bill.day, BillRow.bill_id, BillRow.line)
    query = (
        select(Bill, BillRow, Order.order_no)
        .join(Bill, Bill.id == BillRow.bill_id)
        .outerjoin(
            attempt,
            (attempt.out_trade_no == BillRow.out_trade_no) & (books_column(attempt.gateway) == Bill.gateway),
        )
        .outerjoin(Order, Order.id == attempt.order_id)
        .where(*_bills(days))
        .order_by(Bill.day, BillRow.bill_id, BillRow.line)
        .limit(BATCH)
    )
    while True:
        page = db.session.execute(query.where(key > place) if place else query).all()
        for bill, row, order_no in page:
            place = (bill.day, row.bill_id, row.line)
            yield JournalEntry(bill, row, order_no or "")
        db.session.rollback()
        db.session.expunge_all()
        if len(page) < BATCH:
            return


def _bills(days: Days) -> tuple[ColumnElement[bool], ...]:
    return (
        Bill.kind == BillKind.TRADE,
        Bill.loaded_at.is_not(None),
        Bill.day.between(days.first, days.last),
    )
