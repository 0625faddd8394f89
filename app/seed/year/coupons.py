"""Coupons in the hands of followers: collected for a first order, used once, given back with a cancelled one."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.core.db import db
from app.orders.states import OrderState
from app.pricing.offers import CouponRule
from app.promotions.models import Coupon, FollowerCoupon
from app.promotions.states import CouponState
from app.seed.year.people import Person
from app.seed.year.rows import Rows

COLLECT = 0.5  # of the buyers whose order is large enough
_BECOMES = {
    OrderState.UNPAID: CouponState.LOCKED,
    OrderState.CANCELLED: CouponState.FREE,
    OrderState.PAID: CouponState.USED,
}


class Wallet:
    """The shop's first coupon, and who has had it. Without one nobody has anything."""

    def __init__(self) -> None:
        self.coupon = db.session.scalars(select(Coupon).order_by(Coupon.id).limit(1)).first()
        held = select(FollowerCoupon.follower_id)
        self._holders = set(db.session.scalars(held)) if self.coupon else set[int]()

    def offer(self, person: Person, goods_fen: int, chance: Random) -> CouponRule | None:
        """The coupon for this order, when he takes it and the order is large enough."""
        coupon = self.coupon
        if coupon is None or person.id in self._holders or chance.random() > COLLECT:
            return None
        rule = CouponRule(0, coupon.title, coupon.kind, coupon.value, coupon.threshold_fen, coupon.most_fen)
        return rule if rule.off_fen(goods_fen) else None

    def keep(
        self,
        person: Person,
        at: datetime,
        state: OrderState,
        order_no: str,
        moved_at: datetime | None,
        rows: Rows,
    ) -> int:
        """His copy and its history; `moved_at`: when the order was paid or given up. Returns its number."""
        if self.coupon is None:
            raise ValueError("there is no coupon")
        self._holders.add(person.id)
        becomes = _BECOMES[state]
        number = rows.add(
            FollowerCoupon,
            coupon_id=self.coupon.id,
            follower_id=person.id,
            number=1,
            state=becomes,
            collected_at=at - timedelta(seconds=40),
            expires_at=self.coupon.ends_at,
            order_no="" if becomes == CouponState.FREE else order_no,
            used_at=moved_at if becomes == CouponState.USED else None,
        )
        free, locked = CouponState.FREE, CouponState.LOCKED
        rows.event(FollowerCoupon, number, at=at, old=free, new=locked, cause="place")
        if becomes != locked and moved_at is not None:
            cause = "paid" if becomes == CouponState.USED else "expired"
            rows.event(FollowerCoupon, number, at=moved_at, old=locked, new=becomes, cause=cause)
        return number

    def count(self, session: Session) -> None:
        """Write how many have been taken; joins the open transaction."""
        if self.coupon is not None:
            mine = FollowerCoupon.coupon_id == self.coupon.id
            taken = select(func.count(FollowerCoupon.id)).where(mine).scalar_subquery()
            session.execute(update(Coupon).where(Coupon.id == self.coupon.id).values(issued=taken))
