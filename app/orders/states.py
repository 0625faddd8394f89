"""Which state of an order may follow which."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class OrderState(StrEnum):
    UNPAID = "unpaid"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"  # all its money went back, or that of all its goods before any had left


class ClosedBecause(StrEnum):
    """Why a person of the shop closed an unpaid order; the buyer is told."""

    NO_STOCK = "shop_no_stock"
    BUYER_ASKED = "shop_buyer_asked"
    MISTAKE = "shop_mistake"
    OTHER = "shop_other"


ORDER_MOVES: Moves = {
    OrderState.UNPAID: frozenset({OrderState.PAID, OrderState.CANCELLED}),
    OrderState.PAID: frozenset({OrderState.SHIPPED, OrderState.REFUNDED}),
    OrderState.SHIPPED: frozenset({OrderState.REFUNDED}),
    OrderState.CANCELLED: frozenset({OrderState.PAID}),  # money that came after closing, while stock allows
    OrderState.REFUNDED: frozenset(),
}
check_complete(OrderState, ORDER_MOVES)
