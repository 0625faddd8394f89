"""How an order is made: priced on the server, confirmed against what the buyer saw, kept with its explanation."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.carts.service import remove as remove_from_cart
from app.catalog.service import options_label
from app.core import clock, ids
from app.core.db import db
from app.core.errors import InputInvalid, NotServed, PriceChanged, RegionUnknown
from app.core.states import record_event
from app.delivery.points import get_open_point
from app.delivery.regions import Region
from app.orders.acceptance import keep_acceptance
from app.orders.models import Order, OrderLine, Pickup
from app.orders.quoting import Item, Priced, Wanted, price_items
from app.orders.reserving import reserve
from app.orders.states import OrderState
from app.pricing.freight import FreightRule

logger = logging.getLogger(__name__)

MAX_TOTAL_FEN = 1_000_000_00


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

    `seen_total_fen` is what the button said; `owner` is the cart to empty, or "". `coupon_id` is a copy of his.
    With `pickup_point_id` he fetches it there, and `destination` says only who comes.
    """

    follower_id: int
    token: str
    items: tuple[Item, ...]
    destination: Destination
    seen_total_fen: int
    note: str = ""
    entrance_id: int | None = None
    owner: str = ""
    region: Region | None = None
    coupon_id: int | None = None
    pickup_point_id: int | None = None
    agreed: tuple[int, ...] = ()  # ids of the wordings he agreed to

    @property
    def wanted(self) -> Wanted:
        """The same as what is to be priced."""
        return Wanted(
            self.items, self.follower_id, self.region, self.pickup_point_id is not None, self.coupon_id
        )


def make_order(checkout: Checkout, freight: FreightRule, ttl: timedelta) -> Order:
    """Make the order and reserve all it needs; joins the open transaction.

    Raises: InputInvalid, NotFound, NotServed, RegionUnknown, PriceChanged, OutOfStock.
    """
    priced = price_items(checkout.wanted, freight)
    _check(priced, checkout)
    order = _new_order(checkout, priced, ttl)
    db.session.add(order)
    db.session.flush()
    db.session.add_all(_lines(order, priced))
    db.session.flush()
    reserve(order)
    _arrange_pickup(order, checkout)
    keep_acceptance(order.id, checkout.agreed)
    if checkout.owner:
        remove_from_cart(checkout.owner, [item.sku_id for item in checkout.items])
    record_event(order, new=str(order.state), cause="place", actor=f"follower:{checkout.follower_id}")
    logger.info("order placed", extra={"order_no": order.order_no, "total_fen": order.total_fen})
    return order


def _check(priced: Priced, checkout: Checkout) -> None:
    if unserved := priced.not_served:
        raise NotServed(_("有商品不能送到这个地址"), sku_ids=[sku.id for sku in unserved])
    if priced.needs_region:
        raise RegionUnknown(_("请先确认收货的省市，运费按地区计算"))
    total_fen = priced.quote.total_fen
    if total_fen != checkout.seen_total_fen:
        raise PriceChanged(_("合计已变动，请确认新的金额"), total_fen=total_fen)
    if total_fen > MAX_TOTAL_FEN:
        raise InputInvalid(_("订单金额过大，请分开下单"))


def _new_order(checkout: Checkout, priced: Priced, ttl: timedelta) -> Order:
    to, price = checkout.destination, priced.quote
    return Order(
        order_no=ids.new_order_no(),
        follower_id=checkout.follower_id,
        state=OrderState.UNPAID,
        goods_fen=price.goods_fen,
        reduction_fen=price.reduction_fen,
        reduction_label=price.reduction_label,
        coupon_fen=price.coupon_fen,
        coupon_label=price.coupon_label,
        follower_coupon_id=price.coupon.id if price.coupon else None,
        shipping_fen=price.shipping_fen,
        total_fen=price.total_fen,
        is_fetched=checkout.pickup_point_id is not None,
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


def _lines(order: Order, priced: Priced) -> list[OrderLine]:
    lines = []
    for at, (sku, quoted) in enumerate(zip(priced.skus, priced.quote.lines, strict=True)):
        product = sku.product
        line = OrderLine(
            order_id=order.id,
            sku_id=sku.id,
            product_slug=product.slug,
            title=product.title,
            options_label=options_label(sku.options),
            picture=product.pictures[0].file if product.pictures else "",
            unit_price_fen=quoted.line.unit_price_fen,
            list_price_fen=quoted.line.list_price_fen,
            reduction_fen=quoted.reduction_fen,
            coupon_fen=quoted.coupon_fen,
            flash_item_id=priced.flash_item_id(at),
            quantity=quoted.line.quantity,
        )
        lines.append(line)
    return lines


def _arrange_pickup(order: Order, checkout: Checkout) -> None:
    if checkout.pickup_point_id is None:
        return
    point = get_open_point(checkout.pickup_point_id)
    code = ids.new_pickup_code()
    while db.session.scalar(select(Pickup.id).where(Pickup.code == code)):
        code = ids.new_pickup_code()
    db.session.add(Pickup(order_id=order.id, point_id=point.id, code=code))
