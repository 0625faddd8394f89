"""Asking for a refund in two steps: choose what goes back, read what it comes to, type the sum once more."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, TransitionRefused
from app.core.ids import new_token
from app.core.money import format_yuan
from app.orders.listing import get_by_no
from app.orders.models import Order
from app.payments.refunds import service
from app.payments.refunds.quote import RefundQuote, Wish
from app.payments.refunds.room import find_paying, room_of
from app.payments.refunds.service import Ask
from app.payments.refunds.states import RefundState
from console.frame.form_fields import UNREADABLE, fen_field, text_field, whole_field
from console.frame.member import get_member_here
from console.refunds.pages import back_to, blueprint

Answer = Response | str | tuple[str, int]


@blueprint.route("/new/<order_no>", methods=["GET", "POST"])
def new(order_no: str) -> Answer:
    """The form; sent, the same page with what it comes to, line by line. Nothing is kept yet."""
    order = get_by_no(order_no)
    if request.method == "GET":
        return _show(order)
    try:
        service.check_reason(text_field("reason"))
        return _show(order, quote=service.quote_for(order, _read_wish(order)))
    except (InputInvalid, TransitionRefused) as error:
        return _show(order, trouble=error.message), error.http_status


@blueprint.post("/new/<order_no>/send")
def send(order_no: str) -> Answer:
    """Ask for what was explained, if the typed sum is the one that was shown."""
    order = get_by_no(order_no)
    try:
        wish = _read_wish(order)
        if fen_field("typed", UNREADABLE) != whole_field("seen"):
            words = _("请再输入一次退款金额，与上面的一致才会提交。")
            return _show(order, quote=service.quote_for(order, wish), trouble=words), 422
        ask = Ask(wish, text_field("reason"), whole_field("seen"), request.form.get("token", "")[:64])
        refund = service.request_refund(order, ask, member=get_member_here())
    except (InputInvalid, TransitionRefused) as error:
        return _show(order, trouble=error.message), error.http_status
    if refund.state == RefundState.WAITING:
        flash(_("已申请。超过您的上限，等另一位同事批准后才会退。"), "info")
    else:
        flash(_("已提交退款 ¥%(sum)s，到账后会通知买家。", sum=format_yuan(refund.amount_fen)), "success")
    return back_to(refund)


@blueprint.post("/again/<int:attempt_id>")
def again(attempt_id: int) -> Response:
    """Send back once more what came too late or twice, after WeChat had closed the first try."""
    token = request.form.get("token", "")[:64]
    try:
        return back_to(service.request_due(attempt_id, member=get_member_here(), token=token))
    except TransitionRefused as error:
        flash(error.message, "danger")
        return redirect(url_for("console.refunds.index"))


def _read_wish(order: Order) -> Wish:
    """Raises: InputInvalid."""
    way = request.form.get("way", "")
    if way == "all":
        return Wish(is_all=True)
    if way == "sum":
        other_fen = fen_field("sum")
        if other_fen <= 0:
            raise InputInvalid(_("请写一个金额，例如 68 或 68.50。"))
        return Wish(other_fen=other_fen)
    quantities = {line.id: whole_field(f"quantity-{line.id}") for line in order.lines}
    shipping_fen = fen_field("shipping")
    if UNREADABLE in (shipping_fen, *quantities.values()):
        raise InputInvalid(_("件数和运费请写数字。"))
    return Wish(quantities=quantities, shipping_fen=shipping_fen)


def _show(order: Order, *, quote: RefundQuote | None = None, trouble: str = "") -> str:
    attempt = find_paying(order.id)
    room = room_of(attempt) if attempt else None
    return render_template(
        "console/refunds/new.html",
        order=order,
        attempt=attempt,
        room=room,
        lines=[(line, room.pieces_of(line.id, line.quantity) if room else 0) for line in order.lines],
        quote=quote,
        needs_second=bool(quote) and service.needs_second(order, quote.amount_fen, get_member_here()),
        typed=request.form,
        token=request.form.get("token") or new_token(),
        trouble=trouble,
    )
