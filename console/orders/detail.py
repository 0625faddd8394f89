"""One order: its goods, money, parcels, history, receiver, and what can be done with it now."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import render_template
from flask_babel import gettext as _

from app.core import clock
from app.core.ids import new_token
from app.delivery.points import get_point
from app.orders import repricing
from app.orders.acceptance import list_accepted
from app.orders.disclosure import disclose
from app.orders.listing import get_by_no
from app.orders.models import Order
from app.orders.shipping import left_to_ship
from app.orders.states import ClosedBecause, OrderState
from app.payments.refunds.listing import due_attempts, refunds_of_order
from app.payments.refunds.room import find_paying, room_of
from app.pricing.explained import explain
from app.staff.service import find_usernames
from console.frame.carriers import CARRIERS, carrier_label
from console.frame.cost_labels import cost_label
from console.frame.member import get_member_here
from console.frame.state_labels import closed_label
from console.frame.wording_labels import wording_label
from console.orders.forms import ParcelForm
from console.orders.pages import blueprint
from console.orders.talk_panel import talk_panel
from console.orders.timeline import tell_everything
from console.orders.words import say_packed


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the page's forms after a refusal, and why it was refused; empty at first.

    `quantities` by the line's id.
    """

    parcel_trouble: str = ""
    quantities: Mapping[int, str] = field(default_factory=dict)
    price: Mapping[str, str] = field(default_factory=dict)
    price_trouble: str = ""
    note: str = ""
    note_trouble: str = ""
    message: str = ""
    message_trouble: str = ""


@blueprint.get("/<order_no>")
def detail(order_no: str) -> str:
    """One order with its history; the address stays masked."""
    return show(get_by_no(order_no))


@blueprint.post("/<order_no>/address")
def show_address(order_no: str) -> str:
    """The same page with the full address; who looked is written into the history."""
    return show(disclose(order_no, actor=get_member_here().actor), is_disclosed=True)


def show(
    order: Order,
    typed: Typed | None = None,
    *,
    form: ParcelForm | None = None,
    is_disclosed: bool = False,
) -> str:
    """The page, with what was `typed` when it could not be done."""
    names, typed = find_usernames(), typed or Typed()
    left = left_to_ship(order)
    return render_template(
        "console/orders/detail.html",
        order=order,
        point=get_point(order.pickup.point_id) if order.pickup else None,
        accepted=list_accepted(order.id),
        wording_label=wording_label,
        lines=[(line, line.unit_price_fen * line.quantity) for line in order.lines],
        costs=[(cost_label(line), line) for line in explain(order)],
        paying=find_paying(order.id),
        history=tell_everything(order, names),
        names=names,
        carrier_label=carrier_label,
        say_packed=say_packed,
        form=form or ParcelForm(formdata=None),
        typed=typed,
        carriers=[("", _("请选择")), *CARRIERS],
        is_disclosed=is_disclosed,
        can_ship=order.state == OrderState.PAID and not order.is_fetched and bool(left),
        can_reprice=order.state == OrderState.UNPAID and order.expires_at > clock.now(),
        lowest_fen=repricing.lowest_total_fen(order),
        highest_fen=repricing.usual_total_fen(order),
        reasons=[(each, closed_label(each)) for each in ClosedBecause],
        closed_label=closed_label,
        left=[
            (line, left[line.id], typed.quantities.get(line.id, left[line.id]))
            for line in order.lines
            if line.id in left
        ],
        refunds=refunds_of_order(order.id),
        due=[(attempt, room_of(attempt).left_fen) for attempt in due_attempts(order.id)],
        can_refund=order.paid_at is not None and order.refunded_fen < order.total_fen,
        token=new_token(),
        **talk_panel(order, names),
    )
