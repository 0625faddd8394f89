"""Whom a notification may go to: who agreed to it, or whose order it is about."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from app.broadcasts.models import BroadcastOptOut
from app.broadcasts.notices.consents import agreed
from app.broadcasts.reasons import NO_CONSENT, NOT_CONCERNED, OPTED_OUT
from app.core.db import db
from app.followers.models import Follower
from app.notice_templates.assigned import find_template_id
from app.notice_templates.purposes import ABOUT_ORDERS, Purpose
from app.orders.models import Order, OrderLine
from app.orders.states import OrderState


def why_not_notified(purpose: Purpose, slug: str) -> ColumnElement[str]:
    """The word for why a follower cannot have it; empty when he can.

    What concerns an order reaches also who wants no product messages: it is none.
    """
    if purpose in ABOUT_ORDERS:
        concerned = Follower.id.in_(_orders(purpose, slug).with_only_columns(Order.follower_id))
        return case((~concerned, literal(NOT_CONCERNED)), else_=literal(""))
    opted_out = Follower.id.in_(select(BroadcastOptOut.follower_id))
    willing = Follower.openid.in_(agreed(find_template_id(purpose)))
    return case((opted_out, literal(OPTED_OUT)), (~willing, literal(NO_CONSENT)), else_=literal(""))


def find_orders(purpose: Purpose, slug: str, follower_ids: Collection[int]) -> Mapping[int, str]:
    """The number of the last order that is meant, by follower; who has none any more is left out."""
    last = _orders(purpose, slug).with_only_columns(func.max(Order.id)).group_by(Order.follower_id)
    his = last.where(Order.follower_id.in_(follower_ids))
    found = select(Order.follower_id, Order.order_no).where(Order.id.in_(his))
    return dict(db.session.execute(found).all())


def _orders(purpose: Purpose, slug: str) -> Select[tuple[int]]:
    """Paid orders with this product: those not sent yet, or all that were not refunded."""
    query = select(Order.id).join(OrderLine, OrderLine.order_id == Order.id)
    states = (OrderState.PAID,) if purpose is Purpose.DELAY else (OrderState.PAID, OrderState.SHIPPED)
    return query.where(OrderLine.product_slug == slug, Order.state.in_(states))
