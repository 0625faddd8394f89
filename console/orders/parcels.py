"""Handing parcels over, one at a time, and correcting their numbers."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, TransitionRefused
from app.orders.listing import get_by_no
from app.orders.models import Order, Shipment
from app.orders.shipping import Parcel, correct, ship
from app.orders.states import OrderState
from app.staff.service import find_usernames
from console.frame.carriers import carrier_label
from console.frame.member import get_member_here
from console.frame.moments import moment
from console.frame.state_labels import order_label
from console.orders.detail import Typed, show
from console.orders.forms import ParcelForm
from console.orders.pages import blueprint

Answer = Response | tuple[str, int]


@blueprint.post("/<order_no>/ship")
def mark_shipped(order_no: str) -> Answer:
    """Hand a parcel over. Sent twice, or by two people at once, it leaves once."""
    order, form, typed = get_by_no(order_no), ParcelForm(), _typed()
    if not form.validate_on_submit():
        return show(order, Typed(quantities=typed), form=form), 422
    try:
        parcel = Parcel(form.carrier.data, form.tracking_no.data, _read_quantities(typed))
        shipment, is_new = ship(order, parcel, actor=get_member_here().actor)
    except InputInvalid as error:
        return show(order, Typed(error.message, typed), form=form), 422
    except TransitionRefused as error:
        words = _("订单现在是「%(state)s」，不能发货。", state=order_label(order))
        flash(error.message if order.is_fetched else words, "danger")
    else:
        _tell_shipped(order, shipment, is_new)
    return redirect(url_for("console.orders.detail", order_no=order_no))


@blueprint.post("/<order_no>/parcels/<int:parcel_id>")
def correct_parcel(order_no: str, parcel_id: int) -> Answer:
    """Put a number right; the buyer sees it on his page."""
    order, form = get_by_no(order_no), ParcelForm()
    if not form.validate_on_submit():
        flash(next(each[0] for each in form.errors.values()), "danger")
    elif correct(
        order,
        parcel_id,
        carrier=form.carrier.data,
        tracking_no=form.tracking_no.data,
        actor=get_member_here().actor,
    ):
        flash(_("已更正，买家的订单页现在显示新的运单号。"), "success")
    else:
        flash(_("没有变化。"), "info")
    return redirect(url_for("console.orders.detail", order_no=order_no))


def _typed() -> dict[int, str]:
    """What was typed for each line of the order, by the line's id."""
    names = [name for name in request.form if name.startswith("quantity-") and name[9:].isdecimal()]
    return {int(name[9:]): request.form[name].strip()[:9] for name in names}


def _read_quantities(typed: dict[int, str]) -> dict[int, int] | None:
    """None: the form asked for none, so all that is left goes. Raises: InputInvalid."""
    if wrong := [text for text in typed.values() if text and not (text.isascii() and text.isdecimal())]:
        raise InputInvalid(_("「%(text)s」不是件数", text=wrong[0]))
    return {line_id: int(text or 0) for line_id, text in typed.items()} if typed else None


def _tell_shipped(order: Order, parcel: Shipment, is_new: bool) -> None:
    if is_new and order.state == OrderState.PAID:
        flash(_("这个包裹已发出，买家会收到通知；其余商品还待发货。"), "success")
        return
    if is_new:
        flash(_("已发货，买家会收到发货通知。"), "success")
        return
    words = _(
        "这笔订单已由 %(who)s 于 %(when)s 发货（%(carrier)s %(number)s），没有重复发货。",
        who=find_usernames().get(parcel.shipped_by, parcel.shipped_by),
        when=moment(parcel.shipped_at),
        carrier=carrier_label(parcel.carrier),
        number=parcel.tracking_no,
    )
    flash(words, "info")
