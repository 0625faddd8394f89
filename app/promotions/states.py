"""Which state of a coupon in a follower's hands may follow which."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class CouponState(StrEnum):
    """Whether it has expired is not a state: its time says so."""

    FREE = "free"
    LOCKED = "locked"  # by an order that is not paid
    USED = "used"  # free again when the whole order is refunded before anything was sent


COUPON_MOVES: Moves = {
    CouponState.FREE: frozenset({CouponState.LOCKED}),
    CouponState.LOCKED: frozenset({CouponState.FREE, CouponState.USED}),
    CouponState.USED: frozenset({CouponState.FREE}),
}
check_complete(CouponState, COUPON_MOVES)
