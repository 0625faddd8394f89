"""Table of notices."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id


class Notice(Base):
    """One message we sent or tried to send; a row keeps the same notice from being sent twice."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("order_id", "kind", "parcel_id"),)

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str] = mapped_column(String(20))  # name of a file in texts/
    parcel_id: Mapped[int] = mapped_column(default=0)  # or of the refund it tells of; 0: of neither
    state: Mapped[str] = mapped_column(String(20), default="sending")  # sending, sent, refused
    errcode: Mapped[int | None]  # theirs
    created_at: Mapped[CreatedAt]
