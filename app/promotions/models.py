"""Tables of coupons, full reductions and flash sales."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.catalog.models import Sku
from app.core.db import Base, CreatedAt, Fen, Id, UtcDateTime, state_column
from app.core.marks import CATALOG, watch
from app.pricing.offers import CouponKind
from app.promotions.states import CouponState


class Coupon(Base):
    """A kind of coupon that followers collect. What it is worth stays as it is once somebody has one."""

    __tablename__ = "coupons"
    __table_args__ = (
        CheckConstraint("issued >= 0 AND (pieces = 0 OR issued <= pieces)", name="issued"),
        CheckConstraint("value > 0 AND (kind <> 'percent' OR value < 100)", name="value"),
    )

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(30))
    kind: Mapped[CouponKind] = state_column(CouponKind)
    value: Mapped[Fen]  # fen, or hundredths taken off
    most_fen: Mapped[Fen] = mapped_column(default=0)  # bounds a percentage; 0: nothing does
    threshold_fen: Mapped[Fen] = mapped_column(default=0)  # goods value it asks for
    pieces: Mapped[int] = mapped_column(default=0)  # how many there are; 0: as many as are asked for
    issued: Mapped[int] = mapped_column(default=0)
    per_person: Mapped[int] = mapped_column(default=1)
    tag_id: Mapped[int | None]  # only for followers with this tag, by its number, which never means another
    starts_at: Mapped[datetime]  # from then on it is collected and used
    ends_at: Mapped[datetime]
    valid_days: Mapped[int] = mapped_column(default=0)  # days from collecting on; 0: until `ends_at`
    is_listed: Mapped[bool] = mapped_column(default=True)  # shown in the coupon centre
    is_active: Mapped[bool] = mapped_column(default=True)  # may be collected; copies keep counting
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]


class FollowerCoupon(Base):
    """One copy in a follower's hands. The unique number is what keeps "so many per person"."""

    __tablename__ = "follower_coupons"
    __table_args__ = (
        UniqueConstraint("coupon_id", "follower_id", "number"),
        Index("ix_follower_coupons_hands", "follower_id", "state", "expires_at"),
    )

    id: Mapped[Id]
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupons.id"))
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"))
    number: Mapped[int]  # his first, second, … of this kind
    state: Mapped[CouponState] = state_column(CouponState)
    collected_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    order_no: Mapped[str] = mapped_column(String(32), default="")  # locked or used by
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    coupon: Mapped[Coupon] = relationship(lazy="joined")


class Reduction(Base):
    """A full reduction (满减)."""

    __tablename__ = "reductions"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(30))
    steps: Mapped[list[dict[str, Any]]]  # [{"from_fen": 20000, "off_fen": 3000}], rising
    product_ids: Mapped[list[int] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # the goods it is for; None: all
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]


class FlashSale(Base):
    """A flash sale (秒杀): some SKUs at another price for a while."""

    __tablename__ = "flash_sales"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(30))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]

    items: Mapped[list["FlashItem"]] = relationship(
        lazy="selectin", order_by="FlashItem.id", cascade="all, delete-orphan", back_populates="sale"
    )


class FlashItem(Base):
    """One SKU in a flash sale. `sold` counts what is reserved and paid at this price."""

    __tablename__ = "flash_items"
    __table_args__ = (
        UniqueConstraint("sale_id", "sku_id"),
        CheckConstraint("sold >= 0 AND sold <= pieces", name="sold"),
        CheckConstraint("price_fen > 0", name="price"),
    )

    id: Mapped[Id]
    sale_id: Mapped[int] = mapped_column(ForeignKey("flash_sales.id"))
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"), index=True)
    price_fen: Mapped[Fen]
    pieces: Mapped[int]  # how many are sold at this price
    sold: Mapped[int] = mapped_column(default=0)
    per_person: Mapped[int]

    sale: Mapped[FlashSale] = relationship(lazy="joined", back_populates="items")
    sku: Mapped[Sku] = relationship(lazy="joined")


class FlashTake(Base):
    """How many pieces of a flash item a follower has: the guard of "so many per person"."""

    __tablename__ = "flash_takes"
    __table_args__ = (
        PrimaryKeyConstraint("item_id", "follower_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("flash_items.id"))
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"))
    quantity: Mapped[int] = mapped_column(default=0)


watch(CATALOG, FlashSale, FlashItem)
