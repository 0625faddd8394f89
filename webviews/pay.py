"""The pay page, and what became of the payment: the phone's word is a hint, the server asks WeChat."""

from enum import StrEnum

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.errors import TransitionRefused
from app.orders.listing import get_own
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments import service as payments
from app.payments.gateways import get_gateway
from app.payments.opening import may_pay
from app.payments.service import PayState
from webviews.door import shop
from webviews.guards import follower_only
from webviews.opening import tell_not_open
from webviews.pay_link import pay_link
from webviews.session import get_follower

CONFIRM_SECONDS = 30  # how long "confirming" stands before the page says what to do if it takes longer


class ResultView(StrEnum):
    """What the result page says."""

    CONFIRMING = "confirming"
    LATE = "late"  # still confirming, beyond the limit
    PAID = "paid"
    NOT_PAID = "not_paid"
    REFUND_DUE = "refund_due"
    OLD_PRICE = "old_price"  # the money was for a price that was changed meanwhile
    CLOSED = "closed"


@shop.get("/pay/<order_no>")
@follower_only
def show_pay(order_no: str) -> ResponseReturnValue:
    """The one page that opens the pay sheet; its folder is the pay directory known to WeChat Pay."""
    order = _own(order_no)
    if order.state != OrderState.UNPAID or order.expires_at <= clock.now():
        return redirect(url_for("shop.show_result", order_no=order_no), 303)
    if not may_pay(order.follower_id):
        return tell_not_open()
    return render_template(
        "shop/pay.html", order=order, seconds_left=seconds_left(order), link=pay_link(order)
    )


@shop.post("/api/pay/<order_no>")
@follower_only
def start_pay(order_no: str) -> ResponseReturnValue:
    """The parameters of getBrandWCPayRequest, signed afresh at each tap."""
    order = _own(order_no)
    if request.args.get("total", order.total_fen, type=int) != order.total_fen:
        # The price was changed while the page stood open: nobody is asked for more than he read.
        return jsonify(code="price_changed", go=url_for("shop.show_pay", order_no=order_no)), 409
    try:
        parameters = payments.start_payment(order, gateway=get_gateway())
    except TransitionRefused:
        # Paid or over in the meantime: the result page knows which.
        return jsonify(code="over", go=url_for("shop.show_result", order_no=order_no)), 409
    return jsonify(parameters)


@shop.get("/api/pay/<order_no>/status")
@follower_only
def tell_status(order_no: str) -> ResponseReturnValue:
    """What the result page should say now; asks WeChat while that is open."""
    return jsonify(view=_look(_own(order_no)))


@shop.get("/result/<order_no>")
@follower_only
def show_result(order_no: str) -> ResponseReturnValue:
    """Confirming first, at once; the page then asks `tell_status` and comes back here for a final word."""
    order = _own(order_no)
    is_first_look = "waited" not in request.args and order.state == OrderState.UNPAID
    view = ResultView.CONFIRMING if is_first_look else _look(order)
    page = {"order": order, "view": view, "hint": _hint(), "seconds_left": seconds_left(order)}
    return render_template("shop/result.html", **page)


def decide(state: PayState, hint: str, waited_seconds: int) -> ResultView:
    """What to say of a payment. `hint`: the phone's own word, `ok`, `cancel`, `fail` or nothing.

    After `ok`, WeChat saying "not paid" means "not yet": money may be moving.
    """
    match state:
        case PayState.PAID:
            return ResultView.PAID
        case PayState.REFUND_DUE:
            return ResultView.REFUND_DUE
        case PayState.OLD_PRICE:
            return ResultView.OLD_PRICE
        case PayState.CLOSED:
            return ResultView.CLOSED
    if state == PayState.UNPAID and hint != "ok":
        return ResultView.NOT_PAID
    return ResultView.CONFIRMING if waited_seconds < CONFIRM_SECONDS else ResultView.LATE


def seconds_left(order: Order) -> int:
    """How long the order may still be paid."""
    return max(0, int((order.expires_at - clock.now()).total_seconds()))


def _look(order: Order) -> ResultView:
    state = payments.ask(order, gateway=get_gateway())
    return decide(state, _hint(), request.args.get("waited", 0, type=int))


def _own(order_no: str) -> Order:
    return get_own(order_no, follower_id=get_follower().id)


def _hint() -> str:
    hint = request.args.get("hint", "")
    return hint if hint in ("ok", "cancel", "fail") else ""
