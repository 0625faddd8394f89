"""What sending goods costs: by piece or by weight, a first step and further steps, free from a goods value.

Which tariff counts for which region is found in `app/delivery`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Counting(StrEnum):
    """What a tariff counts."""

    PIECE = "piece"
    WEIGHT = "weight"  # grams


@dataclass(frozen=True, slots=True)
class Tariff:
    """`first_fee_fen` covers `first_units` pieces or grams, `next_fee_fen` each further `next_units`.

    `free_from_fen`: the goods value from which nothing is charged; None when there is no such value.
    A `next_units` of 0 means that the first fee covers everything.
    """

    counting: Counting
    first_units: int
    first_fee_fen: int
    next_units: int = 0
    next_fee_fen: int = 0
    free_from_fen: int | None = None

    def fee_fen(self, units: int, goods_fen: int) -> int:
        """Freight in fen of so many pieces or grams worth `goods_fen`; nothing costs nothing."""
        if units <= 0 and goods_fen <= 0:
            return 0
        if self.free_from_fen is not None and goods_fen >= self.free_from_fen:
            return 0
        beyond = max(0, units - self.first_units)
        steps = -(-beyond // self.next_units) if self.next_units else 0
        return self.first_fee_fen + steps * self.next_fee_fen


@dataclass(frozen=True, slots=True)
class FreightRule:
    """The shop's usual freight from its settings: a flat fee in fen, free from a goods value in fen."""

    fee_fen: int
    free_from_fen: int

    @property
    def tariff(self) -> Tariff:
        """The same as a tariff."""
        return Tariff(Counting.PIECE, 1, self.fee_fen, free_from_fen=self.free_from_fen)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a line of goods adds to a parcel."""

    tariff: Tariff
    quantity: int
    weight_grams: int  # of all pieces together
    goods_fen: int


def freight_fen(carried: Iterable[Carried]) -> int:
    """Freight in fen: goods of one tariff travel in one parcel, each parcel is charged by itself."""
    parcels: dict[Tariff, list[Carried]] = {}
    for each in carried:
        parcels.setdefault(each.tariff, []).append(each)
    return sum(
        tariff.fee_fen(_units(tariff, goods), sum(each.goods_fen for each in goods))
        for tariff, goods in parcels.items()
    )


def _units(tariff: Tariff, goods: Iterable[Carried]) -> int:
    is_weighed = tariff.counting == Counting.WEIGHT
    return sum(each.weight_grams if is_weighed else each.quantity for each in goods)


def kilos(grams: int) -> str:
    """Grams as kilogrammes without needless zeros: 1500 → `1.5`."""
    whole, rest = divmod(grams, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
