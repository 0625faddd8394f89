"""Tables of console users, their roles and sessions, and the tries to log in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, CreatedAt, Fen, Id, UtcDateTime


class StaffUser(Base):
    __tablename__ = "staff_users"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id
    role: Mapped[str] = mapped_column(String(20), default="owner")
    is_active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)  # in a row
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[CreatedAt]


class StaffRole(Base):
    """A role of the merchant's own; or what he set for a built-in one, whose rights stand in the code."""

    __tablename__ = "staff_roles"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(20), unique=True)  # `own-7FK2MPQX`, or the built-in role's
    name: Mapped[str] = mapped_column(String(40))
    rights: Mapped[list[str]]
    refund_limit_fen: Mapped[Fen]  # at once
    mark: Mapped[int] = mapped_column(default=1)  # counts the changes
    created_at: Mapped[CreatedAt]


class StaffSession(Base):
    """One login on one device. Kept here, so that a copied cookie is worth nothing after it was ended."""

    __tablename__ = "staff_sessions"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # sha256; the cookie holds the token
    created_at: Mapped[CreatedAt]
    seen_at: Mapped[CreatedAt]  # exact to a few minutes
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    staff: Mapped[StaffUser] = relationship(lazy="joined")


class LoginTry(Base):
    """One try to log in, counted before the password is looked at so that parallel guesses count too."""

    __tablename__ = "staff_login_tries"
    __table_args__ = (Index("ix_staff_login_tries_address", "address", "at"),)

    id: Mapped[Id]
    at: Mapped[CreatedAt]
    address: Mapped[str] = mapped_column(String(45))  # network address; of IPv6 the /64
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_users.id"))  # empty for an unknown name
    succeeded: Mapped[bool] = mapped_column(default=False)
