"""Tables of bills: the files kept, their rows, how far each day is, and what differs."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, CreatedAt, Fen, Id, JsonText, UtcDateTime, state_column
from app.orders.models import Order
from app.payments.gateways.contract import BillKind
from app.reconciliation.states import DayState, DifferenceKind, DifferenceState


class Bill(Base):
    """One file as it came. Its rows count only when `loaded_at` is set: then its totals were right, too."""

    __tablename__ = "bills"
    __table_args__ = (UniqueConstraint("gateway", "kind", "day"),)

    id: Mapped[Id]
    gateway: Mapped[str] = mapped_column(String(20))
    kind: Mapped[BillKind] = state_column(BillKind)
    day: Mapped[date]
    sha1: Mapped[str] = mapped_column(String(40))  # of the text
    file: Mapped[str] = mapped_column(String(80))  # below DATA_DIR/bills
    bytes: Mapped[int]
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    loaded_lines: Mapped[int] = mapped_column(default=0)  # where whoever takes it over goes on
    loaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    payments: Mapped[int] = mapped_column(default=0)  # of a trade bill; in: of the account's
    payments_fen: Mapped[Fen] = mapped_column(default=0)
    refunds: Mapped[int] = mapped_column(default=0)  # of a trade bill; out: of the account's
    refunds_fen: Mapped[Fen] = mapped_column(default=0)
    fee_fen: Mapped[Fen] = mapped_column(default=0)  # what stays with the gateway, returned fees taken off
    movements: Mapped[dict[str, Any]] = mapped_column(
        JsonText, default=dict, server_default="{}"
    )  # of the account's: by kind how many and how many fen; empty: not counted by it


class RowKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


class BillRow(Base):
    """A row of a trade bill. `amount_fen`: what the buyer was to pay, or what was to go back."""

    __tablename__ = "bill_rows"
    __table_args__ = (
        Index("ix_bill_rows_payment", "out_trade_no"),
        Index("ix_bill_rows_refund", "out_refund_no"),
    )

    bill_id: Mapped[int] = mapped_column(ForeignKey("bills.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # in the file, the heading is 1
    kind: Mapped[RowKind] = state_column(RowKind)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    transaction_id: Mapped[str] = mapped_column(String(32))
    out_trade_no: Mapped[str] = mapped_column(String(32))
    refund_id: Mapped[str | None] = mapped_column(String(32))
    out_refund_no: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))  # of a refund its own
    amount_fen: Mapped[Fen]
    settled_fen: Mapped[Fen]  # without what WeChat's coupons paid
    fee_fen: Mapped[Fen]  # of a refund negative: it comes back
    rate_ppm: Mapped[int]  # 6000: 0.6 %


class FundKind(StrEnum):
    """What a movement is by its own words and direction."""

    PAYMENT = "payment"
    FEE = "fee"
    REFUND = "refund"
    FEE_BACK = "fee_back"
    OTHER = "other"  # a withdrawal, say: nothing that the trade bill speaks of


class FundRow(Base):
    """A row of a fund-flow bill: money in, or with a minus out."""

    __tablename__ = "fund_rows"
    __table_args__ = (Index("ix_fund_rows_number", "number"),)

    bill_id: Mapped[int] = mapped_column(ForeignKey("bills.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[str] = mapped_column(String(32))  # a transaction_id or refund_id
    voucher: Mapped[str] = mapped_column(String(64))  # a number of ours
    what: Mapped[str] = mapped_column(String(40))  # theirs, in words
    kind: Mapped[FundKind] = state_column(FundKind)
    amount_fen: Mapped[Fen]
    balance_fen: Mapped[Fen]


class BillDay(Base):
    """How far a Beijing day is at one gateway, with both sums as they were when it was compared last."""

    __tablename__ = "bill_days"
    __table_args__ = (UniqueConstraint("day", "gateway"),)

    id: Mapped[Id]
    day: Mapped[date]
    gateway: Mapped[str] = mapped_column(String(20))
    state: Mapped[DayState] = state_column(DayState)
    problem: Mapped[str] = mapped_column(String(40), default="")  # why it waits: a code
    funds_problem: Mapped[str] = mapped_column(String(40), default="")  # the same of the fund-flow bill
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: nothing to fetch any more
    runs: Mapped[int] = mapped_column(default=0)  # how often it was compared
    compared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    our_payments: Mapped[int] = mapped_column(default=0)
    our_payments_fen: Mapped[Fen] = mapped_column(default=0)
    our_refunds: Mapped[int] = mapped_column(default=0)
    our_refunds_fen: Mapped[Fen] = mapped_column(default=0)
    their_payments: Mapped[int] = mapped_column(default=0)
    their_payments_fen: Mapped[Fen] = mapped_column(default=0)
    their_refunds: Mapped[int] = mapped_column(default=0)
    their_refunds_fen: Mapped[Fen] = mapped_column(default=0)
    fee_fen: Mapped[Fen] = mapped_column(default=0)
    moved_fen: Mapped[Fen] = mapped_column(
        default=0
    )  # ours that stands in other days' bills, less theirs here
    moved_refunds_fen: Mapped[Fen] = mapped_column(default=0)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proof_gap_fen: Mapped[Fen] = mapped_column(default=0)  # what no difference explains; must be 0


class Difference(Base):
    """One number that the bill and we tell differently. The sentence about it is made of `kind` and both records."""

    __tablename__ = "bill_differences"
    __table_args__ = (
        UniqueConstraint("day", "gateway", "kind", "ref"),
        Index("ix_bill_differences_state", "state", "day"),
    )

    id: Mapped[Id]
    day: Mapped[date]  # whose bill, or for what is missing there whose books
    gateway: Mapped[str] = mapped_column(String(20))
    kind: Mapped[DifferenceKind] = state_column(DifferenceKind)
    ref: Mapped[str] = mapped_column(String(80))  # an out_trade_no or out_refund_no; `#2` for a second row
    state: Mapped[DifferenceState] = state_column(DifferenceState)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("payment_attempts.id"))
    ours: Mapped[dict[str, Any]] = mapped_column(JsonText)  # names and values; empty: we have none
    theirs: Mapped[dict[str, Any]] = mapped_column(JsonText)
    gap_fen: Mapped[Fen]  # by how much it makes our sum larger than theirs
    run: Mapped[int]  # of the day when it was seen last
    openings: Mapped[int] = mapped_column(default=0)
    first_seen_at: Mapped[CreatedAt]
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the gateway was asked about it
    answer: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)  # what it said then
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")  # `staff:<id>`; empty: by itself
    reason: Mapped[str] = mapped_column(String(200), default="")  # of who accepted it

    order: Mapped[Order | None] = relationship(lazy="joined")
