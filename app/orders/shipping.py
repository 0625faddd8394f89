"""Shipping: an order leaves in one parcel or in several; each is told of once, and its number can be corrected."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import audit, clock, outbox
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.core.states import move_state
from app.orders.disclosure import audit_subject
from app.orders.models import Order, Shipment, ShipmentLine
from app.orders.states import ORDER_MOVES, OrderState

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a courier took. `quantities` by the line's id; None is all that has not left yet."""

    carrier: str
    tracking_no: str
    quantities: Mapping[int, int] | None = None


def left_to_ship(order: Order) -> dict[int, int]:
    """How many pieces of each line have yet to leave, by the line's id; lines without any are left out.

    What goes back to its buyer as money does not leave any more.
    """
    left = {line.id: line.quantity - line.withdrawn for line in order.lines}
    for parcel in order.shipments:
        for packed in parcel.lines:
            left[packed.order_line_id] -= packed.quantity
    return {line_id: number for line_id, number in left.items() if number > 0}


def ship(order: Order, parcel: Parcel, *, actor: str) -> tuple[Shipment, bool]:
    """Hand a parcel over. Returns it and True; or the one that left before and False: the same number again, or
    somebody else who was first.

    Raises: TransitionRefused when the order is not paid, or the buyer fetches it; InputInvalid when the goods are
    not there to be sent. Then nothing is kept. Opens a transaction or joins one.
    """
    with transaction() as session:
        lock(order)  # two people at the same instant must see each other's parcels
        if order.is_fetched:
            raise TransitionRefused(_("这笔订单由买家到店自提，请核销提货码"))
        if same := _find_same(order, parcel):
            return same, False
        if order.state == OrderState.SHIPPED and order.shipments:
            return order.shipments[-1], False
        if order.state != OrderState.PAID:
            raise TransitionRefused(_("现在的状态不能这样操作"), old=str(order.state))
        if not left_to_ship(order):
            raise TransitionRefused(_("这笔订单剩下的商品正在退款或已经退款，没有要发的了"))
        packed = _pack(order, parcel.quantities)
        before = _trace(order)
        shipment = Shipment(
            order_id=order.id,
            carrier=parcel.carrier,
            tracking_no=parcel.tracking_no,
            shipped_by=actor,
            shipped_at=clock.now(),
            lines=[
                ShipmentLine(order_line_id=line_id, quantity=number) for line_id, number in packed.items()
            ],
        )
        session.add(shipment)
        session.flush()
        session.refresh(order)
        if not left_to_ship(order):
            move_state(order, ORDER_MOVES, OrderState.SHIPPED, cause="ship", actor=actor)
        outbox.enqueue("send_notice", order_id=order.id, notice="shipped", parcel_id=shipment.id)
        label = {"carrier": parcel.carrier, "tracking_no": parcel.tracking_no}
        audit.record(
            actor=actor,
            action="order.shipped",
            subject=audit_subject(order),
            before=before,
            after=_trace(order) | label,
        )
        logger.info("parcel handed over", extra={"order_no": order.order_no, "actor": actor})
    return shipment, True


def correct(order: Order, parcel_id: int, *, carrier: str, tracking_no: str, actor: str) -> bool:
    """Put a parcel's carrier or number right; the buyer sees it on his page, no second notice is sent.

    False when it says so already. Raises: NotFound when the order has no such parcel. Opens a transaction.
    """
    with transaction():
        lock(order)
        query = select(Shipment).where(Shipment.id == parcel_id, Shipment.order_id == order.id)
        shipment = db.session.scalars(query.execution_options(populate_existing=True)).first()
        if shipment is None:
            raise NotFound(_("没有这个包裹"))
        before = {"carrier": shipment.carrier, "tracking_no": shipment.tracking_no}
        after = {"carrier": carrier, "tracking_no": tracking_no}
        shipment.carrier, shipment.tracking_no = carrier, tracking_no
        audit.record(
            actor=actor,
            action="order.parcel_corrected",
            subject=audit_subject(order),
            before=before,
            after=after,
        )
    return before != after


def _trace(order: Order) -> dict[str, object]:
    """What the audit log keeps of an order that is being sent."""
    return {"state": order.state, "left": sum(left_to_ship(order).values())}


def _find_same(order: Order, parcel: Parcel) -> Shipment | None:
    return next((each for each in order.shipments if each.tracking_no == parcel.tracking_no), None)


def _pack(order: Order, wanted: Mapping[int, int] | None) -> dict[int, int]:
    left = left_to_ship(order)
    if wanted is None:
        return left
    packed = {line_id: number for line_id, number in wanted.items() if number}
    if not packed:
        raise InputInvalid(_("请选择这个包裹里的商品"))
    titles = {line.id: line.title for line in order.lines}
    for line_id, number in packed.items():
        if not 0 < number <= left.get(line_id, 0):
            words = _(
                "「%(title)s」还剩 %(n)s 件没有发货", title=titles.get(line_id, "?"), n=left.get(line_id, 0)
            )
            raise InputInvalid(words)
    return packed
