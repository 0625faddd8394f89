"""Tables of the platform's side: pushes as they came, and the shared tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CreatedAt, Id, LongText, Openid, UtcDateTime


class WechatPush(Base):
    """A message or event exactly as it came, and the first answer to it."""

    __tablename__ = "wechat_pushes"

    id: Mapped[Id]
    # MsgId, or FromUserName + CreateTime + Event + EventKey
    dedupe_key: Mapped[str] = mapped_column(String(300), unique=True)
    received_at: Mapped[CreatedAt] = mapped_column(index=True)
    openid: Mapped[Openid] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(60))  # `text`, `event:click`
    body: Mapped[LongText]  # the decrypted XML
    claimed_at: Mapped[datetime]
    answer: Mapped[LongText | None]  # reply XML before encryption, or `success`
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late_reply: Mapped[dict[str, Any] | None]  # came too late for the answer: goes by customer service
    late_reply_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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


class MenuPublication(Base):
    """A menu definition that was published."""

    __tablename__ = "menu_publications"

    id: Mapped[Id]
    published_at: Mapped[CreatedAt]
    definition: Mapped[dict[str, Any]]
