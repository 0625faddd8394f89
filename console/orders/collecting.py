"""Money at the desk: a QR code on the screen that whoever scans it with WeChat pays the order by."""

from flask import current_app, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import GatewayError, TransitionRefused
from app.core.qr import draw_qr
from app.orders.listing import get_by_no
from app.payments import service as payments
from app.payments.gateways import get_gateway
from app.payments.links import write_link
from app.payments.opening import NotOpen
from console.orders.pages import blueprint


@blueprint.post("/<order_no>/collect")
def collect(order_no: str) -> Response | str:
    """The code, and a link to hand on; the page follows the payment."""
    order = get_by_no(order_no)
    try:
        code_url = payments.start_native(order, gateway=get_gateway())
    except NotOpen:
        flash(_("试收款期间，只有名单上的人的订单能付。"), "danger")
    except TransitionRefused:
        flash(_("这笔订单现在不能付款了。"), "info")
    except GatewayError:
        flash(_("微信支付没有给出收款码，请稍后再试。"), "danger")
    else:
        config = current_app.config
        link = write_link(config["BASE_URL"], config["SECRET_KEY"], order_no)
        return render_template(
            "console/orders/collect.html", order=order, drawing=draw_qr(code_url), link=link
        )
    return redirect(url_for("console.orders.detail", order_no=order_no))


@blueprint.get("/<order_no>/collect/status")
def tell_collected(order_no: str) -> Response:
    """Whether the code can be taken away; asks WeChat while that is open."""
    state = payments.ask(get_by_no(order_no), gateway=get_gateway())
    return jsonify(is_open=state.is_open)
