"""Tables of followers."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, Openid, UtcDateTime


class Follower(Base):
    """A WeChat user as this account knows him. A snapshot visitor is never one."""

    __tablename__ = "followers"

    id: Mapped[Id]
    openid: Mapped[Openid] = mapped_column(unique=True)
    is_subscribed: Mapped[bool] = mapped_column(default=False)
    subscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unsubscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_seen_at: Mapped[CreatedAt]
    last_seen_at: Mapped[CreatedAt]


class Address(Base):
    """A delivery address on a follower's own list."""

    __tablename__ = "addresses"

    id: Mapped[Id]
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), index=True)
    receiver: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    province: Mapped[str] = mapped_column(String(40))
    city: Mapped[str] = mapped_column(String(40))
    district: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(200))
    national_code: Mapped[str] = mapped_column(String(12), default="")  # theirs
    postal_code: Mapped[str] = mapped_column(String(12), default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
