"""What an order's states and events are called on a follower's page."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.money import format_yuan
from app.core.states import StateEvent
from app.orders import refunding, repricing
from app.orders.models import Order
from app.orders.states import ClosedBecause, OrderState

STATE_WORDS = {
    OrderState.UNPAID: _l("待付款"),
    OrderState.PAID: _l("待发货"),
    OrderState.SHIPPED: _l("待收货"),
    OrderState.CANCELLED: _l("已取消"),
    OrderState.REFUNDED: _l("已退款"),
}

_EVENT_WORDS = {
    ("", OrderState.UNPAID): _l("提交订单"),
    (OrderState.UNPAID, OrderState.PAID): _l("支付成功"),
    (OrderState.CANCELLED, OrderState.PAID): _l("收到付款，订单已恢复"),
    (OrderState.PAID, OrderState.SHIPPED): _l("商家已发货"),
    (OrderState.PAID, OrderState.REFUNDED): _l("款项已退回"),
    (OrderState.SHIPPED, OrderState.REFUNDED): _l("款项已退回"),
}

_CLOSED_WORDS = {
    ClosedBecause.NO_STOCK: _l("商家关闭了订单：缺货"),
    ClosedBecause.BUYER_ASKED: _l("商家按您的要求关闭了订单"),
    ClosedBecause.MISTAKE: _l("商家关闭了订单：订单信息有误"),
    ClosedBecause.OTHER: _l("商家关闭了订单"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One of the steps an order goes through; `at` is None while it has not been reached."""

    title: str
    at: datetime | None


def state_word(order: Order) -> str:
    """What its state is called; who fetches his goods waits for no parcel."""
    if order.state == OrderState.PAID and order.is_withdrawn:
        return _("退款处理中")
    fetched = {OrderState.PAID: _("待自提"), OrderState.SHIPPED: _("已自提")} if order.is_fetched else {}
    if order.state == OrderState.PAID and order.shipments:
        return _("部分发货")
    return fetched.get(order.state) or str(STATE_WORDS[order.state])


def event_words(event: StateEvent) -> str:
    """A line of the order's history as a sentence."""
    if event.cause == repricing.CAUSE:
        was, now = event.details["was_fen"], event.details["total_fen"]
        return _("商家改价：¥%(was)s → ¥%(now)s", was=format_yuan(was), now=format_yuan(now))
    if event.new == OrderState.CANCELLED:
        usual = _("超时未付款，订单已取消") if event.cause == "expired" else _("订单已取消")
        return str(_CLOSED_WORDS.get(event.cause, usual))  # type: ignore[call-overload]
    if event.cause == refunding.CAUSE and event.new == OrderState.SHIPPED:
        return _("其余商品已退款")
    if event.cause == "fetched":
        return _("已到店提货")
    return str(_EVENT_WORDS.get((event.old, event.new), "")) or _("状态更新")


def state_hint(order: Order) -> str:
    """The sentence under the order's state: what happens next."""
    match order.state:
        case OrderState.UNPAID:
            is_over = order.expires_at <= clock.now()
            return _("支付时间已过，订单即将关闭") if is_over else _("商品已为您保留，请尽快付款")
        case OrderState.PAID if order.is_withdrawn:
            return _("款项正在原路退回，商品不再寄出")
        case OrderState.PAID if order.is_fetched:
            return _("到店出示提货码，即可取走商品")
        case OrderState.SHIPPED if order.is_fetched:
            return _("商品已取走，谢谢光临")
        case OrderState.PAID if order.shipments:
            return _("已寄出 %(n)s 个包裹，其余的发出后再通知您", n=len(order.shipments))
        case OrderState.PAID:
            return _("我们会尽快发货，发出后通知您")
        case OrderState.SHIPPED:
            return _("包裹已交给快递，请留意收货")
        case OrderState.REFUNDED:
            return _("款项已退回，见下面的退款")
        case _:
            is_expired = order.cancel_reason == "expired"
            usual = _("超时未付款，商品已放回货架") if is_expired else _("订单已取消，没有扣款")
            return str(_CLOSED_WORDS.get(order.cancel_reason, usual))  # type: ignore[call-overload]


def reached_steps(order: Order) -> list[Step]:
    """Ordered, paid, shipped or fetched: with the moment each was reached."""
    has_left = order.state == OrderState.SHIPPED and order.shipments
    shipped_at = order.shipments[-1].shipped_at if has_left else None
    last = Step(_("发货"), shipped_at)
    if order.pickup is not None:
        last = Step(_("提货"), order.pickup.handed_at)
    return [
        Step(_("下单"), order.created_at),
        Step(_("付款"), order.paid_at),
        last,
    ]
