"""Customers of the merchant's own mobile app: who they are here, and their logins.

WeChat gives a person another openid in the app than in the official account; only a unionid says that both are
one. Where WeChat tells one that we know, the app's customer is that follower, with his orders. Else he becomes a
customer of his own, a row among the followers under the app's openid who never follows the account. What was
decided at the first login stays: orders do not change their owner when the account is bound later.
"""

import logging
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock, ids
from app.core.db import Base, CreatedAt, Id, Openid, UtcDateTime, db, transaction
from app.core.insert_once import insert_once
from app.followers import service as followers
from app.followers.models import Follower
from app.followers.names import fit

logger = logging.getLogger(__name__)

SESSION_LIVES = timedelta(days=30)


class AppCustomer(Base):
    """Somebody as the mobile app knows him."""

    __tablename__ = "app_customers"

    id: Mapped[Id]
    openid: Mapped[Openid] = mapped_column(unique=True)  # theirs, of the app
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), index=True)
    created_at: Mapped[CreatedAt]

    follower: Mapped[Follower] = relationship(lazy="joined")


class AppSession(Base):
    """One login of an app, until it ends, is logged out or its customer is erased. The token itself is not kept."""

    __tablename__ = "app_sessions"

    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(ForeignKey("app_customers.id", ondelete="CASCADE"), index=True)
    refresh_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the refresh token
    created_at: Mapped[CreatedAt]
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    customer: Mapped[AppCustomer] = relationship(lazy="joined")


def log_in(openid: str, unionid: str) -> tuple[AppSession, str]:
    """Open a session for whom WeChat has named; returns it with its refresh token. Opens a transaction."""
    token = ids.new_token()
    with transaction() as session:
        customer = _find(openid) or _make(openid, unionid)
        row = AppSession(
            customer_id=customer.id,
            refresh_hash=_hash(token),
            created_at=clock.now(),
            ends_at=clock.now() + SESSION_LIVES,
        )
        session.add(row)
    logger.info("app login", extra={"follower_id": customer.follower_id, "app_session": row.id})
    return row, token


def find_session(session_id: int) -> AppSession | None:
    """The session of this number, while it lives."""
    return _living(AppSession.id == session_id)


def find_by_refresh_token(token: str) -> AppSession | None:
    """The session this refresh token belongs to, while it lives."""
    return _living(AppSession.refresh_hash == _hash(token))


def log_out(session_id: int) -> None:
    """End a session; its tokens open nothing any more. Opens a transaction."""
    with transaction():
        db.session.execute(delete(AppSession).where(AppSession.id == session_id))


def forget_customer(follower_id: int) -> None:
    """End all his logins and forget who he is in the app. Joins the open transaction."""
    his = select(AppCustomer.id).where(AppCustomer.follower_id == follower_id)
    db.session.execute(delete(AppSession).where(AppSession.customer_id.in_(his)))
    db.session.execute(delete(AppCustomer).where(AppCustomer.follower_id == follower_id))


def forget_ended_sessions() -> None:
    """Delete sessions that are over. Opens a transaction."""
    with transaction():
        db.session.execute(delete(AppSession).where(AppSession.ends_at <= clock.now()))


def _find(openid: str) -> AppCustomer | None:
    return db.session.scalars(select(AppCustomer).where(AppCustomer.openid == openid)).one_or_none()


def _make(openid: str, unionid: str) -> AppCustomer:
    follower = _find_by_unionid(unionid) or followers.get_or_create(openid)
    if unionid and not follower.unionid:
        follower.unionid = fit(unionid, 64)
    insert_once(AppCustomer, openid=openid, follower_id=follower.id, created_at=clock.now())
    return db.session.scalars(select(AppCustomer).where(AppCustomer.openid == openid)).one()


def _find_by_unionid(unionid: str) -> Follower | None:
    if not unionid:
        return None
    query = select(Follower).where(Follower.unionid == unionid)
    return db.session.scalars(query.order_by(Follower.is_subscribed.desc(), Follower.id).limit(1)).first()


def _living(condition: object) -> AppSession | None:
    query = select(AppSession).where(condition, AppSession.ends_at > clock.now())  # type: ignore[arg-type]
    return db.session.scalars(query).one_or_none()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
