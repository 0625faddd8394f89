"""Orders: the list, one order, showing its address, marking it shipped."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Regexp

from app.core.audit import entries_about
from app.core.errors import TransitionRefused
from app.core.incoming import row_id
from app.entrances.service import list_entrances
from app.orders.acceptance import list_accepted
from app.orders.disclosure import audit_subject, disclose
from app.orders.listing import CameBy, count_by_state, get_by_no, list_orders, timeline
from app.orders.models import Order
from app.orders.service import ship
from app.orders.states import OrderState
from app.staff.service import find_usernames
from console.frame.chosen_days import read_span
from console.frame.entrance_labels import entrance_label
from console.frame.member import get_member_here
from console.frame.moments import moment
from console.frame.state_labels import state_label
from console.frame.wording_labels import wording_label
from console.orders.carriers import CARRIERS, TRACKING_NO, carrier_label, tidy_tracking_no
from console.orders.history import tell_history

blueprint = Blueprint("orders", __name__, url_prefix="/orders")

PER_PAGE = 20


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


@blueprint.get("/")
def index() -> str:
    """The list; every filter stands in the address, so that a view can be kept and sent."""
    state = _read_state(request.args.get("state", ""))
    search = "".join(request.args.get("q", "").split())[:32]
    came_by = _read_came_by()
    page = max(1, min(request.args.get("page", 1, type=int), 10**6))
    found = list_orders(state=state, search=search, came_by=came_by, page=page, per_page=PER_PAGE)
    counts = count_by_state(came_by=came_by)
    return render_template(
        "console/orders/index.html",
        found=found,
        state=state,
        search=search,
        came_by=came_by,
        came_by_label=_say_came_by(came_by),
        tabs=[(each, counts[each]) for each in OrderState],
        total=sum(counts.values()),
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
        accepted=list_accepted(order.id),
        wording_label=wording_label,
        lines=[(line, line.unit_price_fen * line.quantity) for line in order.lines],
        history=tell_history(timeline(order), entries_about(audit_subject(order)), names),
        names=names,
        carrier_label=carrier_label,
        form=form,
        carriers=[("", _("请选择")), *CARRIERS],
        is_disclosed=is_disclosed,
        can_ship=order.state == OrderState.PAID,
    )


def _read_state(text: str) -> OrderState | None:
    return OrderState(text) if text in set(OrderState) else None


def _read_came_by() -> CameBy | None:
    """`?entrance=7&from=2026-11-01&to=2026-11-21`; entrance 0 is no link of ours."""
    number = request.args.get("entrance", type=row_id)
    return None if number is None else CameBy(number or None, read_span())


def _say_came_by(came_by: CameBy | None) -> str:
    if came_by is None:
        return ""
    known = list_entrances([came_by.entrance_id]) if came_by.entrance_id else []
    words = entrance_label(known[0]) if known else _("直接打开")
    if days := came_by.days:
        words += f" · {days.first:%Y-%m-%d} – {days.last:%Y-%m-%d}"
    return words
