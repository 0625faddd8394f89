"""Tables of keyword rules and of what is answered without one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, PrimaryKeyConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, CreatedAt, Id, UtcDateTime, state_column
from app.core.marks import ANSWERS, watch
from app.keywords.matching import Hours
from app.keywords.replies import ReplyMode


class KeywordRule(Base):
    """A rule. A removed one keeps its row: messages and orders go on telling which rule it was."""

    __tablename__ = "keyword_rules"
    __table_args__ = (
        Index(
            "ix_keyword_rules_name",
            "name",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    priority: Mapped[int] = mapped_column(default=0)  # higher answers first
    keywords: Mapped[list[dict[str, Any]]]  # {mode, text}
    replies: Mapped[list[dict[str, Any]]]  # as ReplySpec.keep makes them
    reply_mode: Mapped[ReplyMode] = state_column(ReplyMode)
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # from then on it is silent
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {tag_ids, is_new, has_bought}
    hours: Mapped[Hours] = state_column(Hours)
    tests: Mapped[list[str]] = mapped_column(default=list)  # sentences this rule must answer
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[CreatedAt]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    changed_by: Mapped[str] = mapped_column(String(80), default="")
    change_mark: Mapped[int] = mapped_column(
        BigInteger, default=1
    )  # grows: who saw an older one must look again
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Occasion(StrEnum):
    """When the account speaks without a rule."""

    WELCOME = "welcome"
    WELCOME_BACK = "welcome_back"  # somebody who had followed before
    FALLBACK = "fallback"  # no rule knew the words
    MEDIA = "media"  # a picture, a voice, a place: something without words
    HAND_OVER = "hand_over"  # a person was asked for in service hours
    HAND_OVER_CLOSED = "hand_over_closed"  # and outside of them


class StandingReply(Base):
    """What is answered on an occasion; without a row the door's own words are."""

    __tablename__ = "standing_replies"
    __table_args__ = (PrimaryKeyConstraint("occasion"),)

    occasion: Mapped[Occasion] = state_column(Occasion)
    replies: Mapped[list[dict[str, Any]]]
    reply_mode: Mapped[ReplyMode] = state_column(ReplyMode)
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    changed_by: Mapped[str] = mapped_column(String(80), default="")


watch(ANSWERS, KeywordRule, StandingReply)
