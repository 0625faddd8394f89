"""Tables of followers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Fen, Id, Openid, UtcDateTime, state_column


class Follower(Base):
    """A WeChat user as this account knows him. A snapshot visitor is never one.

    What he spent is counted from his orders by `app/orders/spending.py` alone.
    """

    __tablename__ = "followers"
    __table_args__ = (
        Index("ix_followers_unionid", "unionid"),
        Index("ix_followers_seen", "last_seen_at", "id"),
        Index("ix_followers_spent", "spent_fen", "id"),
        Index(
            "ix_followers_left",
            "last_seen_at",
            "id",
            sqlite_where=text("is_subscribed = 0"),
            postgresql_where=text("NOT is_subscribed"),
        ),
        Index(
            "ix_followers_unsubscribed",
            "unsubscribed_at",
            sqlite_where=text("is_subscribed = 0"),
            postgresql_where=text("NOT is_subscribed"),
        ),
        Index(
            "ix_followers_blacklisted",
            "last_seen_at",
            "id",
            sqlite_where=text("is_blacklisted = 1"),
            postgresql_where=text("is_blacklisted"),
        ),
    )

    id: Mapped[Id]
    openid: Mapped[Openid] = mapped_column(unique=True)
    unionid: Mapped[str] = mapped_column(String(64), default="", server_default="")  # theirs
    nickname: Mapped[str] = mapped_column(String(100), default="", server_default="")  # hostile; by consent
    avatar_url: Mapped[str] = mapped_column(String(300), default="", server_default="")  # theirs; by consent
    avatar_file: Mapped[str] = mapped_column(String(80), default="", server_default="")  # in the media store
    # the merchant's, also kept at WeChat
    remark: Mapped[str] = mapped_column(String(60), default="", server_default="")
    source: Mapped[str] = mapped_column(String(40), default="", server_default="")  # theirs: subscribe_scene
    scene: Mapped[str] = mapped_column(String(64), default="", server_default="")  # of his first QR code
    is_subscribed: Mapped[bool] = mapped_column(default=False)
    is_blacklisted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    blacklisted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # put there, or seen there last
    # how often he began to follow: more than 1, he returned
    follows: Mapped[int] = mapped_column(default=0, server_default="0")
    subscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unsubscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_seen_at: Mapped[CreatedAt]
    last_seen_at: Mapped[CreatedAt]
    profile_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when WeChat was asked about him last
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # personal data were deleted
    paid_orders: Mapped[int] = mapped_column(default=0, server_default="0")
    spent_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")  # more than 0: he has bought
    last_paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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


SYSTEM_TAGS = (0, 1, 2)  # theirs: no group, blacklist, starred; shown, never changed


class Tag(Base):
    """A tag of the account; `wechat_id` once WeChat knows it too."""

    __tablename__ = "tags"
    __table_args__ = (
        Index(
            "uq_tags_name",
            "name",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},  # rules keep numbers of tags: one that is gone never becomes another
    )

    id: Mapped[Id]
    wechat_id: Mapped[int | None] = mapped_column(unique=True)  # theirs
    name: Mapped[str] = mapped_column(String(30))
    auto: Mapped[AutoTag | None] = state_column(AutoTag)
    auto_value: Mapped[int | None]  # fen or days
    created_at: Mapped[CreatedAt]
    pushed_name: Mapped[str] = mapped_column(String(30), default="")  # as WeChat has it
    pushed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when WeChat was told last
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # gone here, WeChat is being told
    error: Mapped[str] = mapped_column(String(200), default="")  # why WeChat did not take it, in words

    @property
    def is_system(self) -> bool:
        """Whether it is one of WeChat's own, which nobody may change."""
        return self.wechat_id in SYSTEM_TAGS


class FollowerTag(Base):
    """A follower carries a tag."""

    __tablename__ = "follower_tags"
    __table_args__ = (Index("ix_follower_tags_tag", "tag_id", "follower_id"),)

    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[CreatedAt]
    origin: Mapped[str] = mapped_column(String(80), default="")  # `staff:3`, `auto`, `scan`, `wechat`


class PushKind(StrEnum):
    """What of a follower is kept at WeChat too."""

    TAG = "tag"
    REMARK = "remark"
    BLACKLIST = "blacklist"


class FollowerPush(Base):
    """WeChat has yet to be told how this stands with this follower; what it is told is how it stands then."""

    __tablename__ = "follower_pushes"
    __table_args__ = (
        PrimaryKeyConstraint("follower_id", "kind", "tag_id"),
        Index("ix_follower_pushes_kind", "kind", "tag_id"),
    )

    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"))
    kind: Mapped[PushKind] = state_column(PushKind)
    tag_id: Mapped[int]  # of a tag of ours; 0 for the other kinds
    number: Mapped[int] = mapped_column(
        default=1
    )  # grows with each change: told while it changed, told again
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody is telling WeChat
    error: Mapped[str] = mapped_column(String(200), default="")  # why WeChat did not take it, in words


class SyncStep(StrEnum):
    """What a walk through the followers does one after the other."""

    TAGS = "tags"
    LIST = "list"
    PROFILES = "profiles"
    BLACKLIST = "blacklist"


class FollowerSync(Base):
    """One walk through the account's list of followers."""

    __tablename__ = "follower_syncs"
    __table_args__ = (
        Index(
            "uq_follower_syncs_running",
            "is_running",
            unique=True,
            sqlite_where=text("is_running = 1"),
            postgresql_where=text("is_running"),
        ),
    )

    id: Mapped[Id]
    started_at: Mapped[CreatedAt]
    started_by: Mapped[str] = mapped_column(String(80), default="")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_running: Mapped[bool] = mapped_column(default=True)
    step: Mapped[SyncStep] = state_column(SyncStep)
    turn: Mapped[int] = mapped_column(default=0)  # a piece of work is done once, however often it is begun
    place: Mapped[str] = mapped_column(String(64), default="")  # where the next piece begins
    pages: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # where pages of the list ended
    total: Mapped[int] = mapped_column(default=0)  # what WeChat says
    listed: Mapped[int] = mapped_column(default=0)
    profiled: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)  # had stopped following without our knowing
    error: Mapped[str] = mapped_column(String(200), default="")  # why it stands still or ended, in words
    waits_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
