"""Handing goods over at the counter (核销): find the order by the code the buyer shows, then hand over, once."""

import logging
import re

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import NotFound, TransitionRefused
from app.core.states import move_state
from app.orders.disclosure import audit_subject
from app.orders.models import Order, Pickup
from app.orders.states import ORDER_MOVES, OrderState

logger = logging.getLogger(__name__)

CODE_LENGTH = 8


def read_code(text: str) -> str:
    """The code in what was typed or scanned: `1234 5678`, or an address that ends with it. Empty without one."""
    found = re.search(r"code=(\d{8})(?!\d)", text)
    digits = found[1] if found else re.sub(r"[\s\-]", "", text)
    return digits if re.fullmatch(r"[0-9]{8}", digits) else ""


def get_by_code(code: str) -> Order:
    """The order that this code is for. Raises: NotFound."""
    query = select(Order).join(Pickup, Pickup.order_id == Order.id).where(Pickup.code == code)
    if not code or (order := db.session.scalars(query).first()) is None:
        raise NotFound(_("没有这个提货码，请核对买家手机上的 8 位数字"))
    return order


def code_to_show(order: Order) -> str:
    """What the buyer shows at the counter; empty while it would open nothing."""
    if order.pickup is None or order.state != OrderState.PAID or order.is_withdrawn:
        return ""
    return order.pickup.code


def scan_text(code: str, base_url: str) -> str:
    """What its QR code says: any scanner of the shop's people opens the console's page with the code filled in."""
    return f"{base_url}/console/pickup/?code={code}"


def hand_over(code: str, *, actor: str) -> bool:
    """The buyer has his goods: True when this did it, False when he had them already.

    Raises: NotFound; TransitionRefused when the order is not paid. Opens a transaction.
    """
    with transaction():
        order = get_by_code(code)
        lock(order)  # who refunds it at this instant waits here
        if order.state == OrderState.PAID and order.is_withdrawn:
            raise TransitionRefused(refuse_reason(order))
        moved = move_state(order, ORDER_MOVES, OrderState.SHIPPED, cause="fetched", actor=actor)
        if moved and order.pickup is not None:
            order.pickup.handed_at, order.pickup.handed_by = clock.now(), actor
            audit.record(
                actor=actor,
                action="order.fetched",
                subject=audit_subject(order),
                before={"state": OrderState.PAID},
                after={"state": OrderState.SHIPPED},
            )
            logger.info("order fetched", extra={"order_no": order.order_no, "actor": actor})
    return moved


def refuse_reason(order: Order) -> str:
    """Why it cannot be handed over now, in words; empty when it can."""
    match order.state:
        case OrderState.PAID if order.is_withdrawn:
            return _("这笔订单正在退款，不能提货")
        case OrderState.PAID:
            return ""
        case OrderState.REFUNDED:
            return _("这笔订单已经退款，不能提货")
        case OrderState.SHIPPED:
            return _("这个提货码已经用过了，不能再次提货")
        case OrderState.UNPAID:
            return _("这笔订单还没有付款，不能提货")
        case _:
            return _("这笔订单已取消，不能提货")
