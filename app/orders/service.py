"""What may be done with an order: place, mark paid, cancel, ship. Lists stand in `listing.py`."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.carts.service import check_quantity
from app.carts.service import remove as remove_from_cart
from app.catalog import stock
from app.catalog.models import Sku
from app.catalog.service import get_sku, options_label
from app.core import clock, ids, outbox
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, OutOfStock, PriceChanged
from app.core.states import move_state, record_event
from app.orders.models import Order, OrderLine, Shipment
from app.orders.spending import recount
from app.orders.states import ORDER_MOVES, OrderState
from app.pricing.quote import FreightRule, PricedLine, Quote, quote

logger = logging.getLogger(__name__)

MAX_TOTAL_FEN = 1_000_000_00


@dataclass(frozen=True, slots=True)
class Item:
    """What the buyer wants: a SKU and how many."""

    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the parcel goes, as it will stand on the order for ever."""

    receiver: str
    phone: str
    region: str
    address: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """One press of the buy button. The same `token` of the same follower always means the same order.

    `seen_total_fen` is what the button said; `owner` is the cart to empty, or "".
    """

    follower_id: int
    token: str
    items: tuple[Item, ...]
    destination: Destination
    seen_total_fen: int
    note: str = ""
    entrance_id: int | None = None
    owner: str = ""


def price_items(items: Sequence[Item], freight: FreightRule) -> Quote:
    """What these items cost now. Raises: NotFound, InputInvalid."""
    return quote([PricedLine(get_sku(item.sku_id).price_fen, item.quantity) for item in items], freight)


def place_order(checkout: Checkout, *, freight: FreightRule, ttl: timedelta) -> Order:
    """Make the order, reserve its goods, empty the cart; or return the order this checkout made before.

    Raises: InputInvalid, NotFound, PriceChanged (with `total_fen`), OutOfStock (with `sku_id`); then nothing
    is kept. Opens a transaction.
    """
    _check_items(checkout.items)
    if before := find_by_token(checkout.follower_id, checkout.token):
        return before
    try:
        with transaction():
            return find_by_token(checkout.follower_id, checkout.token) or _create(checkout, freight, ttl)
    except IntegrityError:  # the same checkout at the same instant won the race
        if order := find_by_token(checkout.follower_id, checkout.token):
            return order
        raise


def find_by_token(follower_id: int, token: str) -> Order | None:
    """The order a checkout has made, if it has."""
    query = select(Order).where(Order.follower_id == follower_id, Order.checkout_token == token)
    return db.session.scalars(query).first()


def mark_paid(order: Order, *, paid_at: datetime, cause: str) -> bool:
    """Called by payments alone, once the money is proven; joins the open transaction.

    Returns True when the order is paid by this; False when it was already, or when it had been cancelled
    and its goods are gone: then the money has to go back.
    """
    lock(order)  # two attempts paid at the same instant must not both take the goods again
    if order.state not in (OrderState.UNPAID, OrderState.CANCELLED):
        return False
    if order.state == OrderState.CANCELLED and not _reserve_again(order):
        return False
    if not move_state(order, ORDER_MOVES, OrderState.PAID, cause=cause, paid_at=paid_at):
        return False
    recount(order.follower_id)
    outbox.enqueue("send_notice", order_id=order.id, notice="paid")
    logger.info("order paid", extra={"order_no": order.order_no, "cause": cause})
    return True


def cancel(order: Order, *, reason: str, actor: str = "") -> bool:
    """Give up an unpaid order and return its goods; joins the open transaction.

    Only payments and tasks may call it, after no attempt of it can bring money any more.
    """
    if not move_state(
        order,
        ORDER_MOVES,
        OrderState.CANCELLED,
        cause=reason,
        actor=actor,
        cancelled_at=clock.now(),
        cancel_reason=reason,
    ):
        return False
    for line in order.lines:
        stock.give_back(line.sku_id, line.quantity, order_no=order.order_no, cause=reason)
    logger.info("order cancelled", extra={"order_no": order.order_no, "reason": reason})
    return True


def ship(order: Order, *, carrier: str, tracking_no: str, actor: str) -> bool:
    """Hand the parcel over: True when this did it, False when it was shipped already.

    Raises: TransitionRefused when the order is not paid. Opens a transaction.
    """
    with transaction() as session:
        moved = move_state(order, ORDER_MOVES, OrderState.SHIPPED, cause="ship", actor=actor)
        if moved:
            parcel = Shipment(
                order_id=order.id,
                carrier=carrier,
                tracking_no=tracking_no,
                shipped_by=actor,
                shipped_at=clock.now(),
            )
            session.add(parcel)
            outbox.enqueue("send_notice", order_id=order.id, notice="shipped")
            logger.info("order shipped", extra={"order_no": order.order_no, "actor": actor})
    return moved


def _check_items(items: Sequence[Item]) -> None:
    if not items:
        raise InputInvalid(_("请先选择商品"))
    for item in items:
        check_quantity(item.quantity)
    if len({item.sku_id for item in items}) != len(items):
        raise InputInvalid(_("同一规格重复了"))


def _create(checkout: Checkout, freight: FreightRule, ttl: timedelta) -> Order:
    skus = {item.sku_id: get_sku(item.sku_id) for item in checkout.items}
    price = price_items(checkout.items, freight)
    if price.total_fen != checkout.seen_total_fen:
        raise PriceChanged(_("合计已变动，请确认新的金额"), total_fen=price.total_fen)
    if price.total_fen > MAX_TOTAL_FEN:
        raise InputInvalid(_("订单金额过大，请分开下单"))
    order = _new_order(checkout, price, ttl)
    db.session.add(order)
    db.session.flush()
    for item in sorted(checkout.items, key=lambda item: item.sku_id):  # one order of locks: no deadlock
        _reserve_line(order, skus[item.sku_id], item.quantity)
    if checkout.owner:
        remove_from_cart(checkout.owner, skus)
    record_event(order, new=str(order.state), cause="place", actor=f"follower:{checkout.follower_id}")
    logger.info("order placed", extra={"order_no": order.order_no, "total_fen": order.total_fen})
    return order


def _new_order(checkout: Checkout, price: Quote, ttl: timedelta) -> Order:
    to = checkout.destination
    return Order(
        order_no=ids.new_order_no(),
        follower_id=checkout.follower_id,
        state=OrderState.UNPAID,
        goods_fen=price.goods_fen,
        shipping_fen=price.shipping_fen,
        total_fen=price.total_fen,
        receiver=to.receiver,
        phone=to.phone,
        region=to.region,
        address=to.address,
        note=checkout.note,
        entrance_id=checkout.entrance_id,
        checkout_token=checkout.token,
        created_at=clock.now(),
        expires_at=clock.now() + ttl,
    )


def _reserve_line(order: Order, sku: Sku, quantity: int) -> None:
    product = sku.product
    stock.reserve(sku.id, quantity, order_no=order.order_no)
    db.session.add(
        OrderLine(
            order_id=order.id,
            sku_id=sku.id,
            product_slug=product.slug,
            title=product.title,
            options_label=options_label(sku.options),
            picture=product.pictures[0].file if product.pictures else "",
            unit_price_fen=sku.price_fen,
            quantity=quantity,
        )
    )


def _reserve_again(order: Order) -> bool:
    """Take the goods of a cancelled order once more: all of them, or none."""
    try:
        with db.session.begin_nested():
            for line in sorted(order.lines, key=lambda line: line.sku_id):
                stock.reserve(line.sku_id, line.quantity, order_no=order.order_no, cause="revived")
    except OutOfStock:
        return False
    return True
