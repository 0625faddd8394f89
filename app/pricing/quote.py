"""What an order costs, as a value that explains itself line by line.

The order of the steps (docs/adr/0010): a flash sale's price stands in the place of the usual one; the one full
reduction that takes most off the goods outside of flash sales; one coupon on all that is left; freight, whose
"free from" looks at the goods after the reduction and before the coupon. Shares of what is taken off add up
exactly. At least one fen of the goods stays to be paid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.pricing.freight import Carried, FreightRule, Tariff, freight_fen
from app.pricing.offers import CouponRule, ReductionRule
from app.pricing.shares import share_out


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line of goods: `unit_price_fen` times `quantity`.

    `list_price_fen` is the usual price, where a flash sale gives another one. `tariff` None: carried by the
    quote's usual freight.
    """

    unit_price_fen: int
    quantity: int
    product_id: int = 0
    weight_grams: int = 0  # of one piece
    list_price_fen: int = 0
    is_flash: bool = False
    tariff: Tariff | None = None

    @property
    def sum_fen(self) -> int:
        """The line's price in fen before anything is taken off."""
        return self.unit_price_fen * self.quantity


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line with its share of what is taken off, in fen."""

    line: PricedLine
    reduction_fen: int = 0
    coupon_fen: int = 0

    @property
    def paid_fen(self) -> int:
        """What the line's goods cost the buyer in the end."""
        return self.line.sum_fen - self.reduction_fen - self.coupon_fen


@dataclass(frozen=True, slots=True)
class Quote:
    """`total_fen = goods_fen - reduction_fen - coupon_fen + shipping_fen`, all in fen; an `Order` has the same.

    What a person takes off an order afterwards is not part of a quote: its adjustment is always 0.
    """

    lines: tuple[QuotedLine, ...] = ()
    shipping_fen: int = 0
    reduction_label: str = ""
    coupon: CouponRule | None = None
    goods_fen: int = field(init=False)
    reduction_fen: int = field(init=False)
    coupon_fen: int = field(init=False)

    def __post_init__(self) -> None:
        sums = {
            "goods_fen": sum(each.line.sum_fen for each in self.lines),
            "reduction_fen": sum(each.reduction_fen for each in self.lines),
            "coupon_fen": sum(each.coupon_fen for each in self.lines),
        }
        for name, value in sums.items():
            object.__setattr__(self, name, value)

    @property
    def coupon_label(self) -> str:
        """What the coupon is called, or nothing."""
        return self.coupon.title if self.coupon else ""

    @property
    def adjustment_fen(self) -> int:
        """Nobody has changed a price yet."""
        return 0

    @property
    def adjustment_label(self) -> str:
        """Why nobody did."""
        return ""

    @property
    def before_coupon_fen(self) -> int:
        """The goods' value that coupons look at."""
        return self.goods_fen - self.reduction_fen

    @property
    def total_fen(self) -> int:
        """What the buyer pays, in fen."""
        return self.before_coupon_fen - self.coupon_fen + self.shipping_fen


def quote(
    lines: Iterable[PricedLine],
    freight: FreightRule | None,
    *,
    reductions: Sequence[ReductionRule] = (),
    coupon: CouponRule | None = None,
) -> Quote:
    """Price the lines. `freight` None: nothing is sent, the buyer fetches it. An empty list costs nothing."""
    priced = tuple(lines)
    reduction, cut = _best_reduction(priced, reductions)
    left = [line.sum_fen - share for line, share in zip(priced, cut, strict=True)]
    off_fen = coupon.off_fen(sum(left)) if coupon else 0
    coupon_shares = share_out(off_fen, left)
    return Quote(
        lines=tuple(map(QuotedLine, priced, cut, coupon_shares)),
        shipping_fen=_freight(priced, left, freight),
        reduction_label=reduction.title if reduction else "",
        coupon=coupon if off_fen else None,
    )


def _best_reduction(
    lines: Sequence[PricedLine], reductions: Sequence[ReductionRule]
) -> tuple[ReductionRule | None, tuple[int, ...]]:
    """The reduction that takes most off, with each line's share; the first among equals."""
    best: tuple[ReductionRule | None, tuple[int, ...]] = (None, (0,) * len(lines))
    for rule in reductions:
        weights = [0 if line.is_flash or not rule.covers(line.product_id) else line.sum_fen for line in lines]
        off_fen = rule.off_fen(sum(weights))
        if off_fen > sum(best[1]):
            best = rule, share_out(off_fen, weights)
    return best


def _freight(lines: Sequence[PricedLine], left: Sequence[int], freight: FreightRule | None) -> int:
    if freight is None:
        return 0
    return freight_fen(
        Carried(line.tariff or freight.tariff, line.quantity, line.weight_grams * line.quantity, goods_fen)
        for line, goods_fen in zip(lines, left, strict=True)
    )
