"""Tables of the platform's side: the shared tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, LongText, UtcDateTime


class WechatToken(Base):
    """A credential of the account shared by all processes: `access_token`, `jsapi_ticket`."""

    __tablename__ = "wechat_tokens"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[LongText] = mapped_column(default="")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refreshed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forced_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # last time we asked for a new one by force
    leased_until: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # being fetched, or paused after a failure
    leased_by: Mapped[str] = mapped_column(String(60), default="")
    error: Mapped[dict[str, Any] | None]  # of the last try, when it failed
