"""Asking which province and city an address is in, when freight depends on it and the address is not clear."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.delivery.regions import all_regions, read_key
from app.followers import addresses
from app.orders.quoting import Priced
from webviews.checkout_choices import Choices
from webviews.door import shop
from webviews.guards import follower_only
from webviews.own_paths import is_own_path
from webviews.session import get_follower


@dataclass(frozen=True, slots=True)
class RegionQuestion:
    """What the page asks about an address of his."""

    address_id: int
    said: str  # what the address says
    regions: Mapping[str, tuple[str, ...]]


def ask_region(choices: Choices, priced: Priced) -> RegionQuestion | None:
    """The question, when there is an address and it does not say clearly where it is."""
    address = choices.address
    if address is None or not priced.needs_region or choices.region is not None:
        return None
    return RegionQuestion(address.id, addresses.region_of(address), all_regions())


@shop.post("/addresses/<int:address_id>/region")
@follower_only
def answer_region(address_id: int) -> ResponseReturnValue:
    """Keep the answer with the address and go back to the checkout."""
    addresses.get_own(address_id, follower_id=get_follower().id)
    region, to = read_key(request.form.get("region", "")), request.form.get("to", "")
    if region is None:
        raise InputInvalid(_("请选择省份和城市"))
    addresses.set_region(
        address_id, follower_id=get_follower().id, province=region.province, city=region.city
    )
    return redirect(to if is_own_path(to) else "/shop/addresses", 303)
