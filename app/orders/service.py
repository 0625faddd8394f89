"""What may be done with an order: place, mark paid, cancel. Lists stand in `listing.py`, shipping in `shipping.py`."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.carts.service import check_quantity
from app.core import clock, outbox
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid
from app.core.states import move_state
from app.orders.making import Checkout, Destination, make_order
from app.orders.models import Order
from app.orders.quoting import Item
from app.orders.reserving import give_back, reserve_again
from app.orders.spending import recount
from app.orders.states import ORDER_MOVES, OrderState
from app.pricing.freight import FreightRule
from app.promotions.holding import use_coupon

__all__ = ["Checkout", "Destination", "Item", "cancel", "find_by_token", "mark_paid", "place_order"]

logger = logging.getLogger(__name__)


def place_order(checkout: Checkout, *, freight: FreightRule, ttl: timedelta) -> Order:
    """Make the order, reserve its goods, empty the cart; or return the order this checkout made before.

    Raises: InputInvalid, NotFound, PriceChanged (with `total_fen`), OutOfStock (with `sku_id`); then nothing
    is kept. Opens a transaction.
    """
    _check_items(checkout.items)
    if before := find_by_token(checkout.follower_id, checkout.token):
        return before
    try:
        with transaction():
            return find_by_token(checkout.follower_id, checkout.token) or make_order(checkout, freight, ttl)
    except IntegrityError:  # the same checkout at the same instant won the race
        if order := find_by_token(checkout.follower_id, checkout.token):
            return order
        raise


def find_by_token(follower_id: int, token: str) -> Order | None:
    """The order a checkout has made, if it has."""
    query = select(Order).where(Order.follower_id == follower_id, Order.checkout_token == token)
    return db.session.scalars(query).first()


def mark_paid(order: Order, *, paid_at: datetime, cause: str) -> bool:
    """Called by payments alone, once the money is proven; joins the open transaction.

    Returns True when the order is paid by this; False when it was already, or when it had been cancelled
    and its goods are gone: then the money has to go back.
    """
    lock(order)  # two attempts paid at the same instant must not both take the goods again
    if order.state not in (OrderState.UNPAID, OrderState.CANCELLED):
        return False
    if order.state == OrderState.CANCELLED and not reserve_again(order):
        return False
    if not move_state(order, ORDER_MOVES, OrderState.PAID, cause=cause, paid_at=paid_at):
        return False
    if order.follower_coupon_id is not None:
        use_coupon(order.follower_coupon_id, order_no=order.order_no)
    recount(order.follower_id)
    outbox.enqueue("send_notice", order_id=order.id, notice="paid")
    logger.info("order paid", extra={"order_no": order.order_no, "cause": cause})
    return True


def cancel(order: Order, *, reason: str, actor: str = "") -> bool:
    """Give up an unpaid order and return its goods and its coupon; joins the open transaction.

    Only payments and tasks may call it, after no attempt of it can bring money any more.
    """
    if not move_state(
        order,
        ORDER_MOVES,
        OrderState.CANCELLED,
        cause=reason,
        actor=actor,
        cancelled_at=clock.now(),
        cancel_reason=reason,
    ):
        return False
    give_back(order, reason=reason)
    logger.info("order cancelled", extra={"order_no": order.order_no, "reason": reason})
    return True


def _check_items(items: Sequence[Item]) -> None:
    if not items:
        raise InputInvalid(_("请先选择商品"))
    for item in items:
        check_quantity(item.quantity)
    if len({item.sku_id for item in items}) != len(items):
        raise InputInvalid(_("同一规格重复了"))
