"""Tables of followers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, Openid, UtcDateTime, state_column


class Follower(Base):
    """A WeChat user as this account knows him. A snapshot visitor is never one."""

    __tablename__ = "followers"

    id: Mapped[Id]
    openid: Mapped[Openid] = mapped_column(unique=True)
    unionid: Mapped[str] = mapped_column(String(64), default="")  # theirs
    nickname: Mapped[str] = mapped_column(String(100), default="")  # hostile text; only with his consent
    avatar_url: Mapped[str] = mapped_column(String(300), default="")  # theirs
    remark: Mapped[str] = mapped_column(String(60), default="")  # the merchant's, also kept at WeChat
    source: Mapped[str] = mapped_column(String(40), default="")  # theirs: subscribe_scene
    scene: Mapped[str] = mapped_column(String(64), default="")  # of the QR code he came by first
    is_subscribed: Mapped[bool] = mapped_column(default=False)
    is_blacklisted: Mapped[bool] = mapped_column(default=False)
    follows: Mapped[int] = mapped_column(default=0)  # how often he began to follow: more than 1, he returned
    subscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unsubscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_seen_at: Mapped[CreatedAt]
    last_seen_at: Mapped[CreatedAt]
    profile_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when WeChat was asked about him last
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # personal data were deleted


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


class AutoTag(StrEnum):
    """What puts a tag on a follower by itself; `Tag.auto_value` says how much."""

    BOUGHT = "bought"
    SPENT_OVER = "spent_over"  # fen
    SILENT_FOR = "silent_for"  # days


class Tag(Base):
    """A tag of the account; `wechat_id` once WeChat knows it too."""

    __tablename__ = "tags"

    id: Mapped[Id]
    wechat_id: Mapped[int | None] = mapped_column(unique=True)  # theirs
    name: Mapped[str] = mapped_column(String(30), unique=True)
    auto: Mapped[AutoTag | None] = state_column(AutoTag)
    auto_value: Mapped[int | None]  # fen or days
    created_at: Mapped[CreatedAt]
    error: Mapped[str] = mapped_column(String(200), default="")  # why WeChat did not take it, in words


class FollowerTag(Base):
    """A follower carries a tag."""

    __tablename__ = "follower_tags"

    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[CreatedAt]
    origin: Mapped[str] = mapped_column(String(80), default="")  # `staff:3`, `auto`, `scan`, `wechat`
    pushed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when WeChat was told


class FollowerSync(Base):
    """One walk through the account's list of followers."""

    __tablename__ = "follower_syncs"

    id: Mapped[Id]
    started_at: Mapped[CreatedAt]
    started_by: Mapped[str] = mapped_column(String(80), default="")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_openid: Mapped[str] = mapped_column(String(64), default="")  # where the next page begins
    is_listed: Mapped[bool] = mapped_column(default=False)  # the list is complete, profiles follow
    total: Mapped[int] = mapped_column(default=0)  # what WeChat says
    listed: Mapped[int] = mapped_column(default=0)
    profiled: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(200), default="")  # why it stands still, in words
