"""The payment part of the control API: orders, notifications, and the bridge calls the phone passes on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from simulator.clock import iso
from simulator.engine import Engine
from simulator.pay.notifications import SPOILS, UNSAFE_SPOILS
from simulator.platform.tickets import check_config
from simulator.wirelog import Verdicts


def add_pay_routes(control: Blueprint, engine: Engine) -> None:
    _add_order_routes(control, engine)
    _add_bridge_routes(control, engine)


def _json() -> dict[str, Any]:
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def _add_order_routes(control: Blueprint, engine: Engine) -> None:
    @control.get("/orders")
    def orders() -> Response:
        return jsonify({"orders": [public_order(order) for order in engine.orders.list()]})

    @control.get("/orders/<out_trade_no>")
    def order(out_trade_no: str) -> Response:
        return jsonify(public_order(_order(engine, out_trade_no)))

    @control.post("/orders/<out_trade_no>/notify")
    def notify(out_trade_no: str) -> Response:
        """Sends a notification now. Of an unpaid order only such a one as every shop must refuse."""
        found = _order(engine, out_trade_no)
        mode = str(_json().get("mode") or "genuine")
        if mode not in {"genuine", "twin", *SPOILS}:
            raise BadRequest(f"mode 是 genuine、twin 或 {'、'.join(SPOILS)}")
        if found["state"] != "SUCCESS" and mode not in UNSAFE_SPOILS:
            raise Conflict("订单没有支付，只能发伪造的通知")
        if not found["notify_url"]:
            raise Conflict("这个单号从未下单")
        spoils = {mode} & set(SPOILS)
        outcome = engine.notifier.send_now(found, spoils, copies=2 if mode == "twin" else 1)
        return jsonify({"outcome": outcome, "order": public_order(_order(engine, out_trade_no))})

    @control.post("/orders/<out_trade_no>/pay")
    def pay(out_trade_no: str) -> Response:
        """Pays from outside the phone, also an order that is closed or expired: the buyer was on the password page."""
        if not _order(engine, out_trade_no)["notify_url"]:
            raise Conflict("这个单号从未下单")
        if engine.cashier.pay_now(out_trade_no) is None:
            raise Conflict("订单已经支付")
        return jsonify(public_order(_order(engine, out_trade_no)))


def _add_bridge_routes(control: Blueprint, engine: Engine) -> None:
    @control.post("/bridge/config")
    def bridge_config() -> Response:
        given = _json()
        follower, url = _follower(engine, given), str(given.get("url", ""))
        answer = check_config(
            engine,
            follower,
            url=url,
            entry_url=str(given.get("entry_url") or url),
            params=_params(given),
        )
        _record(engine, "wx.config", given, answer)
        return jsonify(answer)

    @control.post("/bridge/prepay")
    def bridge_prepay() -> Response:
        given = _json()
        follower = _follower(engine, given)
        answer = engine.cashier.check_request(follower["openid"], str(given.get("url", "")), _params(given))
        _record(engine, "getBrandWCPayRequest", given, answer)
        return jsonify(answer)

    @control.post("/bridge/pay")
    def bridge_pay() -> Response:
        given = _json()
        follower, action = _follower(engine, given), str(given.get("action", "pay"))
        if action not in {"pay", "cancel", "fail"}:
            raise BadRequest("action 是 pay、cancel 或 fail")
        answer = engine.cashier.act(
            follower["openid"],
            str(given.get("prepay_id", "")),
            action=action,
            password=str(given.get("password") or ""),
        )
        return jsonify(answer)


def public_order(order: dict[str, Any]) -> dict[str, Any]:
    hidden = {"canonical", "number"}
    shown = {name: value for name, value in order.items() if name not in hidden}
    return {**shown, "created_at": iso(order["created_at"]), "expires_at": iso(order["expires_at"])}


def _order(engine: Engine, out_trade_no: str) -> dict[str, Any]:
    order = engine.orders.find(out_trade_no)
    if order is None:
        raise NotFound("没有这个订单")
    return order


def _follower(engine: Engine, given: dict[str, Any]) -> dict[str, Any]:
    follower = engine.followers.find(str(given.get("openid", "")))
    if follower is None:
        raise NotFound("没有这个 openid")
    return follower


def _params(given: dict[str, Any]) -> dict[str, Any]:
    params = given.get("params")
    return params if isinstance(params, dict) else {}


def _record(engine: Engine, title: str, given: dict[str, Any], answer: dict[str, Any]) -> None:
    """What the page asked of the client belongs into the wire log, too: its checks are the ones people get wrong."""
    verdicts = Verdicts()
    verdicts.rows = list(answer["verdicts"])
    text = "\n".join(f"{name}: {value}" for name, value in _params(given).items())
    engine.wire.record(
        "to_wechat",
        title,
        request={"method": "JS", "url": str(given.get("url", "")), "headers": {}, "body": text},
        response={
            "status": None,
            "headers": {},
            "body": str(answer["err_msg"]),
            "decoded": answer.get("err_desc"),
        },
        ms=0,
        verdicts=verdicts,
        openid=str(given.get("openid", "")),
    )
