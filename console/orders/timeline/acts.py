"""What the buyer and the shop did with the order: its states, parcels, notes, looks at the address, alerts."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _

from app.alerts.service import alerts_about
from app.alerts.words import say_alert
from app.core.audit import entries_about
from app.core.money import format_yuan
from app.core.states import StateEvent
from app.orders import repricing
from app.orders.disclosure import audit_subject
from app.orders.listing import timeline
from app.orders.models import Order
from app.orders.notes import list_notes
from app.orders.states import OrderState
from console.frame.audit_words import action_label, say_actor
from console.frame.carriers import carrier_label
from console.frame.entrance_labels import entrance_label
from console.frame.state_labels import closed_label, state_label
from console.orders.timeline.line import Line
from console.orders.words import say_packed

ADDRESS_SHOWN = "address_shown"  # as releases before the audit log wrote it down
TOLD_ALREADY = (  # by the states, the notes or the parcels themselves
    "order.price",
    "order.closed",
    "order.note_added",
    "order.shipped",
    "order.fetched",
    "refund.requested",
    "refund.approved",
    "refund.refused",
    "refund.handled",
)


def tell_acts(order: Order, names: Mapping[str, str]) -> list[Line]:
    """In no order."""
    return [
        *(_tell_event(order, event, names) for event in timeline(order)),
        *_tell_parcels(order, names),
        *_tell_notes(order, names),
        *_tell_audit(order, names),
        *_tell_alerts(order, names),
    ]


def _tell_event(order: Order, event: StateEvent, names: Mapping[str, str]) -> Line:
    details: tuple[tuple[str, str], ...] = ()
    if event.cause == "place":
        came = entrance_label(order.entrance) if order.entrance else _("直接打开")
        details = ((_("来源"), came), (_("合计"), f"¥{format_yuan(repricing.usual_total_fen(order))}"))
    who = say_actor(event.actor, names)
    return Line(event.at, _say_event(event), who, _icon(event), _tone(event), details)


def _say_event(event: StateEvent) -> str:
    match event.cause:
        case "place":
            return _("提交订单")
        case "address_shown":
            return _("查看了完整收货信息")
        case repricing.CAUSE:
            was, now = format_yuan(event.details["was_fen"]), format_yuan(event.details["total_fen"])
            return _("改价：¥%(was)s → ¥%(now)s", was=was, now=now)
        case "fetched":
            return _("已自提")
        case cause if cause in closed_label:
            return _("关闭订单：%(why)s", why=closed_label(cause))
    return _say_move(event)


def _say_move(event: StateEvent) -> str:
    if event.new == OrderState.PAID and event.old == OrderState.CANCELLED:
        return _("取消后收到付款，订单恢复")
    words = {
        OrderState.PAID: _("付款成功"),
        OrderState.SHIPPED: _("已发货"),
        OrderState.REFUNDED: _("订单已退款"),
        OrderState.CANCELLED: _("超时未付款，自动取消") if event.cause == "expired" else _("订单取消"),
    }
    return words.get(event.new) or state_label(event.new)  # type: ignore[call-overload, no-any-return]


def _tell_parcels(order: Order, names: Mapping[str, str]) -> Iterator[Line]:
    for number, each in enumerate(order.shipments, start=1):
        words = _(
            "寄出第 %(n)s 个包裹（%(carrier)s %(number)s）",
            n=number,
            carrier=carrier_label(each.carrier),
            number=each.tracking_no,
        )
        details = ((_("商品"), say_packed(each)),)
        yield Line(each.shipped_at, words, say_actor(each.shipped_by, names), "truck", "primary", details)


def _tell_notes(order: Order, names: Mapping[str, str]) -> Iterator[Line]:
    for note in list_notes(order.id):
        yield Line(note.at, _("备注"), say_actor(note.by, names), "pencil", "yellow", quote=note.text)


def _tell_audit(order: Order, names: Mapping[str, str]) -> Iterator[Line]:
    for entry in entries_about(audit_subject(order)):
        if entry.action in TOLD_ALREADY:
            continue
        was, became = entry.was, entry.became
        details = tuple(
            (_field(name), f"{carrier_label(was.get(name, ''))} → {carrier_label(value)}")
            for name, value in became.items()
            if was.get(name) != value
        )
        yield Line(
            entry.at, action_label(entry.action), say_actor(entry.actor, names), "eye", details=details
        )


def _field(name: str) -> str:
    return {"carrier": _("快递公司"), "tracking_no": _("运单号")}.get(name, name)


def _tell_alerts(order: Order, names: Mapping[str, str]) -> Iterator[Line]:
    for alert in alerts_about(order.order_no):
        yield Line(alert.created_at, say_alert(alert), _("系统"), "alert", "red")
        if alert.closed_at:
            yield Line(alert.closed_at, _("告警已处理"), say_actor(alert.closed_by, names), "check", "green")


def _icon(event: StateEvent) -> str:
    if event.cause == repricing.CAUSE:
        return "tag"
    icons = {"place": "cart", ADDRESS_SHOWN: "eye", "fetched": "check"}
    by_state = {
        OrderState.PAID: "coin",
        OrderState.SHIPPED: "truck",
        OrderState.CANCELLED: "close",
        OrderState.REFUNDED: "return",
    }
    return icons.get(event.cause) or by_state.get(event.new, "receipt")  # type: ignore[call-overload, no-any-return]


def _tone(event: StateEvent) -> str:
    if event.cause == ADDRESS_SHOWN or event.new == OrderState.CANCELLED:
        return "secondary"
    tones = {OrderState.UNPAID: "orange", OrderState.PAID: "green"}
    return tones.get(event.new, "primary")  # type: ignore[call-overload, no-any-return]
