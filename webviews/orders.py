"""My orders: the list with its tabs, one order, and giving up an unpaid one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import GatewayError
from app.orders import listing
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments import closing
from app.payments.gateways import get_gateway
from app.payments.refunds.room import find_paying
from webviews.door import shop
from webviews.guards import follower_only
from webviews.order_words import event_words, reached_steps, state_hint, state_word
from webviews.pay import seconds_left
from webviews.pickup_code import show_pickup
from webviews.refund_words import show_refunds
from webviews.session import get_follower

TABS = {"unpaid": OrderState.UNPAID, "paid": OrderState.PAID, "shipped": OrderState.SHIPPED}


@shop.get("/orders")
@follower_only
def list_orders() -> ResponseReturnValue:
    """All orders, or those of one tab; the tabs carry counts."""
    follower_id = get_follower().id
    tab = request.args.get("tab", "")
    counts = listing.count_by_state(follower_id)
    return render_template(
        "shop/orders.html",
        orders=listing.list_own(follower_id=follower_id, state=TABS.get(tab)),
        tab=tab if tab in TABS else "",
        counts={name: counts[state] for name, state in TABS.items()},
        state_word=state_word,
        seconds_left=seconds_left,
    )


@shop.get("/orders/<order_no>")
@follower_only
def show_order(order_no: str) -> ResponseReturnValue:
    """One order with everything there is to know about it."""
    order = _own(order_no)
    return render_template(
        "shop/order.html",
        order=order,
        state_word=state_word,
        hint=state_hint(order),
        steps=reached_steps(order),
        events=[(event.at, event_words(event)) for event in listing.timeline(order)],
        seconds_left=seconds_left(order),
        pickup=show_pickup(order),
        paying=find_paying(order.id),
        refunds=show_refunds(order),
    )


@shop.post("/orders/<order_no>/cancel")
@follower_only
def cancel_order(order_no: str) -> ResponseReturnValue:
    """Give up an unpaid order; WeChat is asked first, so that no money can be on its way."""
    order, actor = _own(order_no), f"follower:{get_follower().id}"
    try:
        is_cancelled = closing.cancel_order(order, gateway=get_gateway(), reason="buyer", actor=actor)
    except GatewayError:
        flash(_("暂时无法取消：支付平台没有回应，请稍后再试"), "warn")
    else:
        if is_cancelled:
            flash(_("订单已取消"))
        else:
            flash(_("这笔订单不能取消了，请看它现在的状态"), "warn")
    return redirect(url_for("shop.show_order", order_no=order_no), 303)


def _own(order_no: str) -> Order:
    return listing.get_own(order_no, follower_id=get_follower().id)
