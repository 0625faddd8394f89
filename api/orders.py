"""Quoting, making and reading orders. The owner of an order is checked in `guards.own_order` alone."""

from datetime import timedelta

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.bodies import read_body
from api.door import api
from api.guards import customer_only, follower_id, own_order
from api.shown_orders import show, show_all, show_quote
from api.wanted import freight, read_destination, read_goal, read_wanted
from app.core.errors import InputInvalid
from app.core.i18n import language_here
from app.core.live_settings import read_live
from app.orders import service as orders
from app.orders.listing import list_own
from app.orders.quoting import list_choices, price_items
from app.orders.states import OrderState
from app.payments import opening
from app.words.service import keep_terms

MOST_LISTED = 100


@api.post("/quote")
@customer_only
def quote() -> ResponseReturnValue:
    """What these goods cost, there, now, and what each of his coupons would take off. Nothing is kept."""
    body = read_body()
    priced = price_items(read_wanted(body, read_goal(body)), freight())
    return jsonify(show_quote(priced, list_choices(follower_id(), priced.quote)))


@api.post("/orders")
@customer_only
def make_order() -> ResponseReturnValue:
    """The order of this Idempotency-Key: made now, or the one that was made with it before."""
    key = _idempotency_key()
    if before := orders.find_by_token(follower_id(), key):
        return jsonify(show(before))
    opening.check(follower_id())
    body = read_body()
    goal, destination = read_destination(body)
    wanted = read_wanted(body, goal)
    checkout = orders.Checkout(
        follower_id=follower_id(),
        token=key,
        items=wanted.items,
        destination=destination,
        seen_total_fen=body.whole("total_fen"),
        note=" ".join(body.text("note", most=100, least=0).split()),
        region=wanted.region,
        coupon_id=wanted.coupon_id,
        pickup_point_id=goal.point.id if goal.point else None,
        agreed=keep_terms(body.text("terms", most=200), language_here()),
    )
    ttl = timedelta(seconds=read_live("ORDER_TTL_SECONDS", current_app.config))
    return jsonify(show(orders.place_order(checkout, freight=freight(), ttl=ttl))), 201


@api.get("/orders")
@customer_only
def list_orders() -> ResponseReturnValue:
    """His newest orders, those made in the official account among them."""
    text = request.args.get("state", "")
    if text and text not in list(OrderState):
        raise InputInvalid(_("%(field)s 不符合接口说明", field="state"), field="state")
    found = list_own(follower_id=follower_id(), state=OrderState(text) if text else None, limit=MOST_LISTED)
    return jsonify(orders=show_all(found))


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
