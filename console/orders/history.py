"""An order's history in sentences: what happened, who did it, when."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from app.core.audit import AuditEntry
from app.core.states import StateEvent
from app.orders.models import Order
from app.orders.states import OrderState
from console.frame.audit_words import tell_entries
from console.frame.histories import HistoryLine
from console.frame.state_labels import state_label
from console.orders.carriers import carrier_label

ADDRESS_SHOWN = "address_shown"  # as releases before the audit log wrote it down


def tell_history(
    order: Order, events: Sequence[StateEvent], entries: Sequence[AuditEntry], names: Mapping[str, str]
) -> list[HistoryLine]:
    """The newest first. `names`: what to call `staff:<id>`."""
    lines = _parcels(order, names)
    lines += [HistoryLine(each.at, _words(each), _who(each.actor, names), _tone(each)) for each in events]
    return sorted(lines + tell_entries(entries, names)[::-1], key=lambda line: line.at)[::-1]


def _parcels(order: Order, names: Mapping[str, str]) -> list[HistoryLine]:
    lines = []
    for number, each in enumerate(order.shipments, start=1):
        carrier = carrier_label(each.carrier)
        words = _(
            "寄出第 %(n)s 个包裹（%(carrier)s %(number)s）",
            n=number,
            carrier=carrier,
            number=each.tracking_no,
        )
        lines.append(HistoryLine(each.shipped_at, words, _who(each.shipped_by, names), "primary"))
    return lines


def _words(each: StateEvent) -> str:
    if each.cause == "place":
        return _("提交订单")
    if each.cause == ADDRESS_SHOWN:
        return _("查看了完整收货信息")
    if each.new == OrderState.PAID and each.old == OrderState.CANCELLED:
        return _("取消后收到付款，订单恢复")
    words = {
        OrderState.PAID: _("付款成功"),
        OrderState.SHIPPED: _("已发货"),
        OrderState.CANCELLED: _("超时未付款，自动取消") if each.cause == "expired" else _("订单取消"),
    }
    return words.get(each.new, state_label(each.new))


def _who(actor: str, names: Mapping[str, str]) -> str:
    if actor.startswith("follower:"):
        return _("买家")
    if actor.startswith("staff:"):
        return names.get(actor, actor)
    return _("系统")


def _tone(each: StateEvent) -> str:
    if each.cause == ADDRESS_SHOWN or each.new == OrderState.CANCELLED:
        return "secondary"
    return {OrderState.UNPAID: "orange", OrderState.PAID: "green"}.get(each.new, "primary")
