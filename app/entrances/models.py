"""Table of entrances."""

from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, state_column


class EntranceKind(StrEnum):
    MENU = "menu"
    KEYWORD = "keyword"
    WELCOME = "welcome"
    NOTICE = "notice"
    SHARE = "share"


class Entrance(Base):
    """One door into the shop; `code` is what a link carries as `?e=`."""

    __tablename__ = "entrances"
    __table_args__ = (UniqueConstraint("kind", "ref"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[EntranceKind] = state_column(EntranceKind)
    ref: Mapped[str] = mapped_column(String(80))  # id of the rule, key of the button
    label: Mapped[str] = mapped_column(String(80))  # what the merchant reads, e.g. `关键词：茶`
    created_at: Mapped[CreatedAt]
