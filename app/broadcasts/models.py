"""Tables of broadcasts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.broadcasts.states import BroadcastState, PartState, RecipientState, Way
from app.core.db import Base, CreatedAt, Id, Openid, UtcDateTime, state_column
from app.notice_templates.purposes import Purpose


class Segment(Base):
    """An audience with a name; who is in it is found anew each time."""

    __tablename__ = "segments"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    audience: Mapped[dict[str, Any]]  # as `audience.Audience.keep` writes it
    created_at: Mapped[CreatedAt]
    created_by: Mapped[str] = mapped_column(String(80), default="")


class Broadcast(Base):
    """One product message to many."""

    __tablename__ = "broadcasts"
    __table_args__ = (Index("ix_broadcasts_state", "state", "scheduled_at"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(60))  # the merchant's own, shown to nobody else
    way: Mapped[Way] = state_column(Way)
    purpose: Mapped[Purpose | None] = state_column(Purpose)  # of a notification
    state: Mapped[BroadcastState] = state_column(BroadcastState)
    version: Mapped[int] = mapped_column(
        default=1
    )  # grows with each change: two people do not undo each other
    content: Mapped[dict[str, Any]]  # as `content.Content.keep` writes it
    audience: Mapped[dict[str, Any]]  # ours, or empty when a segment is named
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="SET NULL"))
    scheduled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # empty: at once
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str] = mapped_column(String(80), default="")
    content_hash: Mapped[str] = mapped_column(String(64), default="", index=True)  # to warn of the same again
    gathered_to: Mapped[int] = mapped_column(
        BigInteger, default=0
    )  # followers up to this number are written down
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    halt: Mapped[int | None]  # WeChat's number why it is paused, or one of `Halt`; empty: a person did it
    # a mass message: its articles as every draft has them, pictures uploaded, prices of the moment it began
    articles: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    is_to_all: Mapped[bool | None]  # a mass message: WeChat was told "all", not a list
    created_at: Mapped[CreatedAt]
    created_by: Mapped[str] = mapped_column(String(80), default="")
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its articles were taken away at WeChat
    # `keeping` writes these three; empty: they are counted when somebody asks.
    final_lines: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # state, reason, number
    # `ends`: who came and who left by each horizon; `hours`: first visits of a day by the Beijing hour
    came: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    came_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when that was counted


class BroadcastRecipient(Base):
    """One follower and what became of his message."""

    __tablename__ = "broadcast_recipients"
    __table_args__ = (
        Index("ix_broadcast_recipients_state", "broadcast_id", "state", "follower_id"),
        Index("ix_broadcast_recipients_follower", "follower_id", "asked_at"),
    )

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), primary_key=True)
    openid: Mapped[Openid]
    state: Mapped[RecipientState] = state_column(RecipientState)
    reason: Mapped[str] = mapped_column(String(20), default="")  # a word of ours, or WeChat's number
    part: Mapped[int] = mapped_column(default=0)  # of a mass message: which call
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    msg_id: Mapped[int | None] = mapped_column(BigInteger)  # theirs, of a notification: its event names it


class BroadcastPart(Base):
    """One call of a mass message; `clientmsgid` makes every repetition the same job at WeChat."""

    __tablename__ = "broadcast_parts"
    __table_args__ = (UniqueConstraint("broadcast_id", "number"), Index("ix_broadcast_parts_msg", "msg_id"))

    id: Mapped[Id]
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"))
    number: Mapped[int]  # from 1
    state: Mapped[PartState] = state_column(PartState)
    clientmsgid: Mapped[str] = mapped_column(String(32), unique=True)
    media_id: Mapped[str] = mapped_column(String(128), default="")  # theirs: the draft it uses up
    msg_id: Mapped[int | None] = mapped_column(BigInteger)  # theirs
    msg_data_id: Mapped[int | None] = mapped_column(BigInteger)  # theirs: joins their statistics
    status: Mapped[str] = mapped_column(String(40), default="")  # theirs: `send success`, `err(40001)`
    errcode: Mapped[int | None]
    total: Mapped[int | None]  # the finish event's counts
    filtered: Mapped[int | None]
    sent: Mapped[int | None]
    failed: Mapped[int | None]
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BroadcastOptOut(Base):
    """This follower wants no product messages."""

    __tablename__ = "broadcast_opt_outs"

    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), primary_key=True)
    at: Mapped[CreatedAt]
    by: Mapped[str] = mapped_column(String(80), default="")  # `follower`, `staff:3`
