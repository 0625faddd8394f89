"""Which state of an order may follow which."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class OrderState(StrEnum):
    UNPAID = "unpaid"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


ORDER_MOVES: Moves = {
    OrderState.UNPAID: frozenset({OrderState.PAID, OrderState.CANCELLED}),
    OrderState.PAID: frozenset({OrderState.SHIPPED}),
    OrderState.SHIPPED: frozenset(),
    OrderState.CANCELLED: frozenset({OrderState.PAID}),  # money that came after closing, while stock allows
}
check_complete(OrderState, ORDER_MOVES)
