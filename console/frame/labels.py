"""What states are called on the screens, and in which colour; the colour is never the only sign."""

from flask_babel import gettext as _

from app.catalog.models import ProductState
from app.orders.states import OrderState

STATE_COLOURS = {
    OrderState.UNPAID: "orange",
    OrderState.PAID: "azure",
    OrderState.SHIPPED: "green",
    OrderState.CANCELLED: "secondary",
    ProductState.ON_SALE: "green",
    ProductState.OFF_SALE: "secondary",
    ProductState.DRAFT: "orange",
}


def state_label(state: str) -> str:
    """The state of an order or product in the reader's language."""
    labels = {
        OrderState.UNPAID: _("待付款"),
        OrderState.PAID: _("待发货"),
        OrderState.SHIPPED: _("已发货"),
        OrderState.CANCELLED: _("已取消"),
        ProductState.ON_SALE: _("在售"),
        ProductState.OFF_SALE: _("已下架"),
        ProductState.DRAFT: _("草稿"),
    }
    return labels.get(state, state)


def state_colour(state: str) -> str:
    """A colour name of the kit."""
    return STATE_COLOURS.get(state, "secondary")
