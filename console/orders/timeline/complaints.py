"""Complaints about an order to WeChat: each line of their history."""

from collections.abc import Iterator

from flask_babel import gettext as _

from app.complaints.clock import BY_THE_BUYER, BY_US
from app.complaints.listing import complaints_about, list_entries
from app.complaints.models import ComplaintEntry
from app.orders.models import Order
from console.frame.complaint_labels import entry_label
from console.orders.timeline.line import Line


def tell_complaints(order: Order) -> Iterator[Line]:
    """In no order."""
    for complaint in complaints_about(order.id):
        number = ((_("投诉单号"), complaint.complaint_id),)
        for entry in list_entries(complaint.id):
            words = _("微信投诉：%(what)s", what=entry_label(entry.kind))
            yield Line(entry.at, words, _whose(entry), "alert", _tone(entry), number, quote=entry.text)


def _whose(entry: ComplaintEntry) -> str:
    if entry.kind in BY_US:
        return _("本店")
    return _("买家") if entry.kind.startswith("USER_") and "SYSTEM" not in entry.kind else _("微信支付")


def _tone(entry: ComplaintEntry) -> str:
    return "red" if entry.kind in BY_THE_BUYER else "secondary"
