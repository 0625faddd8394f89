"""Quoting, making and reading orders. The owner of an order is checked in `guards.own_order` alone."""

from datetime import timedelta

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.bodies import Body, read_body
from api.door import api
from api.guards import customer_only, follower_id, own_order
from api.shown_orders import show, show_quote
from app.carts.service import MAX_QUANTITY
from app.core.errors import InputInvalid
from app.core.live_settings import read_live
from app.delivery.regions import find_region
from app.followers.addresses import AddressInput, check_address, region_of
from app.orders import service as orders
from app.orders.listing import list_own
from app.orders.quoting import Wanted, price_items
from app.orders.states import OrderState
from app.payments import opening
from app.pricing.freight import FreightRule

MOST_ITEMS = 50
MOST_LISTED = 100
ADDRESS = ("receiver", "phone", "province", "city", "district", "detail")


@api.post("/quote")
@customer_only
def quote() -> ResponseReturnValue:
    """What these goods cost, there, now. Nothing is kept."""
    body = read_body()
    region = None
    if body.has("address"):
        given = _address(body.inner("address"), needed=("province", "city"))
        region = find_region(given.province, given.city, given.district)
    priced = price_items(Wanted(_items(body), follower_id(), region), _freight())
    return jsonify(show_quote(priced))


@api.post("/orders")
@customer_only
def make_order() -> ResponseReturnValue:
    """The order of this Idempotency-Key: made now, or the one that was made with it before."""
    key = _idempotency_key()
    if before := orders.find_by_token(follower_id(), key):
        return jsonify(show(before))
    opening.check(follower_id())
    body = read_body()
    items = _items(body)
    to = check_address(
        _address(body.inner("address"), needed=("receiver", "phone", "province", "city", "detail"))
    )
    checkout = orders.Checkout(
        follower_id=follower_id(),
        token=key,
        items=items,
        destination=orders.Destination(to.receiver, to.phone, region_of(to), to.detail),
        seen_total_fen=body.whole("total_fen"),
        note=" ".join(body.text("note", most=100, least=0).split()),
        region=find_region(to.province, to.city, to.district),
    )
    ttl = timedelta(seconds=read_live("ORDER_TTL_SECONDS", current_app.config))
    return jsonify(show(orders.place_order(checkout, freight=_freight(), ttl=ttl))), 201


@api.get("/orders")
@customer_only
def list_orders() -> ResponseReturnValue:
    """His newest orders, those made in the official account among them."""
    text = request.args.get("state", "")
    if text and text not in list(OrderState):
        raise InputInvalid(_("%(field)s 不符合接口说明", field="state"), field="state")
    found = list_own(follower_id=follower_id(), state=OrderState(text) if text else None, limit=MOST_LISTED)
    return jsonify(orders=[show(order) for order in found])


@api.get("/orders/<order_no>")
@customer_only
def show_order(order_no: str) -> ResponseReturnValue:
    """One of his orders."""
    return jsonify(show(own_order(order_no)))


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    is_word = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
    if not (16 <= len(key) <= 64 and is_word):
        raise InputInvalid(
            _("请带上 Idempotency-Key：16 到 64 个字母、数字、- 或 _，每次下单换一个，重试时不换"),
            field="Idempotency-Key",
        )
    return key


def _items(body: Body) -> tuple[orders.Item, ...]:
    rows = body.inner_list("items", most=MOST_ITEMS)
    return tuple(
        orders.Item(row.whole("sku_id", least=1), row.whole("quantity", least=1, most=MAX_QUANTITY))
        for row in rows
    )


def _address(body: Body, *, needed: tuple[str, ...]) -> AddressInput:
    return AddressInput(**{name: body.text(name, most=200, least=int(name in needed)) for name in ADDRESS})


def _freight() -> FreightRule:
    config = current_app.config
    return FreightRule(read_live("SHIPPING_FEE_FEN", config), read_live("SHIPPING_FREE_FROM_FEN", config))
