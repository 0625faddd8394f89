"""Tables of payments."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from app.core.db import Base, CreatedAt, Fen, Id, Openid, UtcDateTime, state_column
from app.orders.models import Order
from app.payments.gateways.contract import Way
from app.payments.states import AttemptState


class PaymentAttempt(Base):
    """One number at one gateway under which one order may be paid."""

    __tablename__ = "payment_attempts"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        Index("ix_payment_attempts_check", "state", "next_check_at"),
        Index("ix_payment_attempts_paid", "paid_at"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    gateway: Mapped[str] = mapped_column(String(20))
    out_trade_no: Mapped[str] = mapped_column(String(32), unique=True)  # ours
    transaction_id: Mapped[str | None] = mapped_column(String(32), unique=True)  # theirs
    state: Mapped[AttemptState] = state_column(AttemptState)
    amount_fen: Mapped[Fen]
    way: Mapped[str] = mapped_column(String(10), default=Way.JSAPI, server_default=Way.JSAPI)
    appid: Mapped[str] = mapped_column(String(32), default="", server_default="")  # it was ordered under
    openid: Mapped[Openid]  # who alone may pay it; empty: whoever has the code or the address
    description: Mapped[str] = mapped_column(String(127))
    prepay_id: Mapped[str | None] = mapped_column(String(64))  # theirs, good for two hours
    prepay_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when prepay_id or pay_url came
    pay_url: Mapped[str | None] = mapped_column(String(512))  # theirs: code_url
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]  # sent as time_expire, the same each time
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the sweeper asks again
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when we last asked the gateway
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # theirs: success_time

    order: Mapped[Order] = relationship(lazy="joined")


class Verdict(StrEnum):
    RECEIVED = "received"  # stored, not yet judged: a crash came between
    REFUSED = "refused"  # it does not prove that the gateway sent it
    IGNORED = "ignored"  # genuine, but nothing we wait for
    UNKNOWN = "unknown"  # genuine, for a number we do not have
    MISMATCH = "mismatch"  # genuine, but not what we asked for
    APPLIED = "applied"
    REPEATED = "repeated"  # genuine, and known already


class PaymentNotification(Base):
    """A notification exactly as it came, and what became of it."""

    __tablename__ = "payment_notifications"
    __table_args__ = (Index("ix_payment_notifications_verdict", "verdict", "id"),)

    id: Mapped[Id]
    received_at: Mapped[CreatedAt] = mapped_column(index=True)
    gateway: Mapped[str] = mapped_column(String(20))
    headers: Mapped[dict[str, str]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    verdict: Mapped[Verdict] = state_column(Verdict)
    reason: Mapped[str] = mapped_column(String(200), default="")
    out_trade_no: Mapped[str] = mapped_column(String(32), default="", index=True)
