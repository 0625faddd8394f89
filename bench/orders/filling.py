"""A shop with many orders, written in bulk: three years, a few dozen products, a hundred entrances.

Of visits and messages only those of the last two months: what is older no page asks for day by day.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.conversations.models import Direction, Message
from app.core import clock
from app.core.db import db, transaction
from app.entrances.models import Entrance, EntranceKind, EntranceVisit
from app.followers.models import Follower
from app.orders.models import Order, OrderLine
from app.orders.states import OrderState
from app.payments.models import PaymentAttempt
from app.payments.states import AttemptState
from tests.factories import make_sku

BATCH = 20_000
PRODUCTS, ENTRANCES, FOLLOWERS = 40, 100, 20_000
YEARS = timedelta(days=3 * 365)
STATES = (
    (OrderState.SHIPPED,) * 78
    + (OrderState.CANCELLED,) * 17
    + (OrderState.PAID,) * 3
    + (OrderState.UNPAID,) * 2
)
REFUND_EVERY = 400
LATELY = timedelta(days=60)
VISITORS_PER_ORDER, MESSAGES_PER_ORDER = 5, 4

Rows = list[dict[str, Any]]


def fill(number: int) -> None:
    """Write this many orders, the oldest first; the planner learns of them afterwards."""
    chance = random.Random(20261121)
    skus = [make_sku(title=f"好茶 {n}", price_fen=1800 + 700 * n) for n in range(PRODUCTS)]
    goods = [(sku.id, sku.product.slug, sku.product.title, sku.price_fen) for sku in skus]
    with transaction() as session:
        kinds = list(EntranceKind)
        session.execute(
            insert(Entrance),
            [
                {"code": f"E{n}", "kind": kinds[n % 9], "ref": str(n), "label": f"入口 {n}"}
                for n in range(ENTRANCES)
            ],
        )
        session.execute(
            insert(Follower),
            [{"openid": f"oBench_{n:021d}", "is_subscribed": True} for n in range(FOLLOWERS)],
        )
    for orders, lines, attempts in _batches(number, goods, chance):
        with transaction() as session:
            session.execute(insert(Order), orders)
            session.execute(insert(OrderLine), lines)
            session.execute(insert(PaymentAttempt), attempts) if attempts else None
    with transaction() as session:
        _fill_doors(session, number, chance)
        session.execute(text("ANALYZE"))


def _fill_doors(session: Session, number: int, chance: random.Random) -> None:
    """Who came in lately, and what was said."""
    entrances = list(session.scalars(select(Entrance.id)))
    lately = number * LATELY // YEARS
    now = clock.now()
    moments = [now - LATELY * chance.random() for _number in range(lately)]
    for first in range(0, lately * VISITORS_PER_ORDER, BATCH):
        visits = [
            {"entrance_id": chance.choice(entrances), "day": clock.beijing_day(moments[n % lately])}
            | {"visitor": f"{n:032x}", "saw_product": n % 3 == 0}
            for n in range(first, min(first + BATCH, lately * VISITORS_PER_ORDER))
        ]
        session.execute(insert(EntranceVisit), visits)
    for first in range(0, lately * MESSAGES_PER_ORDER, BATCH):
        numbers = range(first, min(first + BATCH, lately * MESSAGES_PER_ORDER))
        messages = [_message(n, now - LATELY + LATELY * n / (lately * MESSAGES_PER_ORDER)) for n in numbers]
        session.execute(insert(Message), messages)


def _message(number: int, at: datetime) -> dict[str, Any]:
    said = {"dedupe_key": f"b{number}", "at": at, "openid": f"oBench_{number % FOLLOWERS:021d}"}
    said |= {"direction": Direction.IN, "kind": "text", "content": "有红茶吗", "payload": "<xml/>"}
    return said | {"answered_by": f"rule:{number % ENTRANCES}", "settled_at": at}


def _batches(number: int, goods: list[Any], chance: random.Random) -> Iterator[tuple[Rows, Rows, Rows]]:
    entrances, followers = (
        list(db.session.scalars(select(Entrance.id))),
        list(db.session.scalars(select(Follower.id))),
    )
    start, step = clock.now() - YEARS, YEARS / number
    for first in range(1, number + 1, BATCH):
        batch: tuple[Rows, Rows, Rows] = ([], [], [])
        for order_id in range(first, min(first + BATCH, number + 1)):
            entrance_id = chance.choice(entrances) if chance.random() < 0.6 else None
            order = _order(order_id, start + step * order_id, chance.choice(STATES), entrance_id)
            order["follower_id"] = chance.choice(followers)
            sku_id, slug, title, price = chance.choice(goods)
            order["goods_fen"] = order["total_fen"] = price
            batch[0].append(order)
            batch[1].append(
                {"order_id": order_id, "sku_id": sku_id, "product_slug": slug, "title": title}
                | {"unit_price_fen": price, "quantity": 1}
            )
            if order_id % REFUND_EVERY == 0:
                batch[2].append(_late_payment(order))
        yield batch


def _order(order_id: int, at: datetime, state: OrderState, entrance_id: int | None) -> dict[str, Any]:
    has_paid = state in (OrderState.PAID, OrderState.SHIPPED)
    return {
        "id": order_id,
        "order_no": f"{at:%Y%m%d}{order_id:010d}",
        "state": state,
        "shipping_fen": 0,
        "receiver": "王小茶",
        "phone": f"138{order_id % 100_000_000:08d}",
        "region": "福建省 厦门市 思明区",
        "address": "湖滨南路 88 号",
        "checkout_token": f"t{order_id}",
        "entrance_id": entrance_id,
        "created_at": at,
        "expires_at": at + timedelta(minutes=30),
        "paid_at": at + timedelta(minutes=1) if has_paid else None,
    }


def _late_payment(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": order["id"],
        "gateway": "wechatpay",
        "out_trade_no": f"B{order['id']}",
        "transaction_id": f"42{order['id']}",
        "state": AttemptState.REFUND_DUE,
        "amount_fen": order["total_fen"],
        "openid": "oBench",
        "description": "好茶",
        "expires_at": order["expires_at"],
        "paid_at": order["created_at"] + timedelta(minutes=40),
    }
