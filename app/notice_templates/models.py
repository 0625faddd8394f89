"""Table of templates for notifications."""

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, state_column
from app.notice_templates.purposes import Purpose


class NoticeTemplate(Base):
    """The account's template that is used for a purpose, and what stands behind each of its keywords."""

    __tablename__ = "notice_templates"

    purpose: Mapped[Purpose] = state_column(Purpose, primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64))  # theirs
    title: Mapped[str] = mapped_column(String(60))  # theirs
    content: Mapped[str] = mapped_column(String(1000))  # theirs: `商品名称:{{thing1.DATA}}`, a line for each
    is_lasting: Mapped[bool]  # a long-term template: who agreed once has agreed for good
    fields: Mapped[dict[str, str]] = mapped_column(JSON)  # keyword -> a `Source`, or `fixed:` with words
    version: Mapped[int] = mapped_column(default=1)  # grows with each change
