"""One order: its goods, money, parcels, history, receiver."""

from collections.abc import Mapping

from flask import render_template
from flask_babel import gettext as _

from app.core.audit import entries_about
from app.orders.acceptance import list_accepted
from app.orders.disclosure import audit_subject, disclose
from app.orders.listing import get_by_no, timeline
from app.orders.models import Order
from app.orders.shipping import left_to_ship
from app.orders.states import OrderState
from app.staff.service import find_usernames
from console.frame.member import get_member_here
from console.frame.wording_labels import wording_label
from console.orders.carriers import CARRIERS, carrier_label
from console.orders.forms import ParcelForm
from console.orders.history import tell_history
from console.orders.pages import blueprint
from console.orders.words import say_packed


@blueprint.get("/<order_no>")
def detail(order_no: str) -> str:
    """One order with its history; the address stays masked."""
    return show(get_by_no(order_no), ParcelForm())


@blueprint.post("/<order_no>/address")
def show_address(order_no: str) -> str:
    """The same page with the full address; who looked is written into the history."""
    order = disclose(order_no, actor=get_member_here().actor)
    return show(order, ParcelForm(formdata=None), is_disclosed=True)


def show(
    order: Order,
    form: ParcelForm,
    *,
    is_disclosed: bool = False,
    trouble: str = "",
    quantities: Mapping[int, str] | None = None,
) -> str:
    """The page; `trouble` is what was wrong with a parcel, `quantities` as they were typed, by the line's id."""
    names, left = find_usernames(), left_to_ship(order)
    return render_template(
        "console/orders/detail.html",
        order=order,
        accepted=list_accepted(order.id),
        wording_label=wording_label,
        lines=[(line, line.unit_price_fen * line.quantity) for line in order.lines],
        history=tell_history(order, timeline(order), entries_about(audit_subject(order)), names),
        names=names,
        carrier_label=carrier_label,
        say_packed=say_packed,
        form=form,
        trouble=trouble,
        carriers=[("", _("请选择")), *CARRIERS],
        is_disclosed=is_disclosed,
        can_ship=order.state == OrderState.PAID and not order.is_fetched,
        left=[
            (line, left[line.id], (quantities or {}).get(line.id, left[line.id]))
            for line in order.lines
            if line.id in left
        ],
    )
