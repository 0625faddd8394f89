"""Tables of orders."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, CreatedAt, Fen, Id, UtcDateTime, state_column
from app.entrances.models import Entrance
from app.followers.models import Follower
from app.orders.states import OrderState


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "total_fen = goods_fen - reduction_fen - coupon_fen - adjustment_fen + shipping_fen", name="total"
        ),
        CheckConstraint("reduction_fen >= 0 AND coupon_fen >= 0 AND adjustment_fen >= 0", name="discounts"),
        CheckConstraint("total_fen > 0", name="positive"),
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= total_fen", name="refunded"),
        UniqueConstraint("follower_id", "checkout_token"),  # the same checkout gives the same order
        Index("ix_orders_state", "state", "expires_at"),
        Index("ix_orders_time", "created_at"),
        Index("ix_orders_paid", "paid_at"),
        Index("ix_orders_buyer", "follower_id", "paid_at"),
        Index("ix_orders_entrance", "entrance_id", "created_at", "state", "total_fen"),
        Index(
            "ix_orders_ledger", "state", "created_at", "total_fen", "entrance_id"
        ),  # all its totals ask for
        Index(
            "ix_orders_refunded",
            "created_at",
            sqlite_where=text("refunded_fen > 0"),
            postgresql_where=text("refunded_fen > 0"),
        ),
    )

    id: Mapped[Id]
    order_no: Mapped[str] = mapped_column(String(32), unique=True)  # for people, never sent to a gateway
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"))
    state: Mapped[OrderState] = state_column(OrderState)
    goods_fen: Mapped[Fen]
    reduction_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")
    reduction_label: Mapped[str] = mapped_column(String(30), default="", server_default="")
    coupon_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")
    coupon_label: Mapped[str] = mapped_column(String(30), default="", server_default="")
    follower_coupon_id: Mapped[int | None] = mapped_column(ForeignKey("follower_coupons.id"))
    adjustment_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")  # see `repricing.py`
    adjustment_label: Mapped[str] = mapped_column(String(30), default="", server_default="")
    shipping_fen: Mapped[Fen]
    total_fen: Mapped[Fen]
    refunded_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")  # of it; see `refunding.py`
    is_fetched: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # see `Pickup`
    receiver: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20), index=True)
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

    @property
    def is_withdrawn(self) -> bool:
        """Whether the money of all its goods goes back or went."""
        return all(line.withdrawn == line.quantity for line in self.lines)

    follower: Mapped[Follower] = relationship(lazy="joined")
    entrance: Mapped[Entrance | None] = relationship(lazy="joined")
    lines: Mapped[list["OrderLine"]] = relationship(lazy="selectin", order_by="OrderLine.id")
    shipments: Mapped[list["Shipment"]] = relationship(lazy="selectin", order_by="Shipment.id")
    pickup: Mapped["Pickup | None"] = relationship(lazy="selectin")


class OrderLine(Base):
    """What was bought, as it was called and priced at that moment, with its share of what was taken off."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("withdrawn >= 0 AND withdrawn <= quantity", name="withdrawn"),
        CheckConstraint(
            "reduction_fen + coupon_fen + adjustment_fen <= unit_price_fen * quantity", name="paid"
        ),
        Index("ix_order_lines_product", "product_slug", "order_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    product_slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(120))
    options_label: Mapped[str] = mapped_column(String(200), default="")
    picture: Mapped[str] = mapped_column(String(80), default="")
    unit_price_fen: Mapped[Fen]
    list_price_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")  # the usual price; 0: the same
    reduction_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")
    coupon_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")
    adjustment_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")
    flash_item_id: Mapped[int | None] = mapped_column(ForeignKey("flash_items.id"))
    quantity: Mapped[int]
    withdrawn: Mapped[int] = mapped_column(default=0, server_default="0")  # pieces that are not sent any more

    @property
    def paid_fen(self) -> int:
        """What the line's goods cost the buyer in the end: what may go back for it."""
        return self.before_adjustment_fen - self.adjustment_fen

    @property
    def before_adjustment_fen(self) -> int:
        """The same before a person of the shop took something off the order."""
        return self.unit_price_fen * self.quantity - self.reduction_fen - self.coupon_fen


class Shipment(Base):
    __tablename__ = "shipments"

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    carrier: Mapped[str] = mapped_column(String(40))
    tracking_no: Mapped[str] = mapped_column(String(40), index=True)
    shipped_at: Mapped[CreatedAt]
    shipped_by: Mapped[str] = mapped_column(String(80))  # `staff:<id>`

    lines: Mapped[list["ShipmentLine"]] = relationship(lazy="selectin", order_by="ShipmentLine.order_line_id")


class ShipmentLine(Base):
    """How many pieces of one line of the order are in one parcel."""

    __tablename__ = "shipment_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        UniqueConstraint("shipment_id", "order_line_id"),
    )

    id: Mapped[Id]
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    quantity: Mapped[int]

    line: Mapped[OrderLine] = relationship(lazy="joined")


class OrderNote(Base):
    """What staff have written down about an order; the buyer never sees it. Rows are only ever added."""

    __tablename__ = "order_notes"

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    at: Mapped[CreatedAt]
    by: Mapped[str] = mapped_column(String(80))  # `staff:<id>`
    text: Mapped[str] = mapped_column(String(500))
    token: Mapped[str] = mapped_column(String(64), unique=True)  # the same form sent twice is one note


class Pickup(Base):
    """An order that the buyer fetches himself: where, and the code by which the shop knows him."""

    __tablename__ = "pickups"

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("pickup_points.id"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)  # digits; works once
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_by: Mapped[str] = mapped_column(String(80), default="")  # `staff:<id>`
