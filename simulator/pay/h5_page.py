"""The H5 cashier: what an outside mobile browser sees behind an h5_url (https://pay.weixin.qq.com/doc/v3/merchant/4012791856).

WeChat itself cannot be opened here, so the page asks who pays and for the password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, render_template, request

if TYPE_CHECKING:
    from simulator.engine import Engine

H5_PATH = "/cgi-bin/mmpayweb-bin/checkmweb"
PEOPLE = 50


def make_h5_page(engine: Engine) -> Blueprint:
    pages = Blueprint("h5_cashier", __name__, template_folder="templates")

    @pages.get(H5_PATH)
    def show() -> Response:
        problem = _why_refused(engine)
        return _notice(problem) if problem else _page(engine)

    @pages.post(H5_PATH)
    def act() -> Response:
        form = request.form
        result = engine.cashier.act(
            form.get("openid", ""),
            request.args.get("prepay_id", ""),
            action=form.get("action", "pay"),
            password=form.get("password", ""),
        )
        if result.get("retry"):
            return _page(engine, wrong=result["error"])
        back = request.args.get("redirect_url", "")
        if engine.settings.is_h5_host(back):
            return Response(status=303, headers={"Location": redirect(back).headers["Location"]})
        return _notice(result.get("err_desc") or "支付结束，请回到商家页面")

    return pages


def _why_refused(engine: Engine) -> str:
    """The client's own words for what is wrong, in the order in which it looks."""
    order = engine.orders.find_by_prepay(request.args.get("prepay_id", ""))
    if "micromessenger" in request.headers.get("User-Agent", "").lower():
        return "请在微信外打开订单，进行支付"
    if not request.headers.get("Referer") or order is None:
        return "商家参数格式有误，请联系商家解决"
    back = request.args.get("redirect_url", "")
    if not engine.settings.is_h5_host(request.headers["Referer"]) or (
        back and not engine.settings.is_h5_host(back)
    ):
        return "商家存在未配置的参数，请联系商家解决"
    if order["client_ip"] != request.remote_addr:
        return "网络环境未能通过安全验证，请稍后再试"
    if order["prepay_expired"]:
        return "支付请求已失效，请重新发起支付"
    return str(engine.cashier.why_not_payable(order))


def _page(engine: Engine, *, wrong: str = "") -> Response:
    order, problem = engine.cashier.look_up(request.args.get("prepay_id", ""))
    if order is None:
        return _notice(problem)
    shown: dict[str, Any] = {"order": order, "people": engine.followers.search("", PEOPLE), "wrong": wrong}
    return Response(render_template("simulator_h5.html", query=request.query_string.decode(), **shown))


def _notice(text: str) -> Response:
    return Response(render_template("simulator_notice.html", title=text, text="", code=""))
