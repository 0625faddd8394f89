"""Everything that happened with one order, from all tables that know of it, in one order of time."""

from collections.abc import Mapping

from app.orders.models import Order
from console.frame.member import may
from console.orders.timeline.acts import tell_acts
from console.orders.timeline.bills import tell_bills
from console.orders.timeline.complaints import tell_complaints
from console.orders.timeline.line import Line
from console.orders.timeline.money import tell_money
from console.orders.timeline.notices import tell_notices
from console.orders.timeline.refunds import tell_refunds
from console.orders.timeline.talk import tell_messages


def tell_everything(order: Order, names: Mapping[str, str]) -> list[Line]:
    """The newest first; what was said only to who may read talks. `names`: what to call `staff:<id>`."""
    lines = [*tell_acts(order, names), *tell_money(order), *tell_refunds(order, names)]
    lines += [*tell_notices(order), *tell_bills(order, names)]
    if may("console.desk.show"):
        lines += tell_messages(order, names)
    if may("console.complaints.show"):
        lines += tell_complaints(order)
    return sorted(lines, key=lambda line: line.at)[::-1]
