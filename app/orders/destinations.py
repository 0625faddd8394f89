"""What an order says for ever of where it goes: to an address, or to a pick-up point and who comes there."""

from flask_babel import gettext as _

from app.delivery.models import PickupPoint
from app.followers import addresses
from app.followers.addresses import AddressInput
from app.followers.models import Address
from app.orders.making import Destination


def to_address(to: Address | AddressInput) -> Destination:
    """It is sent there."""
    return Destination(to.receiver, to.phone, addresses.region_of(to), to.detail)


def to_point(point: PickupPoint, receiver: str, phone: str) -> Destination:
    """Somebody comes for it. Raises: InputInvalid with a sentence per field."""
    name, number = addresses.check_contact(receiver, phone)
    return Destination(name, number, _("到店自提"), f"{point.title} {point.address}")
