"""The account beside the trade bill: money in, its fee out, refunds out, their fees back, each by its number.

What moved is looked for in all fund-flow bills, for it may be booked on another day than it was traded. Movements that
are none of these (a withdrawal, say) are counted and listed, never judged: the trade bill does not speak of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from app.core import clock
from app.core.db import db
from app.payments.gateways.contract import BillKind
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.reconciliation.comparing import AROUND_MIDNIGHT, BATCH, PAID
from app.reconciliation.findings import Finding, fund_record, their_record
from app.reconciliation.models import Bill, BillRow, FundKind, FundRow, RowKind
from app.reconciliation.states import DifferenceKind as Kind


@dataclass(frozen=True, slots=True)
class _Side:
    """How rows of one kind move the account: under which number, in which direction, with which fee."""

    row: RowKind
    number: Any
    sign: int
    money: FundKind
    fee: FundKind
    missing: Kind
    wrong_fee: Kind


_SIDES = (
    _Side(
        RowKind.PAYMENT,
        BillRow.transaction_id,
        1,
        FundKind.PAYMENT,
        FundKind.FEE,
        Kind.FUNDS_MISSING,
        Kind.FUNDS_FEE,
    ),
    _Side(
        RowKind.REFUND,
        BillRow.refund_id,
        -1,
        FundKind.REFUND,
        FundKind.FEE_BACK,
        Kind.FUNDS_REFUND_MISSING,
        Kind.FUNDS_FEE_BACK,
    ),
)


def find_in_account(
    day: date, trade: Bill | None, funds: Bill, *, may_wait: bool, number: str = ""
) -> Iterator[Finding]:
    """What of a day's trade the account tells differently, both ways; `number`: of this one of theirs alone.

    `may_wait`: the next day's fund-flow bill is still to come.
    """
    end = datetime.combine(day + timedelta(days=1), time(), clock.BEIJING) - AROUND_MIDNIGHT
    for side in _SIDES if trade else ():
        for row, money, fee in _walk(_suspicious(side, trade, number), BillRow.line):  # type: ignore[arg-type]
            # A refund is booked when it is done, which may be on the next day at any hour.
            waits = may_wait and (row.at >= end or row.kind == RowKind.REFUND)
            yield from _judge(side, row, money, fee, waits=waits)
    for (row,) in _walk(_extra(funds, number), FundRow.line):
        ref = f"{row.number}#{row.line}"
        yield Finding(Kind.FUNDS_EXTRA, ref, 0, {}, fund_record(row), waits=may_wait and row.at >= end)


def count_others(funds: Bill) -> int:
    """Movements of a bill that are neither trade nor fee of it."""
    return int(funds.movements.get(FundKind.OTHER, (0, 0))[0])


def list_others(funds: Bill, most: int) -> list[FundRow]:
    """The first of them."""
    query = select(FundRow).where(FundRow.bill_id == funds.id, FundRow.kind == FundKind.OTHER)
    return list(db.session.scalars(query.order_by(FundRow.line).limit(most)))


def _walk(query: Any, line: Any) -> Iterator[Any]:
    last = 0
    while True:
        found = db.session.execute(query.where(line > last).order_by(line).limit(BATCH)).all()
        yield from found
        db.session.rollback()  # no reading transaction lasts as long as the walk
        if len(found) < BATCH:
            return
        last = found[-1][0].line


def _suspicious(side: _Side, trade: Bill, number: str) -> Any:
    money = _booked(side, side.money, trade.gateway)
    fee = _booked(side, side.fee, trade.gateway)
    is_due = BillRow.status == PAID  # of others money may have moved, or not yet
    in_full, of_fee = side.sign * BillRow.settled_fen, -BillRow.fee_fen
    wrong = or_(
        func.coalesce(money, case((is_due, 0), else_=in_full)) != in_full,
        func.coalesce(fee, case((is_due, 0), else_=of_fee)) != of_fee,
    )
    query = select(BillRow, money.label("money"), fee.label("fee"))
    query = query.where(BillRow.bill_id == trade.id, BillRow.kind == side.row, wrong)
    return query.where(side.number == number) if number else query


def _booked(side: _Side, kind: FundKind, gateway: str) -> Any:
    """Fen that moved under a row's number; null when nothing did."""
    query = select(func.sum(FundRow.amount_fen)).where(FundRow.number == side.number, FundRow.kind == kind)
    return query.where(FundRow.bill_id.in_(_loaded(gateway))).correlate(BillRow).scalar_subquery()


def _loaded(gateway: str, kind: BillKind = BillKind.FUNDS) -> Any:
    return select(Bill.id).where(Bill.gateway == gateway, Bill.kind == kind, Bill.loaded_at.is_not(None))


def _judge(side: _Side, row: BillRow, money: Any, fee: Any, *, waits: bool) -> Iterator[Finding]:
    number = str(row.transaction_id if side.row == RowKind.PAYMENT else row.refund_id)
    ours = their_record(row) | {"amount_fen": row.settled_fen}
    ids, is_due = _owner(row), row.status == PAID
    in_full = side.sign * row.settled_fen
    if money is None and in_full and is_due:
        yield Finding(side.missing, number, 0, ours, {}, *ids, waits=waits)
        return  # without the money its fee says nothing
    if money is not None and int(money) != in_full:
        told = _told(number, side.money) | {"amount_fen": int(money)}
        yield Finding(Kind.FUNDS_AMOUNT, number, 0, ours, told, *ids)
    if int(fee or 0) != -row.fee_fen and (fee is not None or is_due):
        told = _told(number, side.fee) | {"amount_fen": int(fee or 0)}
        yield Finding(side.wrong_fee, number, 0, ours, told, *ids, waits=waits and fee is None)


def _told(number: str, kind: FundKind) -> dict[str, Any]:
    """The first row of the account about it; none is written as no row."""
    query = select(FundRow).where(FundRow.number == number, FundRow.kind == kind)
    row = db.session.scalars(query.order_by(FundRow.bill_id, FundRow.line).limit(1)).first()
    return dict(fund_record(row)) if row else {}


def _owner(row: BillRow) -> tuple[int | None, int | None]:
    """Order and attempt that a row of the trade bill belongs to."""
    query = select(PaymentAttempt.order_id, PaymentAttempt.id)
    found = db.session.execute(query.where(PaymentAttempt.out_trade_no == row.out_trade_no)).first()
    return (found.order_id, found.id) if found else (None, None)


def _extra(funds: Bill, number: str) -> Any:
    """Movements that call themselves trade, of which neither a trade bill nor our books know."""
    query = select(FundRow).where(
        FundRow.bill_id == funds.id, FundRow.kind != FundKind.OTHER, ~_is_known(funds)
    )
    return query.where(FundRow.number == number) if number else query


def _is_known(funds: Bill) -> ColumnElement[bool]:
    loaded = BillRow.bill_id.in_(_loaded(funds.gateway, BillKind.TRADE))
    return or_(
        exists().where(PaymentAttempt.transaction_id == FundRow.number),
        exists().where(Refund.refund_id == FundRow.number),
        exists().where(and_(BillRow.out_trade_no == FundRow.voucher, loaded)),
        exists().where(and_(BillRow.out_refund_no == FundRow.voucher, loaded)),
    )
