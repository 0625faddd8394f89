"""What an order takes while it waits for its money, and gives back when it is given up: goods, flash pieces, coupon."""

from flask_babel import gettext as _

from app.catalog import stock
from app.core.db import db
from app.core.errors import OutOfStock, PriceChanged
from app.orders.models import Order, OrderLine
from app.promotions import flash
from app.promotions.holding import give_back_coupon, lock_coupon


def reserve(order: Order, *, cause: str = "order") -> None:
    """Take all it needs; joins the open transaction, which has to end when this raises.

    Raises: OutOfStock; PriceChanged when the pieces of a flash sale or the coupon went to another order meanwhile.
    """
    for line in _in_order(order):
        stock.reserve(line.sku_id, line.quantity, order_no=order.order_no, cause=cause)
    for line in _in_order(order):
        if line.flash_item_id is None:
            continue
        if not flash.take(line.flash_item_id, line.quantity, follower_id=order.follower_id):
            raise PriceChanged(_("秒杀名额刚刚被抢完，请确认新的金额"))
    coupon, owner = order.follower_coupon_id, order.follower_id
    if coupon is not None and not lock_coupon(coupon, follower_id=owner, order_no=order.order_no):
        raise PriceChanged(_("这张优惠券刚刚用在了别的订单上，请确认新的金额"))


def give_back(order: Order, *, reason: str) -> None:
    """Return everything; joins the open transaction. The caller's guarded state move makes it once."""
    for line in _in_order(order):
        stock.give_back(line.sku_id, line.quantity, order_no=order.order_no, cause=reason)
    for line in _in_order(order):
        if line.flash_item_id is not None:
            flash.give_back(line.flash_item_id, line.quantity, follower_id=order.follower_id)
    if order.follower_coupon_id is not None:
        give_back_coupon(order.follower_coupon_id, order_no=order.order_no, cause=reason)


def reserve_again(order: Order) -> bool:
    """Take everything of a cancelled order once more: all of it, or nothing."""
    try:
        with db.session.begin_nested():
            reserve(order, cause="revived")
    except (OutOfStock, PriceChanged):
        return False
    return True


def _in_order(order: Order) -> list[OrderLine]:
    """One order of locks for everybody: no deadlock."""
    return sorted(order.lines, key=lambda line: line.sku_id)
