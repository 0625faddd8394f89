"""What an order costs. The same quote stands on the page, in the order and on the pay button."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FreightRule:
    """A flat fee in fen, free from a goods value in fen."""

    fee_fen: int
    free_from_fen: int


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line of goods: `unit_price_fen` times `quantity`."""

    unit_price_fen: int
    quantity: int

    @property
    def sum_fen(self) -> int:
        """The line's price in fen."""
        return self.unit_price_fen * self.quantity


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that explains itself: `total_fen = goods_fen + shipping_fen`, all in fen."""

    goods_fen: int
    shipping_fen: int

    @property
    def total_fen(self) -> int:
        """What the buyer pays, in fen."""
        return self.goods_fen + self.shipping_fen


def quote(lines: Iterable[PricedLine], freight: FreightRule) -> Quote:
    """Add up lines and freight; an empty list costs nothing."""
    goods_fen = sum(line.sum_fen for line in lines)
    return Quote(goods_fen=goods_fen, shipping_fen=shipping_fee(goods_fen, freight))


def shipping_fee(goods_fen: int, freight: FreightRule) -> int:
    """Freight in fen for goods of this value."""
    is_free = goods_fen == 0 or goods_fen >= freight.free_from_fen
    return 0 if is_free else freight.fee_fen
