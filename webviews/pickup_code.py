"""The code a buyer shows at the counter, as a picture and as digits; there only while it opens something."""

from dataclasses import dataclass

from flask import current_app

from app.delivery.models import PickupPoint
from app.delivery.points import get_point
from app.orders.models import Order
from app.orders.states import OrderState
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
    if order.state != OrderState.PAID or order.is_withdrawn:
        return ShownPickup(point)
    # Any scanner of the shop's people opens the console's page with the code filled in.
    link = f"{current_app.config['BASE_URL']}/console/pickup/?code={pickup.code}"
    return ShownPickup(point, pickup.code, qr_data_uri(link))
