"""Alipay's payments, seen and played with from outside its pages."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from simulator.alipay.notifier import SPOILS
from simulator.alipay.wire import AlipayError
from simulator.clock import iso
from simulator.control_api.access import body, the_engine

alipay = Blueprint("alipay", __name__, url_prefix="/alipay")


@alipay.get("/trades")
def list_trades() -> Response:
    return jsonify({"trades": [_public(trade) for trade in the_engine().alipay.list()]})


@alipay.post("/trades/<out_trade_no>/pay")
def pay(out_trade_no: str) -> Response:
    """The buyer was on the password page: also what is closed is paid."""
    _find(out_trade_no)
    if the_engine().alipay.pay(out_trade_no) is None:
        raise Conflict("已经支付")
    return jsonify(_public(_find(out_trade_no)))


@alipay.post("/trades/<out_trade_no>/notify")
def notify(out_trade_no: str) -> Response:
    """Sends a notification of a paid one now."""
    trade, mode = _find(out_trade_no), str(body().get("mode") or "genuine")
    if mode not in {"genuine", *SPOILS}:
        raise BadRequest(f"mode 是 genuine 或 {'、'.join(SPOILS)}")
    if trade["paid_at"] is None or not trade["notify_url"]:
        raise Conflict("没有支付，或没有通知地址")
    return jsonify({"outcome": the_engine().alipay_notifier.send_now(trade, mode)})


@alipay.post("/trades/<out_trade_no>/refund")
def refund(out_trade_no: str) -> Response:
    """Somebody refunds in Alipay's own console, and the shop did not ask for it; a notification tells."""
    amount_fen = body().get("amount_fen")
    if not isinstance(amount_fen, int) or amount_fen <= 0:
        raise BadRequest("amount_fen 是正整数，单位分")
    try:
        trade, _moved = the_engine().alipay.refund(
            _find(out_trade_no), f"MP{secrets.token_hex(12)}", amount_fen
        )
    except AlipayError as error:
        raise Conflict(error.body["sub_msg"]) from error
    return jsonify(_public(trade))


def _find(out_trade_no: str) -> dict[str, Any]:
    trade = the_engine().alipay.find(out_trade_no)
    if trade is None:
        raise NotFound("没有这笔交易")
    return trade


def _public(trade: dict[str, Any]) -> dict[str, Any]:
    moments = {name: iso(trade[name]) for name in ("created_at", "expires_at", "paid_at") if trade[name]}
    return {**{name: value for name, value in trade.items() if name != "number"}, **moments}
