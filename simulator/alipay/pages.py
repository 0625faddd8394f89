"""The cashier: the buyer logs in, which is when the payment begins to exist, then types the password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request

from simulator.alipay.gateway import notice
from simulator.alipay.trades import CLOSED
from simulator.alipay.wire import AlipayError, text_to_sign, write_time, write_yuan
from simulator.crypto import payments

if TYPE_CHECKING:
    from simulator.engine import Engine

CASHIER_PATH = "/alipay/cashier"
PASSWORD = "123456"  # noqa: S105  (shown on the page)


def make_pages(engine: Engine) -> Blueprint:
    pages = Blueprint("alipay_pages", __name__, template_folder="templates")

    @pages.get(CASHIER_PATH)
    def show() -> Response:
        visit = engine.alipay.find_visit(request.args.get("visit", ""))
        if visit is None:
            return notice("页面已失效，请回到商家重新付款")
        if visit["expires_at"] <= engine.clock.now():
            return notice("交易已超过付款时间，请回到商家重新下单", "ACQ.TRADE_HAS_CLOSE")
        return _page(engine, visit)

    @pages.post(CASHIER_PATH)
    def act() -> Response:
        visit = engine.alipay.find_visit(request.args.get("visit", ""))
        if visit is None:
            return notice("页面已失效，请回到商家重新付款")
        try:
            return _act(engine, visit)
        except AlipayError as error:
            return notice(error.body["sub_msg"], error.body["sub_code"])

    return pages


def _act(engine: Engine, visit: dict[str, Any]) -> Response:
    action = request.form.get("action", "login")
    if action == "cancel":
        return _leave(visit["quit_url"]) if visit["quit_url"] else notice("已取消，请关闭此页")
    if visit["expires_at"] <= engine.clock.now():
        raise AlipayError("ACQ.TRADE_HAS_CLOSE", "交易已超过付款时间")
    trade = engine.alipay.begin(visit)
    if action == "login":
        return _page(engine, visit, is_known=True)
    if request.form.get("password") != PASSWORD:
        return _page(engine, visit, is_known=True, wrong="支付密码错误，请重试")
    trade = engine.alipay.find(visit["out_trade_no"]) or trade
    if trade["state"] == CLOSED and not engine.faults.strikes("alipay_late"):
        raise AlipayError("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
    paid = engine.alipay.pay(visit["out_trade_no"])
    if paid is None:
        raise AlipayError("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
    return _leave(_back(engine, visit, paid)) if visit["return_url"] else notice("支付成功，请回到商家页面")


def _back(engine: Engine, visit: dict[str, Any], trade: dict[str, Any]) -> str:
    """Where the browser goes, with signed parameters that prove nothing of the money."""
    identity = engine.settings.alipay
    fields = {
        "charset": "utf-8",
        "out_trade_no": trade["out_trade_no"],
        "method": f"{visit['method']}.return",
        "total_amount": write_yuan(trade["amount_fen"]),
        "trade_no": trade["trade_no"],
        "auth_app_id": identity.app_id,
        "version": "1.0",
        "app_id": identity.app_id,
        "seller_id": identity.seller_id,
        "timestamp": write_time(engine.clock.now()),
    }
    signature = payments.sign(text_to_sign(fields, leave_out=()), identity.private_key)
    joint = "&" if "?" in visit["return_url"] else "?"
    return f"{visit['return_url']}{joint}{urlencode({**fields, 'sign_type': 'RSA2', 'sign': signature})}"


def _leave(url: str) -> Response:
    return Response(status=303, headers={"Location": redirect(url).headers["Location"]})


def _page(engine: Engine, visit: dict[str, Any], *, is_known: bool = False, wrong: str = "") -> Response:
    return Response(
        render_template(
            "simulator_alipay.html",
            visit=visit,
            amount=write_yuan(visit["amount_fen"]),
            ends_at=write_time(visit["expires_at"])[:16],
            merchant=engine.settings.account.name,
            is_known=is_known,
            wrong=wrong,
        )
    )
