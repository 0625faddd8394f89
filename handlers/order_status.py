"""Tells a follower how his orders stand."""

from flask_babel import gettext as _

from app.core.money import format_yuan
from app.followers.service import find
from app.orders.listing import list_own
from app.orders.models import Order
from app.orders.states import OrderState
from app.wechat.replies import TextReply
from handlers.doors import Door
from handlers.links import link_to
from handlers.ready import Ready
from handlers.speech import say

SHOWN = 3


def tell_orders(openid: str, door: Door, ready: Ready) -> TextReply:
    """His latest orders with links to each; an invitation when there are none. Inside the shop."""
    follower = find(openid)
    orders = list_own(follower_id=follower.id, limit=SHOWN) if follower else []
    if not orders:
        return TextReply(say("no_orders", shop_url=link_to("/shop/", door, ready)))
    lines = "\n".join(_line(order, door, ready) for order in orders)
    return TextReply(say("orders", lines=lines, orders_url=link_to("/shop/orders", door, ready)))


def _line(order: Order, door: Door, ready: Ready) -> str:
    words = {
        OrderState.UNPAID: _("待付款"),
        OrderState.PAID: _("待发货"),
        OrderState.SHIPPED: _("已发货"),
        OrderState.CANCELLED: _("已取消"),
        OrderState.REFUNDED: _("已退款"),
    }[order.state]
    if order.is_fetched:
        words = {OrderState.PAID: _("待自提"), OrderState.SHIPPED: _("已自提")}.get(order.state, words)
    url = link_to(f"/shop/orders/{order.order_no}", door, ready)
    line = f'<a href="{url}">{order.order_no}</a> ¥{format_yuan(order.total_fen)} {words}'
    if order.shipments:
        line += f" {order.shipments[-1].tracking_no}"
    return line
