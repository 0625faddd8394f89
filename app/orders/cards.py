"""The card that shows a buyer his own order in the chat. In Chinese, whatever language the sender reads."""

from app.core.money import format_yuan
from app.orders.models import Order
from app.orders.states import OrderState
from app.wechat.replies import Article

_STATES = {
    OrderState.UNPAID: "待付款",
    OrderState.PAID: "待发货",
    OrderState.SHIPPED: "已发货",
    OrderState.CANCELLED: "已取消",
    OrderState.REFUNDED: "已退款",
}
_FETCHED = {OrderState.PAID: "待自提", OrderState.SHIPPED: "已自提"}


def order_card(order: Order, *, base_url: str, entrance_code: str) -> Article:
    """Number, state, goods and total; opens the order's page, which only its buyer can see."""
    first, pieces = order.lines[0], sum(line.quantity for line in order.lines)
    state = _FETCHED.get(order.state, _STATES[order.state]) if order.is_fetched else _STATES[order.state]
    goods = f"{first.title} 等 {pieces} 件" if len(order.lines) > 1 else f"{first.title} × {pieces}"
    return Article(
        title=f"订单 {order.order_no} · {state}",
        summary=f"{goods}，合计 ¥{format_yuan(order.total_fen)}",
        picture_url=f"{base_url}/shop/media/{first.picture}" if first.picture else "",
        link=f"{base_url}/shop/orders/{order.order_no}?e={entrance_code}",
    )
