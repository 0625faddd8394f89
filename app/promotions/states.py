"""Which state of a coupon in a follower's hands may follow which."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class CouponState(StrEnum):
    """Whether it has expired is not a state: its time says so."""

    FREE = "free"
    LOCKED = "locked"  # by an order that is not paid
    USED = "used"


COUPON_MOVES: Moves = {
    CouponState.FREE: frozenset({CouponState.LOCKED}),
    CouponState.LOCKED: frozenset({CouponState.FREE, CouponState.USED}),
    CouponState.USED: frozenset(),
}
check_complete(CouponState, COUPON_MOVES)
