"""Table of notices."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, UtcDateTime


class Notice(Base):
    """One message we sent or tried to send; a row keeps the same notice from being sent twice."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", "parcel_id"),
        Index("ix_notices_msg_id", "msg_id"),  # an event names it
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str] = mapped_column(String(20))  # name of a file in texts/
    parcel_id: Mapped[int] = mapped_column(default=0)  # or of the refund it tells of; 0: of neither
    # sending, sent, refused, unclear; a template message also handed (WeChat took it), blocked, failed (so its event)
    state: Mapped[str] = mapped_column(String(20), default="sending")
    errcode: Mapped[int | None]  # theirs, of its last no; of a template message that went: why no text could
    is_template: Mapped[bool] = mapped_column(default=False, server_default=false())  # no text could be sent
    asked_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # the first time WeChat may have sent it as one
    msg_id: Mapped[int | None] = mapped_column(BigInteger)  # theirs, of a template message
    created_at: Mapped[CreatedAt]
