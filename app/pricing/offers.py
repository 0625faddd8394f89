"""What is taken off: full reductions by steps, and coupons. Pure rules; who holds which is in `app/promotions`."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CouponKind(StrEnum):
    """How a coupon counts."""

    FIXED = "fixed"  # so many fen
    PERCENT = "percent"  # so many hundredths of the goods


@dataclass(frozen=True, slots=True)
class CouponRule:
    """A coupon of a follower as the quote needs it: `id` is his copy's number.

    `value` is fen or hundredths taken off; `most_fen` bounds a percentage, 0 when nothing does;
    `threshold_fen` is the goods value it asks for, 0 for any.
    """

    id: int
    title: str
    kind: CouponKind
    value: int
    threshold_fen: int = 0
    most_fen: int = 0

    def short_of_fen(self, goods_fen: int) -> int:
        """How much is missing until it may be used; 0 when it may."""
        return max(0, self.threshold_fen - goods_fen)

    def off_fen(self, goods_fen: int) -> int:
        """What it takes off goods of this value, in fen; at least one fen of the goods stays to be paid."""
        if goods_fen <= 0 or self.short_of_fen(goods_fen):
            return 0
        wanted = self.value if self.kind == CouponKind.FIXED else goods_fen * self.value // 100
        bounded = min(wanted, self.most_fen) if self.most_fen else wanted
        return max(0, min(bounded, goods_fen - 1))


@dataclass(frozen=True, slots=True)
class ReductionStep:
    """From `from_fen` of goods on, `off_fen` is taken off, once."""

    from_fen: int
    off_fen: int


@dataclass(frozen=True, slots=True)
class ReductionRule:
    """A full reduction (满减): the highest step that is reached counts.

    `product_ids`: the goods it is for; None for all of them.
    """

    title: str
    steps: tuple[ReductionStep, ...]
    product_ids: frozenset[int] | None = None

    def covers(self, product_id: int) -> bool:
        """Whether it is for this product."""
        return self.product_ids is None or product_id in self.product_ids

    def off_fen(self, goods_fen: int) -> int:
        """What it takes off goods of this value, in fen; at least one fen stays to be paid."""
        reached = [step.off_fen for step in self.steps if goods_fen >= step.from_fen]
        return max(0, min(max(reached, default=0), goods_fen - 1))

    def next_step(self, goods_fen: int) -> ReductionStep | None:
        """The lowest step that is not reached yet and brings more, to tell what is missing."""
        now = self.off_fen(goods_fen)
        further = [step for step in self.steps if step.from_fen > goods_fen and step.off_fen > now]
        return min(further, key=lambda step: step.from_fen, default=None)


def pick_best(coupons: Iterable[CouponRule], goods_fen: int) -> CouponRule | None:
    """The coupon that takes most off; the first among equals. None when none takes anything off."""
    useful = [coupon for coupon in coupons if coupon.off_fen(goods_fen)]
    return max(useful, key=lambda coupon: coupon.off_fen(goods_fen), default=None)
