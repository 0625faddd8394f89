"""A follower's coupons: collecting them, and what an order does to one: lock, give back, use.

The rule: an order that is given up unpaid gives its coupon back with the time it had; a paid one has used it,
unless all of its money went back before any of its goods left (docs/adr/0014).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, func, or_, select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import NotFound, TransitionRefused
from app.core.insert_once import insert_once
from app.core.states import move_state
from app.followers.models import FollowerTag
from app.pricing.offers import CouponRule
from app.promotions.models import Coupon, FollowerCoupon
from app.promotions.states import COUPON_MOVES, CouponState


@dataclass(frozen=True, slots=True)
class Offered:
    """A coupon of the centre, and whether this follower may take one more."""

    coupon: Coupon
    has: int  # copies this follower has taken

    @property
    def is_gone(self) -> bool:
        """Whether all of them have been taken."""
        return bool(self.coupon.pieces) and self.coupon.issued >= self.coupon.pieces

    @property
    def can_collect(self) -> bool:
        """Whether he may take one more."""
        return not self.is_gone and self.has < self.coupon.per_person


def list_offered(follower_id: int | None) -> list[Offered]:
    """What the coupon centre shows him now; without a follower, what it shows to anybody."""
    now = clock.now()
    query = select(Coupon).where(
        Coupon.is_active, Coupon.is_listed, Coupon.starts_at <= now, Coupon.ends_at > now
    )
    tags = select(FollowerTag.tag_id).where(FollowerTag.follower_id == follower_id)
    query = query.where(or_(Coupon.tag_id.is_(None), Coupon.tag_id.in_(tags)))
    has = _count_copies(follower_id)
    coupons = db.session.scalars(query.order_by(Coupon.ends_at, Coupon.id)).all()
    return [Offered(coupon, has.get(coupon.id, 0)) for coupon in coupons]


def collect(coupon_id: int, *, follower_id: int) -> FollowerCoupon:
    """Give him one copy. Raises: NotFound when it is not for him, TransitionRefused when he has his share,
    or all are gone. Opens a transaction.
    """
    with transaction():
        coupon = _get_collectable(coupon_id, follower_id)
        number = _count_copies(follower_id).get(coupon_id, 0) + 1
        if number > coupon.per_person or not _give(coupon, follower_id, number):
            raise TransitionRefused(_("您已经领过这张优惠券了"))
        if not _count_issued(coupon_id):
            raise TransitionRefused(_("优惠券已经领完了"))
        return db.session.scalars(
            select(FollowerCoupon).where(
                FollowerCoupon.coupon_id == coupon_id,
                FollowerCoupon.follower_id == follower_id,
                FollowerCoupon.number == number,
            )
        ).one()


def list_own(follower_id: int) -> Sequence[FollowerCoupon]:
    """All his copies, the ones that end first on top."""
    query = select(FollowerCoupon).where(FollowerCoupon.follower_id == follower_id)
    return db.session.scalars(query.order_by(FollowerCoupon.expires_at, FollowerCoupon.id)).all()


def list_usable(follower_id: int | None) -> list[FollowerCoupon]:
    """His copies that may be used now, whatever their threshold; the ones that end first on top."""
    now = clock.now()
    query = (
        select(FollowerCoupon)
        .join(Coupon)
        .where(
            FollowerCoupon.follower_id == follower_id,
            FollowerCoupon.state == CouponState.FREE,
            FollowerCoupon.expires_at > now,
            Coupon.starts_at <= now,
        )
    )
    return list(db.session.scalars(query.order_by(FollowerCoupon.expires_at, FollowerCoupon.id)).all())


def rule_of(copy: FollowerCoupon) -> CouponRule:
    """The copy as the quote needs it."""
    coupon = copy.coupon
    return CouponRule(copy.id, coupon.title, coupon.kind, coupon.value, coupon.threshold_fen, coupon.most_fen)


def lock_coupon(copy_id: int, *, follower_id: int, order_no: str) -> bool:
    """Take his copy for an order; False when it is taken, used or over. Joins the open transaction."""
    copy = db.session.get(FollowerCoupon, copy_id)
    if copy is None or copy.follower_id != follower_id:
        return False
    if copy.state != CouponState.FREE or copy.expires_at <= clock.now():
        return False
    return move_state(copy, COUPON_MOVES, CouponState.LOCKED, cause="place", order_no=order_no)


def give_back_coupon(copy_id: int, *, order_no: str, cause: str) -> None:
    """Free what an order had locked; joins the open transaction."""
    copy = db.session.get_one(FollowerCoupon, copy_id)
    if copy.state == CouponState.LOCKED and copy.order_no == order_no:
        move_state(copy, COUPON_MOVES, CouponState.FREE, cause=cause, order_no="")


def use_coupon(copy_id: int, *, order_no: str) -> None:
    """The order is paid: its coupon is used for good; joins the open transaction."""
    copy = db.session.get_one(FollowerCoupon, copy_id)
    if copy.state == CouponState.LOCKED and copy.order_no == order_no:
        move_state(copy, COUPON_MOVES, CouponState.USED, cause="paid", used_at=clock.now())


def return_coupon(copy_id: int, *, order_no: str) -> bool:
    """The order is undone: its coupon is free again, with the time it had; joins the open transaction."""
    copy = db.session.get_one(FollowerCoupon, copy_id)
    if copy.state != CouponState.USED or copy.order_no != order_no:
        return False
    return move_state(copy, COUPON_MOVES, CouponState.FREE, cause="refund", order_no="", used_at=None)


def _get_collectable(coupon_id: int, follower_id: int) -> Coupon:
    coupon, now = db.session.get(Coupon, coupon_id), clock.now()
    if coupon is None or not coupon.is_active or not coupon.starts_at <= now < coupon.ends_at:
        raise NotFound(_("这张优惠券现在领不了"))
    if coupon.tag_id is not None and not db.session.get(FollowerTag, (follower_id, coupon.tag_id)):
        raise NotFound(_("这张优惠券现在领不了"))
    return coupon


def _give(coupon: Coupon, follower_id: int, number: int) -> bool:
    now = clock.now()
    return insert_once(
        FollowerCoupon,
        coupon_id=coupon.id,
        follower_id=follower_id,
        number=number,
        state=CouponState.FREE,
        collected_at=now,
        expires_at=_end_of(coupon, now),
        order_no="",
    )


def _end_of(coupon: Coupon, now: datetime) -> datetime:
    return (
        min(coupon.ends_at, now + timedelta(days=coupon.valid_days)) if coupon.valid_days else coupon.ends_at
    )


def _count_issued(coupon_id: int) -> bool:
    """Count one more as issued, unless all are: two takers of the last one meet in the WHERE."""
    is_left = or_(Coupon.pieces == 0, Coupon.issued < Coupon.pieces)
    statement = update(Coupon).where(Coupon.id == coupon_id, is_left).values(issued=Coupon.issued + 1)
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount == 1


def _count_copies(follower_id: int | None) -> dict[int, int]:
    query = select(FollowerCoupon.coupon_id, func.count()).where(FollowerCoupon.follower_id == follower_id)
    return {row[0]: row[1] for row in db.session.execute(query.group_by(FollowerCoupon.coupon_id))}
