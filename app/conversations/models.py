"""Tables of conversations."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, JsonText, LongText, Openid, UtcDateTime, state_column

ERASED = "erased"  # the payload of a message that was erased on demand, not merely tidied away


class Direction(StrEnum):
    IN = "in"  # WeChat pushed it; the answer to the push stands in the same row
    OUT = "out"  # we sent it as a customer-service message


class Sending(StrEnum):
    """How far an outgoing message has come."""

    DUE = "due"
    SENDING = "sending"  # WeChat was asked; after a crash nobody knows whether it arrived
    SENT = "sent"
    REFUSED = "refused"  # for good: `errcode` says why


class UnsettledPush(Base):
    """A push and its answer, written while WeChat waits; its settling makes it a `Message` within about a second.

    One small tree and no index: what the log needs is not paid for at the door. See ADR 9.
    """

    __tablename__ = "unsettled_pushes"

    number: Mapped[int] = mapped_column(  # made of the dedupe key, by `inbox.number_of`
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    dedupe_key: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    openid: Mapped[Openid]
    kind: Mapped[str] = mapped_column(String(60))
    content: Mapped[LongText]
    payload: Mapped[LongText]
    reply: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    further: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonText)
    answered_by: Mapped[str] = mapped_column(String(80))


class Message(Base):
    """One message or event. A pushed one stands in one row with the answer it got at once."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_follower", "openid", "id"),
        Index(
            "ix_messages_unanswered",
            "at",
            sqlite_where=text("answered_by IN ('fallback', 'quiet')"),
            postgresql_where=text("answered_by IN ('fallback', 'quiet')"),
        ),
        Index(
            "ix_messages_sent",  # counts what was said inside a window; holds nothing of what was pushed
            "openid",
            "at",
            sqlite_where=text("direction = 'out'"),
            postgresql_where=text("direction = 'out'"),
        ),
    )

    id: Mapped[Id]
    # of a push: MsgId, or FromUserName + CreateTime + Event + EventKey; of ours: what must not be sent twice
    dedupe_key: Mapped[str | None] = mapped_column(String(300), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    openid: Mapped[Openid]
    direction: Mapped[Direction] = state_column(Direction)
    kind: Mapped[str] = mapped_column(String(60))  # `text`, `event:click`, `news`
    content: Mapped[LongText]  # its words: what the log shows and searches
    payload: Mapped[LongText]  # in: the decrypted XML; shown redacted; or ERASED. out: empty
    # in: the reply given at once; out: what is sent. As `app.wechat.replies.keep` makes it
    reply: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    # in: replies that follow as customer-service messages
    further: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonText)
    answered_by: Mapped[str] = mapped_column(String(80))  # in: `rule:7`, `fallback`; out: `staff:3`, `rule:7`
    sending: Mapped[Sending | None] = state_column(Sending)  # out only
    # out: when WeChat was asked to send it; empty too when only its record told that it was
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    errcode: Mapped[int | None]  # out: WeChat's, when it refused
    file: Mapped[str | None] = mapped_column(String(80))  # in: his picture, voice or video, below DATA_DIR


class Holder(StrEnum):
    """Who answers the follower."""

    BOT = "bot"
    WAITING = "waiting"  # he asked for a person, nobody has taken it yet
    PERSON = "person"  # somebody at our desk
    WECHAT_DESK = "wechat_desk"  # WeChat's own multi-agent desk


class Conversation(Base):
    """Where things stand with one follower."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_holder", "state", "waiting_since"),)

    id: Mapped[Id]
    openid: Mapped[Openid] = mapped_column(unique=True)
    state: Mapped[Holder] = state_column(Holder)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_users.id"))  # at our desk
    kf_account: Mapped[str] = mapped_column(String(80), default="")  # at WeChat's desk; theirs
    last_message_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # he wrote: opens the 48 hours
    last_event_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # tap, scan, follow: opens one minute
    last_in: Mapped[str] = mapped_column(String(200), default="")  # his last words, for the list
    last_activity_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    read_id: Mapped[int] = mapped_column(BigInteger, default=0)  # the last message the desk has seen
    note: Mapped[str] = mapped_column(String(500), default="")  # the desk's own, never sent


class QuickReply(Base):
    """Words the desk uses often."""

    __tablename__ = "quick_replies"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(40), unique=True)
    text: Mapped[LongText]
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]


class DismissedSentence(Base):
    """Nobody wants to hear again that no rule answers this sentence."""

    __tablename__ = "dismissed_sentences"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the folded sentence
    at: Mapped[CreatedAt]
    by: Mapped[str] = mapped_column(String(80), default="")
