"""Where WeChat sends notifications of complaints: looked up and changed from the console."""

from app.core import audit
from app.payments.gateways.complaints import ComplaintDesk

PATH = "/pay/notify/complaints"


def our_address(base_url: str) -> str:
    """Where they should go."""
    return f"{base_url}{PATH}"


def set_address(desk: ComplaintDesk, base_url: str, *, actor: str) -> None:
    """Have them sent to us. Raises: GatewayError."""
    before, url = desk.notify_address(), our_address(base_url)
    desk.set_notify_address(url)
    audit.record(
        actor=actor,
        action="complaints.address_set",
        subject="shop:complaints",
        before={"url": before},
        after={"url": url},
    )


def remove_address(desk: ComplaintDesk, *, actor: str) -> None:
    """Have none sent. Raises: GatewayError."""
    before = desk.notify_address()
    desk.remove_notify_address()
    audit.record(
        actor=actor,
        action="complaints.address_removed",
        subject="shop:complaints",
        before={"url": before},
        after={"url": ""},
    )
