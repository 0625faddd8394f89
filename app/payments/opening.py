"""Who may pay: until an owner releases the shop only those on the list of testers, afterwards everybody.

Every way of paying passes `check`, called in one place of `payments.service` and nowhere else. A release is a row that
is only ever added, and so is taking it back. Each is signed, over the row before it as well, so that nobody can
change afterwards who opened the shop, when, and on which findings. What counts is the newest row; a signature
that does not fit any more is shown and does not close a shop that sells.
"""

import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.db import Base, CreatedAt, Id, UtcDateTime, db, state_column, transaction
from app.core.errors import NotFound, ShopError
from app.core.insert_once import insert_once
from app.followers.models import Follower
from app.followers.service import get_by_id

logger = logging.getLogger(__name__)

MOST_TESTERS = 50
_PURPOSE = b"release of the shop"


class NotOpen(ShopError):
    """The shop is not released, and this follower is not on the list."""

    code = "not_open"
    http_status = 403


class Opening(StrEnum):
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class PayOpening(Base):
    """The shop was released, or that was taken back. Rows are only ever added."""

    __tablename__ = "pay_openings"

    id: Mapped[Id]
    kind: Mapped[Opening] = state_column(Opening)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))  # `staff:<id>`, `seed`, `migration`
    name: Mapped[str] = mapped_column(String(80), default="")  # what he was called then
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the doctor's verdicts at that moment
    signature: Mapped[str] = mapped_column(String(64), default="")


class PayTester(Base):
    """A follower who may pay before the shop is released."""

    __tablename__ = "pay_testers"

    id: Mapped[Id]
    follower_id: Mapped[int] = mapped_column(ForeignKey("followers.id"), unique=True)
    added_at: Mapped[CreatedAt]
    added_by: Mapped[str] = mapped_column(String(80))

    follower: Mapped[Follower] = relationship(lazy="joined")


def check(follower_id: int) -> None:
    """Raises: NotOpen when this follower may not pay now."""
    if not may_pay(follower_id):
        raise NotOpen(_("本店正在做开业前的支付测试，还不能付款。开业后欢迎再来。"))


def may_pay(follower_id: int) -> bool:
    """Whether this follower's money is taken."""
    return is_released() or is_tester(follower_id)


def is_released() -> bool:
    """Whether everybody may pay."""
    newest = db.session.scalar(select(PayOpening.kind).order_by(PayOpening.id.desc()).limit(1))
    return newest == Opening.RELEASED


def is_tester(follower_id: int) -> bool:
    """Whether he stands on the list."""
    return db.session.scalar(select(PayTester.id).where(PayTester.follower_id == follower_id)) is not None


def list_testers() -> Sequence[PayTester]:
    """Everybody on the list, who came first first."""
    return db.session.scalars(select(PayTester).order_by(PayTester.id)).all()


def add_tester(follower_id: int, *, actor: str) -> bool:
    """Put a follower on the list; False when he stands there. Opens a transaction. Raises: NotFound, ShopError."""
    get_by_id(follower_id)
    with transaction():
        if not is_tester(follower_id) and len(list_testers()) >= MOST_TESTERS:
            raise ShopError(_("测试名单最多 %(n)s 人", n=MOST_TESTERS))
        is_new = insert_once(PayTester, follower_id=follower_id, added_at=clock.now(), added_by=actor)
    if is_new:
        logger.info("pay tester added", extra={"follower_id": follower_id, "actor": actor})
    return is_new


def remove_tester(tester_id: int, *, actor: str) -> int:
    """Take him off; returns the follower's number. Opens a transaction. Raises: NotFound."""
    with transaction() as session:
        tester = session.get(PayTester, tester_id)
        if tester is None:
            raise NotFound(_("名单上没有这个人"))
        follower_id = tester.follower_id
        session.delete(tester)
    logger.info("pay tester removed", extra={"follower_id": follower_id, "actor": actor})
    return follower_id


def release(*, actor: str, name: str, report: Mapping[str, Any], secret: str) -> bool:
    """Let everybody pay; False when that is so already. Who may do it is for the caller to say.

    `secret` signs the record. Opens a transaction.
    """
    return _record(Opening.RELEASED, actor=actor, name=name, report=report, secret=secret)


def withdraw(*, actor: str, name: str, secret: str) -> bool:
    """Take the release back: only testers pay; False when it is so already. Opens a transaction.

    A pay sheet that stands open can still be paid: the money is taken as ever.
    """
    return _record(Opening.WITHDRAWN, actor=actor, name=name, report={}, secret=secret)


def list_openings() -> Sequence[PayOpening]:
    """Every record, the newest first."""
    return db.session.scalars(select(PayOpening).order_by(PayOpening.id.desc())).all()


def check_signatures(secrets: Sequence[str]) -> Mapping[int, bool]:
    """Whether each record is as it was signed, with any of our keys, by its number; unsigned ones are left out."""
    known, before = {}, ""
    for row in reversed(list_openings()):
        if row.signature:
            known[row.id] = any(_fits(row, before, secret) for secret in secrets)
        before = row.signature
    return known


def _fits(row: PayOpening, before: str, secret: str) -> bool:
    return hmac.compare_digest(row.signature, _sign(row, before, secret))


def _record(kind: Opening, *, actor: str, name: str, report: Mapping[str, Any], secret: str) -> bool:
    with transaction() as session:
        newest = session.scalars(select(PayOpening).order_by(PayOpening.id.desc()).limit(1)).first()
        if (newest.kind if newest else Opening.WITHDRAWN) == kind:
            return False
        row = PayOpening(kind=kind, at=clock.now(), actor=actor, name=name[:80], report=dict(report))
        row.signature = _sign(row, newest.signature if newest else "", secret)
        session.add(row)
    logger.warning("shop opening changed", extra={"kind": str(kind), "actor": actor})
    return True


def _sign(row: PayOpening, before: str, secret: str) -> str:
    key = hmac.new(secret.encode(), _PURPOSE, sha256).digest()
    parts = [str(row.kind), row.at.isoformat(), row.actor, row.name, row.report, before]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hmac.new(key, text.encode(), sha256).hexdigest()
