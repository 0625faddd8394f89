"""Table of materials."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, UtcDateTime, state_column
from app.core.marks import ANSWERS, watch


class MaterialKind(StrEnum):
    """WeChat's own names."""

    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    THUMB = "thumb"  # the picture of a piece of music or a video


class Material(Base):
    """A file of ours in the media store; `media_id` once WeChat has it too."""

    __tablename__ = "materials"
    __table_args__ = (UniqueConstraint("kind", "sha256"),)

    id: Mapped[Id]
    kind: Mapped[MaterialKind] = state_column(MaterialKind)
    title: Mapped[str] = mapped_column(String(80))
    file: Mapped[str] = mapped_column(String(80))  # name in the media store
    content_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))  # of the file as it was handed in
    is_permanent: Mapped[bool]  # for rules; what the desk sends once is temporary at WeChat
    media_id: Mapped[str] = mapped_column(String(120), default="")  # theirs
    uploaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the media_id; None: never
    error: Mapped[str] = mapped_column(String(200), default="")  # why the last upload failed, in words
    created_at: Mapped[CreatedAt]
    created_by: Mapped[str] = mapped_column(String(80), default="")


watch(ANSWERS, Material)
