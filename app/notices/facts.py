"""What a notice can say: of its order, its parcel or its refund."""

from collections.abc import Sequence

from app.core import clock
from app.core.db import db
from app.notice_templates.values import LONGEST_THING, Facts
from app.orders.models import Order, OrderLine, Shipment
from app.payments.refunds.models import Refund

SHIPPED, REFUNDED = "shipped", "refunded"
USUAL_ACCOUNT = "原支付方式"  # where money goes back to, when the gateway did not say


def find_parcel(order: Order, parcel_id: int) -> Shipment | None:
    """The one that is told of; the last when none is named."""
    return next((each for each in order.shipments[::-1] if parcel_id in (0, each.id)), None)


def find_refund(kind: str, parcel_id: int) -> Refund | None:
    """The refund that is told of; None in a notice of something else. Raises: NoResultFound."""
    return db.session.get_one(Refund, parcel_id) if kind == REFUNDED else None


def facts_of(order: Order, kind: str, parcel_id: int) -> Facts:
    """What a template can be filled with."""
    refund, parcel = find_refund(kind, parcel_id), None
    at, lines = order.paid_at, list(order.lines)
    if refund:
        at = refund.succeeded_at
        named = {line.order_line_id for line in refund.lines}
        lines = [line for line in order.lines if line.id in named] or lines
    elif kind == SHIPPED and (parcel := find_parcel(order, parcel_id)):
        at, lines = parcel.shipped_at, [each.line for each in parcel.lines] or lines
    return Facts(
        _name(lines),
        "",
        refund.amount_fen if refund else order.total_fen,
        at or clock.now(),
        order.order_no,
        carrier=parcel.carrier if parcel else "",
        tracking_no=parcel.tracking_no if parcel else "",
        reason=refund.reason if refund else "",
        account=(refund.received_account or USUAL_ACCOUNT) if refund else "",
    )


def _name(lines: Sequence[OrderLine]) -> str:
    """The first of the goods and how many there are, short enough for WeChat to the end."""
    more = f" 等 {len(lines)} 种" if len(lines) > 1 else ""
    title, room = " ".join(lines[0].title.split()), LONGEST_THING - len(more)
    return (title if len(title) <= room else f"{title[: room - 1]}…") + more
