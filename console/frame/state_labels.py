"""What states are called on the screens, and in which colour; the colour is never the only sign."""

from flask_babel import lazy_gettext as _l

from app.catalog.states import ProductState
from app.orders.states import OrderState
from console.frame.labels import Labels

STATE_COLOURS = {
    OrderState.UNPAID: "orange",
    OrderState.PAID: "azure",
    OrderState.SHIPPED: "green",
    OrderState.CANCELLED: "secondary",
    ProductState.ON_SALE: "green",
    ProductState.OFF_SALE: "secondary",
    ProductState.DRAFT: "orange",
}


# The state of an order or product in the reader's language.
state_label = Labels(
    {
        OrderState.UNPAID: _l("待付款"),
        OrderState.PAID: _l("待发货"),
        OrderState.SHIPPED: _l("已发货"),
        OrderState.CANCELLED: _l("已取消"),
        ProductState.ON_SALE: _l("在售"),
        ProductState.OFF_SALE: _l("已下架"),
        ProductState.DRAFT: _l("草稿"),
    }
)


def state_colour(state: str) -> str:
    """A colour name of the kit."""
    return STATE_COLOURS.get(state, "secondary")
