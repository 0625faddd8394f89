"""Tables of menus: what is being written, and every version that was given to WeChat."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, UtcDateTime, state_column
from app.core.marks import ANSWERS, watch
from app.wechat.menus.states import VersionState

DEFAULT = "default"


class AccountMenu(Base):
    """The default menu (`role` is `default`) or a personalised one, with the draft somebody writes."""

    __tablename__ = "account_menus"

    id: Mapped[Id]
    role: Mapped[str | None] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(40), default="")  # of a personalised one
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)  # theirs: tag_id, client_platform_type
    draft: Mapped[dict[str, Any] | None]  # its buttons have ids; None: as published
    mark: Mapped[int] = mapped_column(default=0)  # grows with every change of draft, name or rule
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[CreatedAt]
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen: Mapped[dict[str, Any] | None]  # what WeChat showed when we looked last
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MenuVersion(Base):
    """A menu as it was given to WeChat."""

    __tablename__ = "menu_versions"
    __table_args__ = (
        UniqueConstraint("menu_id", "number"),
        Index("ix_menu_versions_state", "state", "menu_id"),
    )

    id: Mapped[Id]
    menu_id: Mapped[int] = mapped_column(ForeignKey("account_menus.id"))
    number: Mapped[int]  # for people: 1, 2, 3 … of this menu
    state: Mapped[VersionState] = state_column(VersionState)
    definition: Mapped[dict[str, Any]]  # as written, paths relative
    sent: Mapped[dict[str, Any]]  # as sent, with full addresses
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of a personalised one
    menuid: Mapped[str] = mapped_column(String(40), default="")  # theirs, of a personalised one
    note: Mapped[str] = mapped_column(String(200), default="")
    restores: Mapped[int | None]  # the number of the older version this one brings back
    created_at: Mapped[CreatedAt]
    created_by: Mapped[str] = mapped_column(String(80), default="")
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    errcode: Mapped[int | None]  # theirs, when refused
    errmsg: Mapped[str] = mapped_column(String(200), default="")


watch(ANSWERS, MenuVersion)
