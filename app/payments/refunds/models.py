"""Tables of refunds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, CreatedAt, Fen, Id, UtcDateTime, state_column
from app.orders.models import Order, OrderLine
from app.payments.models import PaymentAttempt
from app.payments.refunds.states import RefundSource, RefundState


class Refund(Base):
    """One sum that goes back out of one payment, under one number of ours for ever.

    `amount_fen` = its lines' `amount_fen` + `shipping_fen` + `other_fen`.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("shipping_fen >= 0", name="shipping"),
        Index("ix_refunds_check", "state", "next_check_at"),
        Index("ix_refunds_time", "created_at"),
        Index("ix_refunds_arrived", "succeeded_at"),
        Index("ix_refunds_taken", "submitted_at"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempts.id"), index=True)
    gateway: Mapped[str] = mapped_column(String(20))
    out_refund_no: Mapped[str] = mapped_column(String(64), unique=True)  # ours; of external ones as it was
    refund_id: Mapped[str | None] = mapped_column(String(32), unique=True)  # theirs
    state: Mapped[RefundState] = state_column(RefundState)
    amount_fen: Mapped[Fen]
    shipping_fen: Mapped[Fen] = mapped_column(default=0)  # freight that is in it
    other_fen: Mapped[Fen] = mapped_column(
        default=0
    )  # for no goods; negative: these had been paid back before
    reason: Mapped[str] = mapped_column(String(80), default="")  # the buyer reads it
    source: Mapped[RefundSource] = state_column(RefundSource)
    requested_by: Mapped[str] = mapped_column(String(80), default="")  # `staff:<id>`; empty: by itself
    approved_by: Mapped[str] = mapped_column(
        String(80), default=""
    )  # the second person, who may have refused
    form_token: Mapped[str | None] = mapped_column(
        String(64), unique=True
    )  # the same form twice is one refund
    created_at: Mapped[CreatedAt]
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the gateway took it
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # theirs: success_time
    received_account: Mapped[str] = mapped_column(String(64), default="")  # theirs, in words
    # Theirs, where a coupon of WeChat's had paid a part; None: not told. Our own sums go by `amount_fen` alone.
    payer_fen: Mapped[Fen | None]  # what of it the buyer gets, in money
    settled_fen: Mapped[Fen | None]  # what of it leaves the merchant's account
    problem: Mapped[str] = mapped_column(String(60), default="")  # their code: why it waits, or ended
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the sweeper goes on with it
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when we last spoke to the gateway of it
    checks: Mapped[int] = mapped_column(default=0)  # how often: the pauses grow with it

    order: Mapped[Order] = relationship(lazy="joined")
    attempt: Mapped[PaymentAttempt] = relationship(lazy="joined")
    lines: Mapped[list["RefundLine"]] = relationship(lazy="selectin", order_by="RefundLine.id")

    @property
    def coupon_back_fen(self) -> int:
        """What goes back to whoever had paid for the coupon, and not to the buyer."""
        return 0 if self.payer_fen is None else self.amount_fen - self.payer_fen


class RefundLine(Base):
    """Pieces of one line of the order, with their share of what had been taken off.

    `amount_fen` = price of the pieces - `reduction_fen` - `coupon_fen` - `adjustment_fen`.
    """

    __tablename__ = "refund_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND unsent >= 0 AND unsent <= quantity", name="quantity"),
        CheckConstraint("amount_fen >= 0", name="amount"),
        UniqueConstraint("parent_id", "order_line_id"),
    )

    id: Mapped[Id]
    parent_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]
    unsent: Mapped[int] = mapped_column(default=0)  # of these: had not left the shop, and stay
    amount_fen: Mapped[Fen]
    reduction_fen: Mapped[Fen] = mapped_column(default=0)
    coupon_fen: Mapped[Fen] = mapped_column(default=0)
    adjustment_fen: Mapped[Fen] = mapped_column(default=0)

    line: Mapped[OrderLine] = relationship(lazy="joined")
