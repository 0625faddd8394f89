"""Tables of orders."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, CreatedAt, Fen, Id, UtcDateTime, state_column
from app.entrances.models import Entrance
from app.followers.models import Follower
from app.orders.states import OrderState


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total_fen = goods_fen + shipping_fen", name="total"),
        CheckConstraint("total_fen > 0", name="positive"),
        UniqueConstraint("follower_id", "checkout_token"),  # the same checkout gives the same order
        Index("ix_orders_state", "state", "expires_at"),
        Index("ix_orders_time", "created_at"),
        Index("ix_orders_paid", "paid_at"),
        Index("ix_orders_entrance", "entrance_id", "created_at"),
    )

    id: Mapped[Id]
    order_no: Mapped[str] = mapped_column(String(32), unique=True)  # for people, never sent to a gateway
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), index=True)
    state: Mapped[OrderState] = state_column(OrderState)
    goods_fen: Mapped[Fen]
    shipping_fen: Mapped[Fen]
    total_fen: Mapped[Fen]
    receiver: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    region: Mapped[str] = mapped_column(String(120))  # province, city, district
    address: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(200), default="")
    entrance_id: Mapped[int | None] = mapped_column(ForeignKey("entrances.id"))
    checkout_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(String(40), default="")

    follower: Mapped[Follower] = relationship(lazy="joined")
    entrance: Mapped[Entrance | None] = relationship(lazy="joined")
    lines: Mapped[list["OrderLine"]] = relationship(lazy="selectin", order_by="OrderLine.id")
    shipments: Mapped[list["Shipment"]] = relationship(lazy="selectin", order_by="Shipment.id")


class OrderLine(Base):
    """What was bought, as it was called and priced at that moment."""

    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    product_slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(120))
    options_label: Mapped[str] = mapped_column(String(200), default="")
    picture: Mapped[str] = mapped_column(String(80), default="")
    unit_price_fen: Mapped[Fen]
    quantity: Mapped[int]


class Shipment(Base):
    __tablename__ = "shipments"

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    carrier: Mapped[str] = mapped_column(String(40))
    tracking_no: Mapped[str] = mapped_column(String(40))
    shipped_at: Mapped[CreatedAt]
    shipped_by: Mapped[str] = mapped_column(String(80))  # `staff:<id>`
