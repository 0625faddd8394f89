"""Tables of complaints."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from app.complaints.states import ActKind, ActState, NoticeVerdict
from app.core.db import Base, CreatedAt, Fen, Id, LongText, Openid, UtcDateTime, state_column
from app.orders.models import Order
from app.payments.gateways.complaints import TheirState


class Complaint(Base):
    """One complaint as WeChat last described it, and by when it wants an answer."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_open", "state", "answer_due_at"),
        Index("ix_complaints_sync", "next_sync_at"),
    )

    id: Mapped[Id]
    complaint_id: Mapped[str] = mapped_column(String(64), unique=True)  # theirs
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    state: Mapped[TheirState] = state_column(TheirState)
    openid: Mapped[Openid] = mapped_column(default="")  # whose it is; empty when WeChat does not say
    complained_at: Mapped[datetime] = mapped_column(UtcDateTime)
    detail: Mapped[LongText]  # the buyer's words
    problem: Mapped[LongText]  # WeChat's name for it
    problem_type: Mapped[str] = mapped_column(String(40), default="")
    wanted_fen: Mapped[Fen] = mapped_column(default=0)
    payments: Mapped[list[dict[str, Any]]]  # transaction_id, out_trade_no, amount_fen of each
    sealed_phone: Mapped[LongText]  # as it came; opened only to be looked at
    tags: Mapped[list[str]]
    times: Mapped[int] = mapped_column(default=1)
    waits_for_us: Mapped[bool] = mapped_column(default=False)
    is_fully_refunded: Mapped[bool] = mapped_column(default=False)
    is_served_at_once: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # he waits in a chat
    is_to_be_forgotten: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # see `erasure.py`
    is_mediated: Mapped[bool] = mapped_column(default=False)
    answer_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: nobody waits for us
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when we last said or did something
    synced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_sync_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[CreatedAt]

    order: Mapped[Order | None] = relationship(lazy="joined")


class ComplaintEntry(Base):
    """One line of what was said and done; `kind` is WeChat's own word. Rows are only ever added."""

    __tablename__ = "complaint_entries"
    __table_args__ = (UniqueConstraint("parent_id", "log_id"),)

    id: Mapped[Id]
    parent_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    log_id: Mapped[str] = mapped_column(String(64))  # theirs
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(60))
    operator: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[LongText]


class ComplaintPicture(Base):
    """A picture WeChat named; `file` is our copy below DATA_DIR, drawn anew."""

    __tablename__ = "complaint_pictures"
    __table_args__ = (UniqueConstraint("parent_id", "address_hash"),)

    id: Mapped[Id]
    parent_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    log_id: Mapped[str] = mapped_column(
        String(64), default=""
    )  # of the entry; empty: of the complaint itself
    address: Mapped[LongText]
    address_hash: Mapped[str] = mapped_column(String(64))
    file: Mapped[str | None] = mapped_column(String(80))
    problem: Mapped[str] = mapped_column(String(60), default="")  # why there will be no copy


class ComplaintAct(Base):
    """One thing we say or do, kept before WeChat hears of it and followed until it is known to have arrived."""

    __tablename__ = "complaint_acts"

    id: Mapped[Id]
    parent_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    kind: Mapped[ActKind] = state_column(ActKind)
    state: Mapped[ActState] = state_column(ActState)
    form_token: Mapped[str] = mapped_column(String(64), unique=True)  # the same form twice is one act
    text: Mapped[LongText]  # reply, reason of a rejection, remark of an approval
    days: Mapped[int] = mapped_column(default=0)  # of an approval
    files: Mapped[list[str]]  # pictures to go with a reply, below DATA_DIR
    jump: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # a `Jump`, or nothing
    media_ids: Mapped[list[str]]  # theirs, as far as they are handed in
    actor: Mapped[str] = mapped_column(String(80), default="")
    tries: Mapped[int] = mapped_column(default=0)  # how often it was sent
    busy_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody is sending it
    problem: Mapped[str] = mapped_column(String(200), default="")  # their code and words
    created_at: Mapped[CreatedAt]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ComplaintNotification(Base):
    """A notification exactly as it came, and what became of it."""

    __tablename__ = "complaint_notifications"
    __table_args__ = (Index("ix_complaint_notifications_id", "notification_id"),)

    id: Mapped[Id]
    received_at: Mapped[CreatedAt]
    headers: Mapped[dict[str, str]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    verdict: Mapped[NoticeVerdict] = state_column(NoticeVerdict)
    reason: Mapped[str] = mapped_column(String(200), default="")
    notification_id: Mapped[str] = mapped_column(String(64), default="")  # theirs
    complaint_id: Mapped[str] = mapped_column(String(64), default="", index=True)
    action: Mapped[str] = mapped_column(String(60), default="")


class ComplaintSweep(Base):
    """How far WeChat's list was read: the days being read, and the place in them. One row."""

    __tablename__ = "complaint_sweeps"

    id: Mapped[Id]
    first: Mapped[date]
    last: Mapped[date]
    offset: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it was last at its end
    problem: Mapped[str] = mapped_column(String(60), default="")  # their code: why it cannot go on
