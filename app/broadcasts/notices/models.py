"""Table of who agreed to notifications."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, Openid, UtcDateTime


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
