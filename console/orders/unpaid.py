"""What can be done with an order that is not paid yet: another price, or closing it. WeChat is asked first."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import GatewayError, InputInvalid, TransitionRefused
from app.core.money import format_yuan
from app.orders import repricing
from app.orders.listing import get_by_no
from app.orders.models import Order
from app.orders.states import ClosedBecause
from app.payments import closing
from app.payments.gateways import get_gateway
from app.payments.repricing import change_price as ask_for
from console.frame.form_fields import UNREADABLE, fen_field, text_field, whole_field
from console.frame.member import get_member_here
from console.frame.state_labels import order_label
from console.orders.detail import Typed, show
from console.orders.pages import blueprint

Answer = Response | tuple[str, int]


@blueprint.post("/<order_no>/price")
def change_price(order_no: str) -> Answer:
    """Ask for another total, given as such or as what is taken off. What is refused stays as it was typed."""
    order = get_by_no(order_no)
    try:
        is_new = ask_for(
            order,
            total_fen=_read_total_fen(order),
            seen_fen=whole_field("seen"),
            reason=text_field("reason"),
            gateway=get_gateway(),
            actor=get_member_here().actor,
        )
    except (InputInvalid, TransitionRefused) as error:
        return _refuse(order, error.message), error.http_status
    except GatewayError:
        return _refuse(order, _("支付平台没有回应，价格没有改。请稍后再试。")), 503
    if is_new:
        words = _("已改价，合计 ¥%(total)s。买家打开订单就看到新的价格。", total=format_yuan(order.total_fen))
        flash(words, "success")
    else:
        flash(_("没有变化。"), "info")
    return _back(order)


@blueprint.post("/<order_no>/close")
def close(order_no: str) -> Answer:
    """Close it; its goods, flash pieces and coupon go back. Pressed twice it is closed once."""
    order, reason = get_by_no(order_no), request.form.get("because", "")
    if reason not in set(ClosedBecause):
        flash(_("请选择关闭的原因。"), "danger")
        return _back(order)
    try:
        is_closed = closing.cancel_order(
            order, gateway=get_gateway(), reason=reason, actor=get_member_here().actor
        )
    except GatewayError:
        flash(_("支付平台没有回应，订单没有关闭。请稍后再试。"), "danger")
        return _back(order)
    if is_closed:
        flash(_("订单已关闭，商品、秒杀名额和优惠券都已退回。"), "success")
    else:
        words = _("订单没有关闭：它现在是「%(state)s」，请看订单记录。", state=order_label(order))
        flash(words, "danger")
    return _back(order)


def _read_total_fen(order: Order) -> int:
    """Raises: InputInvalid."""
    amount_fen = fen_field("amount", UNREADABLE)
    if amount_fen == UNREADABLE:
        raise InputInvalid(_("请写一个金额，例如 68 或 68.50。"))
    if request.form.get("way") == "off":
        return repricing.usual_total_fen(order) - amount_fen
    return amount_fen


def _refuse(order: Order, trouble: str) -> str:
    return show(order, Typed(price=request.form.to_dict(), price_trouble=trouble))


def _back(order: Order) -> Response:
    return redirect(url_for("console.orders.detail", order_no=order.order_no))
