"""The lines in which a quote, an order, a refund and an export explain what something costs: one way for all."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Costs(Protocol):
    """What a quote and an order have in common; all in fen."""

    @property
    def goods_fen(self) -> int: ...
    @property
    def reduction_fen(self) -> int: ...
    @property
    def reduction_label(self) -> str: ...
    @property
    def coupon_fen(self) -> int: ...
    @property
    def coupon_label(self) -> str: ...
    @property
    def adjustment_fen(self) -> int: ...
    @property
    def adjustment_label(self) -> str: ...
    @property
    def shipping_fen(self) -> int: ...
    @property
    def total_fen(self) -> int: ...


class CostKind(StrEnum):
    """What a line is about; doors have the words."""

    GOODS = "goods"
    REDUCTION = "reduction"
    COUPON = "coupon"
    ADJUSTMENT = "adjustment"  # a person of the shop took it off this very order
    SHIPPING = "shipping"


@dataclass(frozen=True, slots=True)
class CostLine:
    """`amount_fen` is negative for what is taken off; `label` is the shop's own name for it, or empty."""

    kind: CostKind
    amount_fen: int
    label: str = ""


def explain(costs: Costs) -> tuple[CostLine, ...]:
    """The lines, in the order they were counted; they add up to `total_fen`. What takes nothing off is left out."""
    lines = (
        CostLine(CostKind.GOODS, costs.goods_fen),
        CostLine(CostKind.REDUCTION, -costs.reduction_fen, costs.reduction_label),
        CostLine(CostKind.COUPON, -costs.coupon_fen, costs.coupon_label),
        CostLine(CostKind.ADJUSTMENT, -costs.adjustment_fen, costs.adjustment_label),
        CostLine(CostKind.SHIPPING, costs.shipping_fen),
    )
    always = (CostKind.GOODS, CostKind.SHIPPING)
    return tuple(line for line in lines if line.amount_fen or line.kind in always)
