"""Table of the wordings of the shop's pages; rows are only ever added, so what a buyer agreed to stays readable."""

from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, LongText, state_column


class Words(StrEnum):
    """Which page."""

    FAQ = "faq"
    AGREEMENT = "agreement"
    PRIVACY = "privacy"


class Wording(Base):
    """One version of one page. `language` is empty for the merchant's own words, else that of our standard text."""

    __tablename__ = "wordings"
    __table_args__ = (UniqueConstraint("kind", "language", "version"),)

    id: Mapped[Id]
    kind: Mapped[Words] = state_column(Words)
    language: Mapped[str] = mapped_column(String(8), default="")
    version: Mapped[int]
    body: Mapped[LongText]
    published_at: Mapped[CreatedAt]
    published_by: Mapped[str] = mapped_column(String(80), default="")
