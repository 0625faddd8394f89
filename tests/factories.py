"""Builders of rows with believable contents; name only what the test is about."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from app.catalog.models import Product, ProductState, Sku
from app.core import clock
from app.core.db import transaction
from app.followers.models import Follower
from app.keywords.drafts import RuleDraft
from app.keywords.matching import Keyword, MatchMode
from app.keywords.replies import ReplyKind, ReplySpec
from app.keywords.service import add_rule
from app.orders.models import Order
from app.orders.quoting import Wanted, price_items
from app.orders.service import Checkout, Destination, Item, place_order
from app.payments.gateways.contract import Way
from app.payments.models import PaymentAttempt
from app.payments.states import AttemptState
from app.pricing.freight import FreightRule

FREIGHT = FreightRule(fee_fen=800, free_from_fen=9900)
TTL = timedelta(minutes=30)
DESTINATION = Destination("王小茶", "13800001234", "福建省 厦门市 思明区", "湖滨南路 88 号")
_numbers = count(1)


def make_sku(*, price_fen: int = 6800, stock: int = 10, title: str = "西湖龙井", **product: object) -> Sku:
    """A product on sale with one SKU."""
    number = next(_numbers)
    with transaction() as session:
        row = Product(
            slug=f"tea-{number}", title=title, summary="明前手采", state=ProductState.ON_SALE, **product
        )
        row.skus = [Sku(code=f"T{number}", options="净含量=50g", price_fen=price_fen, stock=stock)]
        session.add(row)
        session.flush()
        return row.skus[0]


def make_follower(openid: str = "") -> Follower:
    """Somebody who follows the account."""
    number = next(_numbers)
    with transaction() as session:
        row = Follower(openid=openid or f"oTeaShop_{number:019d}", is_subscribed=True)
        session.add(row)
        session.flush()
        return row


def make_rule(
    name: str,
    *words: str,
    mode: MatchMode = MatchMode.CONTAINS,
    say: str = "有的",
    replies: Sequence[ReplySpec] = (),
    **more: Any,
) -> int:
    """A rule that meets its name, or these words, and says something; `more` goes into the draft."""
    keywords = tuple(Keyword(mode, word) for word in words or (name,))
    specs = tuple(replies) or (ReplySpec(ReplyKind.TEXT, text=say),)
    return add_rule(RuleDraft(name, keywords, specs, **more), actor="staff:1")


def make_order(
    *, follower: Follower | None = None, sku: Sku | None = None, quantity: int = 1, token: str = ""
) -> Order:
    """An unpaid order, its goods reserved."""
    follower, sku = follower or make_follower(), sku or make_sku()
    return place_order(make_checkout(follower.id, sku.id, quantity, token), freight=FREIGHT, ttl=TTL)


def make_order_to_pay(gateway: str, way: Way, number: str) -> Order:
    """An unpaid order of ¥76.00 with an open attempt of this gateway under this number."""
    order = make_order(follower=make_follower(), sku=make_sku(price_fen=6800))
    make_attempt(order, number, gateway=gateway, way=way, openid="")
    return order


def make_attempt(order: Order, number: str, **values: object) -> None:
    """An open attempt to pay all of it by WeChat Pay under this number; `values` say what is different."""
    usual = {
        "gateway": "wechatpay_v3",
        "state": AttemptState.OPEN,
        "amount_fen": order.total_fen,
        "openid": order.follower.openid,
        "description": "茶",
        "expires_at": order.expires_at,
    }
    with transaction() as session:
        session.add(PaymentAttempt(order_id=order.id, out_trade_no=number, **usual | values))


def make_checkout(follower_id: int, sku_id: int, quantity: int = 1, token: str = "") -> Checkout:
    """A press of the buy button that has seen the right total."""
    items = (Item(sku_id, quantity),)
    return Checkout(
        follower_id=follower_id,
        token=token or f"token-{next(_numbers)}-{clock.now().timestamp()}",
        items=items,
        destination=DESTINATION,
        seen_total_fen=price_items(Wanted(items, follower_id), FREIGHT).quote.total_fen,
    )
