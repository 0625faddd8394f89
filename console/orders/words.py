"""What the pages of orders call things that more than one of them names."""

from flask_babel import gettext as _

from app.orders.models import Order, Shipment
from app.orders.states import OrderState


def say_delivery(order: Order) -> str:
    """How far an order's goods are; empty where nothing is to be sent."""
    if order.state not in (OrderState.PAID, OrderState.SHIPPED):
        return ""
    if order.is_fetched:
        return _("已自提") if order.state == OrderState.SHIPPED else _("待自提")
    if order.state == OrderState.SHIPPED:
        return _("已发货")
    return _("部分发货") if order.shipments else _("待发货")


def say_packed(parcel: Shipment) -> str:
    """The goods in a parcel, in one line."""
    return "；".join(
        f"{packed.line.title} {packed.line.options_label} × {packed.quantity}" for packed in parcel.lines
    )
