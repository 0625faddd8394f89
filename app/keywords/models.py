"""Table of keyword rules."""

import secrets
from enum import StrEnum

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, LongText, state_column


class MatchMode(StrEnum):
    EXACT = "exact"  # the whole message is the keyword
    CONTAINS = "contains"  # the message contains the keyword


class ReplyKind(StrEnum):
    TEXT = "text"
    PRODUCT = "product"


def new_change_mark() -> int:
    """A number no other change of a rule has."""
    return secrets.randbits(40)


class KeywordRule(Base):
    __tablename__ = "keyword_rules"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    match: Mapped[MatchMode] = state_column(MatchMode)
    keywords: Mapped[list[str]]
    reply_kind: Mapped[ReplyKind] = state_column(ReplyKind)
    reply: Mapped[LongText]  # the text, or the product's slug
    priority: Mapped[int] = mapped_column(default=0)  # higher answers first
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[CreatedAt]
    # Another number after every change: their sum tells each process when its compiled rules are out of date.
    change_mark: Mapped[int] = mapped_column(BigInteger, default=new_change_mark, onupdate=new_change_mark)
