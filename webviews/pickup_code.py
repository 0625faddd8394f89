"""The code a buyer shows at the counter, as a picture and as digits; there only while it opens something."""

from dataclasses import dataclass

from flask import current_app

from app.delivery.models import PickupPoint
from app.delivery.points import get_point
from app.orders.models import Order
from app.orders.pickup import code_to_show, scan_text
from webviews.qr import qr_data_uri


@dataclass(frozen=True, slots=True)
class ShownPickup:
    """Where to go, and with what; `code` is empty while it would open nothing."""

    point: PickupPoint
    code: str = ""
    qr: str = ""


def show_pickup(order: Order) -> ShownPickup | None:
    """What the order's page says of fetching it; None when it is sent."""
    pickup = order.pickup
    if pickup is None:
        return None
    point = get_point(pickup.point_id)
    if not (code := code_to_show(order)):
        return ShownPickup(point)
    return ShownPickup(point, code, qr_data_uri(scan_text(code, current_app.config["BASE_URL"])))
