"""Tables of console users, their roles and sessions, second factors, and the tries to log in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, CreatedAt, Fen, Id, UtcDateTime


class StaffUser(Base):
    __tablename__ = "staff_users"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id
    must_change_password: Mapped[bool] = mapped_column(default=False)  # somebody else knows it
    role: Mapped[str] = mapped_column(String(20), default="owner")
    is_active: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[str] = mapped_column(String(200), default="")  # encrypted
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # empty: off, or not confirmed yet
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)  # the last that was used; none older counts
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[CreatedAt]


class RecoveryCode(Base):
    """Lets its owner in once in place of the second factor."""

    __tablename__ = "staff_recovery_codes"
    __table_args__ = (UniqueConstraint("staff_id", "code_hash"),)

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_users.id"))
    code_hash: Mapped[str] = mapped_column(String(64))  # keyed
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
    is_waiting: Mapped[bool] = mapped_column(default=False)  # for the second factor; opens nothing until then
    address: Mapped[str] = mapped_column(String(45), default="")  # shortened
    agent: Mapped[str] = mapped_column(String(200), default="")  # the browser as it calls itself
    created_at: Mapped[CreatedAt]
    seen_at: Mapped[CreatedAt]  # exact to a few minutes
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    staff: Mapped[StaffUser] = relationship(lazy="joined")


class Outcome(StrEnum):
    """How a try to log in ended."""

    WRONG = "wrong"
    WRONG_CODE = "wrong_code"
    LOCKED = "locked"
    HALF = "half"  # the password was right, the second factor is asked for
    SUCCEEDED = "succeeded"
    FORGIVEN = "forgiven"  # wrong, before one that succeeded


class LoginTry(Base):
    """One try to log in, counted before the password is looked at so that parallel guesses count too."""

    __tablename__ = "staff_login_tries"
    __table_args__ = (
        Index("ix_staff_login_tries_address", "address", "at"),
        Index("ix_staff_login_tries_staff", "staff_id", "id"),
    )

    id: Mapped[Id]
    at: Mapped[CreatedAt]
    address: Mapped[str] = mapped_column(String(45))  # network address; of IPv6 the /64
    device: Mapped[str] = mapped_column(String(20), default="")  # when he had logged in on it before
    agent: Mapped[str] = mapped_column(String(200), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_users.id"))  # empty for an unknown name
    outcome: Mapped[str] = mapped_column(String(12), default=Outcome.WRONG)
