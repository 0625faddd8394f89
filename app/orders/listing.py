"""Orders read: the latest, the follower's own, one with its history. The merchant's ledger stands in `app/ledger`."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import exists, func, select

from app.core.db import db
from app.core.errors import NotFound
from app.core.states import StateEvent
from app.orders.models import Order, OrderLine
from app.orders.states import OrderState


def list_latest(limit: int) -> Sequence[Order]:
    """The last orders of all, newest first."""
    query = select(Order).order_by(Order.created_at.desc(), Order.id.desc())
    return db.session.scalars(query.limit(limit)).all()


def count_by_state(follower_id: int | None = None) -> dict[OrderState, int]:
    """How many orders are in each state: all of them, or of one follower."""
    query = select(Order.state, func.count().label("number")).group_by(Order.state)
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


def list_by_no(order_nos: Collection[str]) -> dict[str, Order]:
    """These orders by their numbers, for the merchant; those there are none of are left out."""
    found = db.session.scalars(select(Order).where(Order.order_no.in_(order_nos)))
    return {order.order_no: order for order in found}


def list_to_ship(limit: int) -> Sequence[Order]:
    """Paid orders of which something has not left yet, the longest waiting first."""
    waits = exists().where(OrderLine.order_id == Order.id, OrderLine.withdrawn < OrderLine.quantity)
    query = select(Order).where(Order.state == OrderState.PAID, ~Order.is_fetched, waits)
    return db.session.scalars(query.order_by(Order.created_at, Order.id).limit(limit)).all()


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


def list_pictures(prefix: str) -> Sequence[str]:
    """Names of pictures that orders show: goods keep the face they were bought with."""
    query = select(OrderLine.picture).where(OrderLine.picture.startswith(prefix, autoescape=True))
    return db.session.scalars(query.distinct()).all()
