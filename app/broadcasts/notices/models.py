"""Tables of notifications by template."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.broadcasts.notices.purposes import Purpose
from app.core.db import Base, CreatedAt, Id, Openid, UtcDateTime, state_column


class NoticeTemplate(Base):
    """The account's template that is used for a purpose, and what stands behind each of its keywords."""

    __tablename__ = "notice_templates"

    purpose: Mapped[Purpose] = state_column(Purpose, primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64))  # theirs
    title: Mapped[str] = mapped_column(String(60))  # theirs
    content: Mapped[str] = mapped_column(String(1000))  # theirs: `商品名称:{{thing1.DATA}}`, a line for each
    is_lasting: Mapped[bool]  # a long-term template: who agreed once has agreed for good
    fields: Mapped[dict[str, str]] = mapped_column(JSON)  # keyword -> a `Source`, or `fixed:` with words
    version: Mapped[int] = mapped_column(default=1)  # grows with each change


class NoticeAcceptance(Base):
    """A follower agreed to one notification, as WeChat told; spent once it is sent."""

    __tablename__ = "notice_acceptances"
    __table_args__ = (
        UniqueConstraint("message_id", "template_id"),  # told once, counted once
        Index("ix_notice_acceptances_left", "openid", "template_id", "spent_at"),
        Index("ix_notice_acceptances_spent", "broadcast_id", "openid"),
    )

    id: Mapped[Id]
    openid: Mapped[Openid]
    template_id: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[int] = mapped_column(BigInteger)  # of the push that told of it
    at: Mapped[CreatedAt]
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    broadcast_id: Mapped[int | None] = mapped_column(BigInteger)  # on which; empty: taken back by him
