"""WeChat Pay's orders, seen and played with from outside the phone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from simulator.clock import iso
from simulator.control_api.access import body, the_engine
from simulator.pay.notifications import SPOILS, UNSAFE_SPOILS

orders = Blueprint("orders", __name__, url_prefix="/orders")


@orders.get("")
def list_orders() -> Response:
    return jsonify({"orders": [public_order(order) for order in the_engine().orders.list()]})


@orders.get("/<out_trade_no>")
def show_order(out_trade_no: str) -> Response:
    return jsonify(public_order(order_or_404(out_trade_no)))


@orders.post("/<out_trade_no>/notify")
def notify(out_trade_no: str) -> Response:
    """Sends a notification now; of an unpaid order only one that every shop must refuse."""
    order, mode = order_or_404(out_trade_no), str(body().get("mode") or "genuine")
    if mode not in {"genuine", "twin", *SPOILS}:
        raise BadRequest(f"mode 是 genuine、twin 或 {'、'.join(SPOILS)}")
    if order["state"] != "SUCCESS" and mode not in UNSAFE_SPOILS:
        raise Conflict("订单没有支付，只能发伪造的通知")
    if not order["notify_url"]:
        raise Conflict("这个单号从未下单")
    copies = 2 if mode == "twin" else 1
    outcome = the_engine().notifier.send_now(order, {mode} & set(SPOILS), copies=copies)
    return jsonify({"outcome": outcome, "order": public_order(order_or_404(out_trade_no))})


@orders.post("/<out_trade_no>/pay")
def pay(out_trade_no: str) -> Response:
    """Pays from outside the phone, also when closed or expired: the buyer was on the password page."""
    if not order_or_404(out_trade_no)["notify_url"]:
        raise Conflict("这个单号从未下单")
    if the_engine().cashier.pay_now(out_trade_no) is None:
        raise Conflict("订单已经支付")
    return jsonify(public_order(order_or_404(out_trade_no)))


def public_order(order: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in order.items() if name not in {"canonical", "number"}}
    return {**shown, "created_at": iso(order["created_at"]), "expires_at": iso(order["expires_at"])}


def order_or_404(out_trade_no: str) -> dict[str, Any]:
    order = the_engine().orders.find(out_trade_no)
    if order is None:
        raise NotFound("没有这个订单")
    return order
