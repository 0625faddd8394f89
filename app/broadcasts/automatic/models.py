"""Tables of automatic messages."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.broadcasts.content import MAX_SUMMARY, MAX_TITLE
from app.broadcasts.states import Way
from app.core.db import Base, CreatedAt, Id, UtcDateTime, state_column


class RuleKind(StrEnum):
    """What lets a message go."""

    WELCOME = "welcome"  # so many hours after he followed; up to three steps
    CART_LEFT = "cart_left"  # so many hours after the last change of his cart
    BACK_IN_STOCK = "back_in_stock"  # something he asked for can be bought again


class AutomaticRule(Base):
    """One message of this kind, and whether it goes."""

    __tablename__ = "automatic_rules"
    __table_args__ = (UniqueConstraint("kind", "step"),)

    id: Mapped[Id]
    kind: Mapped[RuleKind] = state_column(RuleKind)
    step: Mapped[int] = mapped_column(default=0)  # of the welcome series: 1 to 3
    version: Mapped[int] = mapped_column(default=1)  # grows with each change
    on_since: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # empty: off; only what is due later counts
    delay_hours: Mapped[int] = mapped_column(default=0)
    slug: Mapped[str] = mapped_column(String(60), default="")  # the welcome's product
    title: Mapped[str] = mapped_column(String(MAX_TITLE), default="")  # empty: words of ours
    summary: Mapped[str] = mapped_column(String(MAX_SUMMARY), default="")  # empty: the product's own


class AutomaticDay(Base):
    """The broadcast that carries a rule's messages of one Beijing day, one for each way they go."""

    __tablename__ = "automatic_days"
    __table_args__ = (UniqueConstraint("rule_id", "day", "way"),)

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("automatic_rules.id"))
    day: Mapped[date]
    way: Mapped[Way] = state_column(Way)


class AutomaticCause(Base):
    """What was dealt with: it stands here as soon as the follower is a recipient, so each cause counts once."""

    __tablename__ = "automatic_causes"
    __table_args__ = (
        Index("ix_automatic_causes_message", "broadcast_id", "follower_id"),
        Index("ix_automatic_causes_follower", "follower_id", "at"),
    )

    rule_id: Mapped[int] = mapped_column(ForeignKey("automatic_rules.id"), primary_key=True)
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), primary_key=True)
    cause: Mapped[str] = mapped_column(
        String(60), primary_key=True
    )  # `follow`, `cart:<moment>`, `sku:<id>:<moment>`
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"))
    slug: Mapped[str] = mapped_column(String(60), default="")  # the product whose card it is
    at: Mapped[CreatedAt]


class StockRequest(Base):
    """He wants to know when this can be bought again; gone once he is told."""

    __tablename__ = "stock_requests"
    __table_args__ = (
        UniqueConstraint("sku_id", "follower_id"),
        Index("ix_stock_requests_follower", "follower_id"),
    )

    id: Mapped[Id]
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"))
    at: Mapped[CreatedAt]
