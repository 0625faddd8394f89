"""Table of cart lines."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.catalog.models import Sku
from app.core.db import Base, CreatedAt, Fen, Id, UtcDateTime


class CartLine(Base):
    """One SKU in one cart. `owner` is `follower:<id>`, or `visitor:<random>` before login."""

    __tablename__ = "cart_lines"
    __table_args__ = (UniqueConstraint("owner", "sku_id"), CheckConstraint("quantity > 0", name="quantity"))

    id: Mapped[Id]
    owner: Mapped[str] = mapped_column(String(80), index=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    quantity: Mapped[int]
    seen_price_fen: Mapped[Fen]  # when it was put in: a change since then is told
    created_at: Mapped[CreatedAt]
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its quantity; empty: never

    sku: Mapped[Sku] = relationship(lazy="joined")
