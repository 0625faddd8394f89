"""Showing a buyer's full name, phone and address to staff: only on demand, and written down."""

from collections.abc import Sequence

from app.core import audit
from app.core.db import transaction
from app.orders.listing import get_by_no
from app.orders.models import Order


def disclose(order_no: str, *, actor: str) -> Order:
    """Write down who asked for the full address, then hand the order out. Opens a transaction.

    Raises: NotFound.
    """
    with transaction():
        order = get_by_no(order_no)
        audit.record(actor=actor, action="order.address_shown", subject=audit_subject(order))
    return order


def disclose_on_paper(orders: Sequence[Order], *, actor: str) -> None:
    """Write down, for each of them, who printed it with its full address. Opens a transaction."""
    with transaction():
        for order in orders:
            audit.record(actor=actor, action="order.printed", subject=audit_subject(order))


def audit_subject(order: Order) -> str:
    """How the audit log calls it."""
    return f"order:{order.order_no}"
