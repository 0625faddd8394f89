"""What the buyer chose on the checkout page besides the goods: address or pick-up point, coupon; and its price."""

from dataclasses import dataclass, replace

from flask import request

from app.core.incoming import row_id
from app.delivery.models import PickupPoint
from app.delivery.points import list_open_points
from app.delivery.regions import Region, find_region
from app.followers.models import Address
from app.orders.quoting import Item, Priced, Wanted, price_items, price_with_best_coupon
from webviews.page import freight_rule
from webviews.session import get_follower

BEST, NO_COUPON = "", "0"


@dataclass(frozen=True, slots=True)
class Choices:
    """`coupon` is BEST, NO_COUPON or the number of a copy of his. With a `point` he fetches the goods there."""

    address: Address | None
    point: PickupPoint | None
    coupon: str = BEST

    @property
    def region(self) -> Region | None:
        """Where it is to be sent, when the address says that clearly."""
        return region_of_address(self.address)

    @property
    def query(self) -> dict[str, str]:
        """The same as parameters of the page's address, but for the address."""
        query = {"point": str(self.point.id) if self.point else "", "coupon": self.coupon}
        return {name: value for name, value in query.items() if value}

    def wanted(self, items: tuple[Item, ...]) -> Wanted:
        """What is to be priced; the coupon as chosen, BEST left open."""
        copy_id = int(self.coupon) if self.coupon not in (BEST, NO_COUPON) else None
        return Wanted(items, get_follower().id, self.region, self.point is not None, copy_id)

    def price(self, items: tuple[Item, ...]) -> Priced:
        """What it costs; a chosen coupon that cannot be used any more makes room for the best one."""
        wanted = self.wanted(items)
        if self.coupon == NO_COUPON:
            return price_items(wanted, freight_rule())
        if wanted.coupon_id is not None:
            priced = price_items(wanted, freight_rule())
            if priced.quote.coupon is not None:
                return priced
        return price_with_best_coupon(replace(wanted, coupon_id=None), freight_rule())


def read_choices(address: Address | None) -> Choices:
    """From the page's address or its form."""
    number = request.values.get("point", type=row_id)
    point = next((each for each in list_open_points() if each.id == number), None)
    coupon = request.values.get("coupon", BEST)
    is_known = coupon == NO_COUPON or (request.values.get("coupon", type=row_id) or 0) > 0
    return Choices(address, point, coupon if is_known else BEST)


def region_of_address(address: Address | None) -> Region | None:
    """The region an address means; None without one, or when it is not clear."""
    return find_region(address.province, address.city, address.district) if address else None
