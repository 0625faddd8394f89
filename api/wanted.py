"""What a customer asks for: goods, where to, with which coupon. A quote and an order are read alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _

from api.bodies import Body
from api.guards import follower_id
from app.carts.service import MAX_QUANTITY
from app.core.errors import InputInvalid
from app.core.live_settings import read_live
from app.delivery.models import PickupPoint
from app.delivery.points import get_open_point
from app.delivery.regions import Region, find_region
from app.followers.addresses import AddressInput, check_address
from app.orders.destinations import to_address, to_point
from app.orders.making import Destination
from app.orders.quoting import Item, Wanted
from app.pricing.freight import FreightRule

MOST_ITEMS = 50
_ADDRESS = ("receiver", "phone", "province", "city", "district", "detail")
_FOR_A_QUOTE = ("province", "city")
_FOR_AN_ORDER = ("receiver", "phone", "province", "city", "detail")


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the goods go: at most one of both is there."""

    address: AddressInput | None = None
    point: PickupPoint | None = None

    @property
    def region(self) -> Region | None:
        """The region its address means, when that is clear."""
        to = self.address
        return find_region(to.province, to.city, to.district) if to else None


def read_wanted(body: Body, goal: Goal) -> Wanted:
    """What is to be priced. Raises: InputInvalid."""
    coupon_id = body.whole("coupon_id", least=1) if body.has("coupon_id") else None
    return Wanted(_items(body), follower_id(), goal.region, goal.point is not None, coupon_id)


def read_goal(body: Body) -> Goal:
    """Where a quote is asked for; an address may be vague, and may be missing. Raises: InputInvalid, NotFound."""
    if point := _point(body):
        return Goal(point=point)
    return Goal(_address(body.inner("address"), _FOR_A_QUOTE) if body.has("address") else None)


def read_destination(body: Body) -> tuple[Goal, Destination]:
    """Where an order goes, with all that it takes. Raises: InputInvalid, NotFound."""
    if point := _point(body):
        contact = body.inner("contact")
        receiver, phone = contact.text("receiver", most=40), contact.text("phone", most=20)
        return Goal(point=point), to_point(point, receiver, phone)
    address = check_address(_address(body.inner("address"), _FOR_AN_ORDER))
    return Goal(address), to_address(address)


def freight() -> FreightRule:
    """The shop's usual freight."""
    config = current_app.config
    return FreightRule(read_live("SHIPPING_FEE_FEN", config), read_live("SHIPPING_FREE_FROM_FEN", config))


def _point(body: Body) -> PickupPoint | None:
    if not body.has("pickup_point_id"):
        return None
    if body.has("address"):
        raise InputInvalid(_("address 和 pickup_point_id 只能给一个"), field="pickup_point_id")
    return get_open_point(body.whole("pickup_point_id", least=1))


def _items(body: Body) -> tuple[Item, ...]:
    rows = body.inner_list("items", most=MOST_ITEMS)
    return tuple(
        Item(row.whole("sku_id", least=1), row.whole("quantity", least=1, most=MAX_QUANTITY)) for row in rows
    )


def _address(body: Body, needed: Sequence[str]) -> AddressInput:
    return AddressInput(**{name: body.text(name, most=200, least=int(name in needed)) for name in _ADDRESS})
