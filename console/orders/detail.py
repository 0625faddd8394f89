"""One order: its goods, money, history, receiver; shipping it."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Regexp

from app.core.audit import entries_about
from app.core.errors import TransitionRefused
from app.orders.disclosure import audit_subject, disclose
from app.orders.listing import get_by_no, timeline
from app.orders.models import Order
from app.orders.service import ship
from app.orders.states import OrderState
from app.staff.service import find_usernames
from console.frame.member import get_member_here
from console.frame.moments import moment
from console.frame.state_labels import state_label
from console.orders.carriers import CARRIERS, TRACKING_NO, carrier_label, tidy_tracking_no
from console.orders.history import tell_history
from console.orders.pages import blueprint


class ShipForm(FlaskForm):
    """Who carries the parcel, and its number."""

    carrier = StringField(
        lazy_gettext("快递公司"), [AnyOf([name for name, _label in CARRIERS], lazy_gettext("请选择快递公司"))]
    )
    tracking_no = StringField(
        lazy_gettext("运单号"),
        [
            InputRequired(lazy_gettext("请填写运单号")),
            Regexp(TRACKING_NO, message=lazy_gettext("运单号是 6 到 40 位字母、数字或短横线")),
        ],
        filters=[tidy_tracking_no],
    )


@blueprint.get("/<order_no>")
def detail(order_no: str) -> str:
    """One order with its history; the address stays masked."""
    return _show(get_by_no(order_no), ShipForm())


@blueprint.post("/<order_no>/address")
def show_address(order_no: str) -> str:
    """The same page with the full address; who looked is written into the history."""
    return _show(
        disclose(order_no, actor=get_member_here().actor), ShipForm(formdata=None), is_disclosed=True
    )


@blueprint.post("/<order_no>/ship")
def mark_shipped(order_no: str) -> Response | tuple[str, int]:
    """Hand the parcel over. Sent twice, or by two people at once, it is shipped once."""
    order, form = get_by_no(order_no), ShipForm()
    if not form.validate_on_submit():
        return _show(order, form), 422
    try:
        moved = ship(
            order,
            carrier=form.carrier.data,
            tracking_no=form.tracking_no.data,
            actor=get_member_here().actor,
        )
    except TransitionRefused:
        words = _("订单现在是「%(state)s」，不能发货。", state=state_label(order.state))
        flash(words, "danger")
    else:
        _tell_shipped(order, moved)
    return redirect(url_for("console.orders.detail", order_no=order_no))


def _tell_shipped(order: Order, moved: bool) -> None:
    if moved:
        flash(_("已发货，买家会收到发货通知。"), "success")
        return
    parcel = order.shipments[0]
    words = _(
        "这笔订单已由 %(who)s 于 %(when)s 发货（%(carrier)s %(number)s），没有重复发货。",
        who=find_usernames().get(parcel.shipped_by, parcel.shipped_by),
        when=moment(parcel.shipped_at),
        carrier=carrier_label(parcel.carrier),
        number=parcel.tracking_no,
    )
    flash(words, "info")


def _show(order: Order, form: ShipForm, *, is_disclosed: bool = False) -> str:
    names = find_usernames()
    return render_template(
        "console/orders/detail.html",
        order=order,
        lines=[(line, line.unit_price_fen * line.quantity) for line in order.lines],
        history=tell_history(timeline(order), entries_about(audit_subject(order)), names),
        names=names,
        carrier_label=carrier_label,
        form=form,
        carriers=[("", _("请选择")), *CARRIERS],
        is_disclosed=is_disclosed,
        can_ship=order.state == OrderState.PAID,
    )
