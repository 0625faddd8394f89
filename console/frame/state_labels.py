"""What states are called on the screens, and in which colour; the colour is never the only sign."""

from flask_babel import lazy_gettext as _l

from app.catalog.states import ProductState
from app.orders.models import Order
from app.orders.states import ClosedBecause, OrderState
from console.frame.labels import Labels

STATE_COLOURS = {
    OrderState.UNPAID: "orange",
    OrderState.PAID: "azure",
    OrderState.SHIPPED: "green",
    OrderState.CANCELLED: "secondary",
    OrderState.REFUNDED: "secondary",
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
        OrderState.REFUNDED: _l("已退款"),
        ProductState.ON_SALE: _l("在售"),
        ProductState.OFF_SALE: _l("已下架"),
        ProductState.DRAFT: _l("草稿"),
    }
)

_fetched_label = {OrderState.PAID: _l("待自提"), OrderState.SHIPPED: _l("已自提")}
# Why a colleague closed an unpaid order.
closed_label = Labels(
    {
        ClosedBecause.NO_STOCK: _l("缺货"),
        ClosedBecause.BUYER_ASKED: _l("买家不要了"),
        ClosedBecause.MISTAKE: _l("订单信息有误"),
        ClosedBecause.OTHER: _l("其他原因"),
    }
)


def order_label(order: Order) -> str:
    """The state of this very order: what its buyer fetches is not sent."""
    if order.state == OrderState.PAID and order.is_withdrawn:
        return str(_l("退款中"))
    fetched = _fetched_label.get(order.state) if order.is_fetched else None
    return str(fetched or state_label(order.state))


def state_colour(state: str) -> str:
    """A colour name of the kit."""
    return STATE_COLOURS.get(state, "secondary")
