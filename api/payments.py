"""Paying an order in the app, and what became of it: the app's word counts for nothing, the server asks WeChat."""

from flask import jsonify
from flask.typing import ResponseReturnValue

from api.door import api
from api.guards import customer_only, own_order
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
