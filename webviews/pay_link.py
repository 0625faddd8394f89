"""Paying one order outside WeChat: by a QR code on a desktop, by WeChat's H5 pay in a phone's browser, by Alipay.

Whoever has the link may pay. He sees what it is for and how much, and nothing of the buyer.
"""

from enum import StrEnum

from flask import current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.errors import NotFound
from app.orders.listing import get_by_no
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments import service as payments
from app.payments.gateways import find_alipay, get_gateway
from app.payments.links import read_link, write_link
from app.payments.service import PayState
from webviews.door import shop
from webviews.guards import open_to_all
from webviews.own_paths import with_query
from webviews.qr import qr_data_uri
from webviews.session import find_follower, is_wechat

PHONES = ("android", "iphone", "ipad", "harmony", "mobile")


class LinkView(StrEnum):
    """What the page offers, or says."""

    CODE = "code"
    PHONE = "phone"
    WECHAT = "wechat"  # here only the buyer himself can pay
    PAID = "paid"
    REFUND_DUE = "refund_due"
    OVER = "over"


@shop.get("/pay-link/<word>")
@open_to_all
def show_pay_link(word: str) -> ResponseReturnValue:
    """The ways that work where the page is opened. `asked`: he says that he has paid; `back`: he comes from paying."""
    order = _find(word)
    view = _view(order)
    follower = find_follower()
    if view is LinkView.WECHAT and follower is not None and follower.id == order.follower_id:
        return redirect(url_for("shop.show_pay", order_no=order.order_no), 303)
    return render_template(
        "shop/pay_link.html",
        order=order,
        word=word,
        view=view,
        seconds_left=max(0, int((order.expires_at - clock.now()).total_seconds())),
        link=pay_link(order),
        has_alipay=find_alipay() is not None,
        has_asked="asked" in request.args,
        is_back="back" in request.args,
    )


@shop.post("/api/pay-link/<word>/code")
@open_to_all
def make_code(word: str) -> ResponseReturnValue:
    """The picture of a QR code; whoever scans it with WeChat pays."""
    return jsonify(qr=qr_data_uri(payments.start_native(_find(word), gateway=get_gateway())))


@shop.post("/api/pay-link/<word>/h5")
@open_to_all
def open_wechat(word: str) -> ResponseReturnValue:
    """The address that opens WeChat and comes back to this page."""
    order = _find(word)
    h5_url = payments.start_h5(order, gateway=get_gateway(), client_ip=request.remote_addr or "")
    return jsonify(go=with_query(h5_url, redirect_url=f"{pay_link(order)}?back=1"))


@shop.post("/api/pay-link/<word>/alipay")
@open_to_all
def open_alipay(word: str) -> ResponseReturnValue:
    """The address of Alipay's page, which comes back to this one. WeChat's browser shows no page of Alipay's."""
    order, alipay = _find(word), find_alipay()
    if alipay is None or is_wechat():
        raise NotFound(_("这里不能用支付宝付款"))
    back = f"{pay_link(order)}?back=1"
    return jsonify(go=payments.start_alipay(order, gateway=alipay, is_phone=_is_phone(), return_url=back))


@shop.get("/api/pay-link/<word>/status")
@open_to_all
def tell_link_status(word: str) -> ResponseReturnValue:
    """Whether there is something new to show; asks while that is open."""
    state = payments.ask(_find(word), gateway=get_gateway())
    return jsonify(is_open=state.is_open)


def pay_link(order: Order) -> str:
    """The link to hand on."""
    config = current_app.config
    return write_link(config["BASE_URL"], config["SECRET_KEY"], order.order_no)


def _find(word: str) -> Order:
    return get_by_no(read_link(current_app.config["SECRET_KEY"], word))


def _view(order: Order) -> LinkView:
    if "asked" in request.args or "back" in request.args:
        payments.ask(order, gateway=get_gateway())
    if order.state in (OrderState.PAID, OrderState.SHIPPED, OrderState.REFUNDED):
        return LinkView.PAID
    if order.state != OrderState.UNPAID or order.expires_at <= clock.now():
        is_due = payments.ask(order, gateway=get_gateway()) is PayState.REFUND_DUE
        return LinkView.REFUND_DUE if is_due else LinkView.OVER
    if is_wechat():
        return LinkView.WECHAT
    return LinkView.PHONE if _is_phone() else LinkView.CODE


def _is_phone() -> bool:
    browser = request.headers.get("User-Agent", "").lower()
    return any(word in browser for word in PHONES)
