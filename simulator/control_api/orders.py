"""WeChat Pay's orders, seen and played with from outside the phone."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from simulator.clock import iso
from simulator.control_api.access import body, the_engine
from simulator.pay.errors import PayError
from simulator.pay.notifications import SPOILS, UNSAFE_SPOILS
from simulator.pay.refund_rules import check_refund

orders = Blueprint("orders", __name__, url_prefix="/orders")
refunds = Blueprint("refunds", __name__, url_prefix="/refunds")


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


@orders.post("/<out_trade_no>/refund")
def refund(out_trade_no: str) -> Response:
    """Somebody refunds in the merchant platform, and the shop did not ask for it."""
    engine, order, amount_fen = the_engine(), order_or_404(out_trade_no), body().get("amount_fen")
    if order["state"] != "SUCCESS":
        raise Conflict("订单没有支付")
    amount = {"refund": amount_fen, "total": order["amount_fen"], "currency": "CNY"}
    wanted = {"out_trade_no": out_trade_no, "out_refund_no": f"MP{secrets.token_hex(12)}", "amount": amount}
    try:
        check_refund(wanted)
        taken = engine.refunds.add(order, wanted, source="VENDOR_PLATFORM")
    except PayError as error:
        raise BadRequest(error.message) from error
    return jsonify(public_refund(taken))


@refunds.get("")
def list_refunds() -> Response:
    return jsonify({"refunds": [public_refund(each) for each in the_engine().refunds.list()]})


def public_refund(refund: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in refund.items() if name not in {"canonical", "number"}}
    return {**shown, "created_at": iso(refund["created_at"])}


def public_order(order: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in order.items() if name not in {"canonical", "number"}}
    moments = {name: iso(order[name]) for name in ("created_at", "expires_at")}
    of_it = the_engine().refunds.of_order(order["out_trade_no"])
    return {**shown, **moments, "refunds": [public_refund(each) for each in of_it]}


def order_or_404(out_trade_no: str) -> dict[str, Any]:
    order = the_engine().orders.find(out_trade_no)
    if order is None:
        raise NotFound("没有这个订单")
    return order
