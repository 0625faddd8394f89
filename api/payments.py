"""Paying an order in the app or giving it up, and what became of it. WeChat is asked; the app's word is none."""

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.door import api
from api.guards import customer_only, follower_id, own_order
from api.shown_orders import show
from app.core.errors import TransitionRefused
from app.orders.states import OrderState
from app.payments import closing
from app.payments import service as payments
from app.payments.gateways import get_gateway


@api.post("/orders/<order_no>/pay")
@customer_only
def start_payment(order_no: str) -> ResponseReturnValue:
    """The fields of a PayReq, signed afresh at each call."""
    return jsonify(payments.start_app(own_order(order_no), gateway=get_gateway()))


@api.get("/orders/<order_no>/payment")
@customer_only
def show_payment(order_no: str) -> ResponseReturnValue:
    """Whether it is paid; asks WeChat while that is open."""
    state = payments.ask(own_order(order_no), gateway=get_gateway())
    return jsonify(state=str(state))


@api.post("/orders/<order_no>/cancel")
@customer_only
def cancel_order(order_no: str) -> ResponseReturnValue:
    """Give up an unpaid order; WeChat is asked first, so that no money can be on its way. Twice does no harm."""
    order, actor = own_order(order_no), f"follower:{follower_id()}"
    is_cancelled = closing.cancel_order(order, gateway=get_gateway(), reason="buyer", actor=actor)
    if not is_cancelled and order.state != OrderState.CANCELLED:
        raise TransitionRefused(_("这笔订单不能取消了，请看它现在的状态"))
    return jsonify(show(order))
