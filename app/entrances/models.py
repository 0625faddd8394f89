"""Tables of entrances, their visits, and scene QR codes."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, Openid, UtcDateTime, state_column
from app.core.marks import ANSWERS, watch


class EntranceKind(StrEnum):
    MENU = "menu"
    KEYWORD = "keyword"
    WELCOME = "welcome"
    NOTICE = "notice"
    SHARE = "share"
    SCENE = "scene"  # a scene QR code (渠道码)
    POSTER = "poster"  # a product's page QR code (扫购)
    DESK = "desk"  # a card a person sent
    BROADCAST = "broadcast"


class Entrance(Base):
    """One door into the shop; a link carries its `code`, signed, as `?e=`."""

    __tablename__ = "entrances"
    __table_args__ = (UniqueConstraint("kind", "ref"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[EntranceKind] = state_column(EntranceKind)
    ref: Mapped[str] = mapped_column(String(80))  # id of the rule, key of the button
    label: Mapped[str] = mapped_column(String(80))  # its name when it was made, e.g. `关键词：茶`
    created_at: Mapped[CreatedAt]
    removed_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # no longer listed; what is printed works on


class EntranceVisit(Base):
    """One visitor came in by one door on one day, so many times."""

    __tablename__ = "entrance_visits"
    __table_args__ = (Index("ix_entrance_visits_day", "day", "entrance_id", "saw_product"),)

    entrance_id: Mapped[int] = mapped_column(ForeignKey("entrances.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  # Beijing
    visitor: Mapped[str] = mapped_column(String(40), primary_key=True)  # a hash that names nobody
    visits: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of this day; unknown of old ones
    saw_product: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )  # opened one's page


class SceneCode(Base):
    """A scene QR code (渠道码): what is said and done when somebody scans it."""

    __tablename__ = "scene_codes"

    id: Mapped[Id]
    scene: Mapped[str] = mapped_column(String(64), unique=True)  # what WeChat pushes back
    label: Mapped[str] = mapped_column(String(80))
    is_permanent: Mapped[bool]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ticket: Mapped[str] = mapped_column(String(200), default="")  # theirs
    url: Mapped[str] = mapped_column(String(300), default="")  # theirs: what the picture holds
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id", ondelete="SET NULL"))
    product_slug: Mapped[str] = mapped_column(String(80), default="")  # answers with this product's card
    # what it answers, as `app.keywords.replies` reads it; empty: the card, or the usual welcome
    replies: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    reply_mode: Mapped[str] = mapped_column(String(10), default="all")  # all of them, or `one` at random
    is_active: Mapped[bool] = mapped_column(default=True)
    errcode: Mapped[int | None]  # WeChat's, or ours below -1000, when it gave no picture the last time
    created_at: Mapped[CreatedAt]
    created_by: Mapped[str] = mapped_column(String(80), default="")


class SceneScan(Base):
    """Somebody scanned a scene code; the same message never counts twice."""

    __tablename__ = "scene_scans"
    __table_args__ = (UniqueConstraint("message_id"), Index("ix_scene_scans_day", "scene_code_id", "day"))

    id: Mapped[Id]
    scene_code_id: Mapped[int] = mapped_column(ForeignKey("scene_codes.id"))
    message_id: Mapped[int]  # of the push
    openid: Mapped[Openid]
    at: Mapped[CreatedAt]
    day: Mapped[date]  # Beijing
    is_follow: Mapped[bool]  # he began to follow by it


watch(ANSWERS, SceneCode)
