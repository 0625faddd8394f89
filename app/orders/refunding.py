"""What an order is after some of its money went back: its sum, goods that stay here, its coupon, its state.

`app/payments/refunds` alone calls this, under the order's lock. What it hands over is counted anew from all
refunds of the order each time and never added up, so that a repeat changes nothing. The rules: docs/adr/0014.
"""

import logging
from collections.abc import Mapping

from app.catalog import stock
from app.core.db import db
from app.core.states import move_state
from app.orders.models import Order
from app.orders.shipping import left_to_ship
from app.orders.spending import recount
from app.orders.states import ORDER_MOVES, OrderState
from app.promotions.holding import return_coupon

logger = logging.getLogger(__name__)

CAUSE = "refund"


def unsent_pieces(order: Order) -> dict[int, int]:
    """Pieces of each line that are still in the shop and not withdrawn, by the line's id."""
    if order.is_fetched:
        is_here = order.state == OrderState.PAID
        return {line.id: line.quantity - line.withdrawn if is_here else 0 for line in order.lines}
    left = left_to_ship(order)
    return {line.id: left.get(line.id, 0) for line in order.lines}


def hold_back(order: Order, withdrawn: Mapping[int, int]) -> None:
    """Set how many pieces of each line are not sent any more, by the line's id; joins the open transaction."""
    for line in order.lines:
        line.withdrawn = withdrawn.get(line.id, 0)
    db.session.flush()


def note_refunded(order: Order, *, refunded_fen: int, returned: Mapping[int, int]) -> None:
    """Money has arrived back: `refunded_fen` of the order in all. `returned`: pieces by the line's id that this
    refund puts back on the shelf. Joins the open transaction; the caller's guarded state move makes it once.
    """
    order.refunded_fen = refunded_fen
    for line in sorted(order.lines, key=lambda line: line.sku_id):  # one order of locks for everybody
        if pieces := returned.get(line.id, 0):
            stock.give_back(line.sku_id, pieces, order_no=order.order_no, cause=CAUSE)
    db.session.flush()
    _move(order)
    recount(order.follower_id)


def _move(order: Order) -> None:
    is_all_back = order.refunded_fen == order.total_fen
    has_left = bool(order.shipments) or order.state == OrderState.SHIPPED
    if is_all_back and not has_left and order.follower_coupon_id is not None:
        return_coupon(order.follower_coupon_id, order_no=order.order_no)
    if order.state not in (OrderState.PAID, OrderState.SHIPPED):
        return
    nothing_left = not any(unsent_pieces(order).values())
    if is_all_back or (nothing_left and not has_left):
        move_state(order, ORDER_MOVES, OrderState.REFUNDED, cause=CAUSE)
    elif nothing_left and order.state == OrderState.PAID:  # the rest of it has been sent
        move_state(order, ORDER_MOVES, OrderState.SHIPPED, cause=CAUSE)
