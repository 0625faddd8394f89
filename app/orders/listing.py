"""Orders read: for the merchant's list, for the follower's own, and one order's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from app.core.days import Days
from app.core.db import db
from app.core.errors import NotFound
from app.core.states import StateEvent
from app.orders.models import Order, OrderLine
from app.orders.states import OrderState


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `page` counts from 1."""

    rows: Sequence[Order]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True, slots=True)
class CameBy:
    """Orders that came by an entrance, None for those by no link of ours; placed in `days` when these are given."""

    entrance_id: int | None
    days: Days | None = None


def list_orders(
    *,
    state: OrderState | None = None,
    search: str = "",
    came_by: CameBy | None = None,
    page: int = 1,
    per_page: int = 20,
) -> Page:
    """The merchant's list, newest first; `search` is an order number or its beginning."""
    query = _narrow(select(Order), came_by)
    if state is not None:
        query = query.where(Order.state == state)
    if search:
        query = query.where(Order.order_no.startswith(search, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = max(1, min(page, -(-total // per_page) or 1))
    rows = (
        query.order_by(Order.created_at.desc(), Order.id.desc()).offset((page - 1) * per_page).limit(per_page)
    )
    return Page(db.session.scalars(rows).all(), total, page, per_page)


def count_by_state(follower_id: int | None = None, *, came_by: CameBy | None = None) -> dict[OrderState, int]:
    """How many orders are in each state: all of them, of one follower, or by one entrance."""
    query = _narrow(select(Order.state, func.count().label("number")), came_by).group_by(Order.state)
    if follower_id is not None:
        query = query.where(Order.follower_id == follower_id)
    counts = {row.state: row.number for row in db.session.execute(query)}
    return {state: counts.get(state, 0) for state in OrderState}


def get_by_no(order_no: str) -> Order:
    """Any order, for the merchant. Raises: NotFound."""
    order = db.session.scalars(select(Order).where(Order.order_no == order_no)).first()
    if order is None:
        raise NotFound(_("没有这笔订单"))
    return order


def get_own(order_no: str, *, follower_id: int) -> Order:
    """A follower's own order: the one door to it for followers. Raises: NotFound for anybody else's."""
    query = select(Order).where(Order.order_no == order_no, Order.follower_id == follower_id)
    order = db.session.scalars(query).first()
    if order is None:
        raise NotFound(_("没有这笔订单"))
    return order


def list_own(*, follower_id: int, state: OrderState | None = None, limit: int = 100) -> Sequence[Order]:
    """A follower's orders, newest first."""
    query = select(Order).where(Order.follower_id == follower_id)
    if state is not None:
        query = query.where(Order.state == state)
    return db.session.scalars(query.order_by(Order.created_at.desc(), Order.id.desc()).limit(limit)).all()


def timeline(row: object) -> Sequence[StateEvent]:
    """What has happened to an order or an attempt, oldest first."""
    query = select(StateEvent).where(
        StateEvent.subject == row.__tablename__,  # type: ignore[attr-defined]
        StateEvent.subject_id == row.id,  # type: ignore[attr-defined]
    )
    return db.session.scalars(query.order_by(StateEvent.id)).all()


def _narrow(query: Select[Any], came_by: CameBy | None) -> Select[Any]:
    if came_by is None:
        return query
    query = query.where(Order.entrance_id == came_by.entrance_id)
    return query.where(came_by.days.hold(Order.created_at)) if came_by.days else query


def list_pictures(prefix: str) -> Sequence[str]:
    """Names of pictures that orders show: goods keep the face they were bought with."""
    query = select(OrderLine.picture).where(OrderLine.picture.startswith(prefix, autoescape=True))
    return db.session.scalars(query.distinct()).all()
