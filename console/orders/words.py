"""What the pages of orders call things that more than one of them names."""

from flask_babel import gettext as _

from app.orders.models import Order
from app.orders.states import OrderState


def say_delivery(order: Order) -> str:
    """How far an order's goods are; empty where nothing is to be sent."""
    if order.state == OrderState.SHIPPED:
        return _("已发货")
    if order.state != OrderState.PAID:
        return ""
    return _("部分发货") if order.shipments else _("待发货")
