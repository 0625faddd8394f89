"""Placing and cancelling; shipping stands in `test_shipping.py`."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.carts import service as carts
from app.catalog.models import OPENING, Sku, StockMove
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, OutOfStock, PriceChanged
from app.orders import service as orders
from app.orders.listing import get_own, timeline
from app.orders.models import Order
from app.orders.quoting import Wanted, price_items
from app.orders.states import OrderState
from tests.factories import FREIGHT, TTL, make_checkout, make_follower, make_order, make_sku
from tests.threads import run_in_threads


def test_an_order_keeps_what_was_bought_and_reserves_it(shop: Flask) -> None:
    sku = make_sku(price_fen=6800, stock=10)

    order = make_order(sku=sku, quantity=2)

    assert (order.goods_fen, order.shipping_fen, order.total_fen) == (13600, 0, 13600)
    assert [(line.title, line.options_label, line.quantity) for line in order.lines] == [
        ("西湖龙井", "50g", 2)
    ]
    assert sku.stock == 8
    assert [event.new for event in timeline(order)] == ["unpaid"]


def test_the_same_checkout_twice_is_one_order(shop: Flask) -> None:
    checkout = make_checkout(make_follower().id, make_sku(stock=5).id)

    first = orders.place_order(checkout, freight=FREIGHT, ttl=TTL)
    second = orders.place_order(checkout, freight=FREIGHT, ttl=TTL)

    assert first.id == second.id
    assert db.session.scalar(select(Sku.stock)) == 4


def test_a_total_that_moved_is_told_and_nothing_is_kept(shop: Flask) -> None:
    checkout = make_checkout(make_follower().id, make_sku(price_fen=6800).id)

    with pytest.raises(PriceChanged) as caught:
        orders.place_order(replace(checkout, seen_total_fen=1), freight=FREIGHT, ttl=TTL)

    assert caught.value.details == {"total_fen": 7600}
    assert db.session.scalar(select(func.count()).select_from(Order)) == 0


def test_one_line_without_stock_leaves_the_others_untouched(shop: Flask) -> None:
    follower, full, empty = make_follower(), make_sku(stock=3), make_sku(stock=0)
    items = (orders.Item(full.id, 1), orders.Item(empty.id, 1))
    total_fen = price_items(Wanted(items), FREIGHT).quote.total_fen
    checkout = replace(make_checkout(follower.id, full.id), items=items, seen_total_fen=total_fen)

    with pytest.raises(OutOfStock):
        orders.place_order(checkout, freight=FREIGHT, ttl=TTL)

    assert db.session.get_one(Sku, full.id).stock == 3
    assert db.session.scalar(select(func.count()).where(StockMove.cause != OPENING)) == 0


@pytest.mark.parametrize("quantity", [0, -1, 100])
def test_a_strange_quantity_is_refused(shop: Flask, quantity: int) -> None:
    checkout = make_checkout(make_follower().id, make_sku().id)

    with pytest.raises(InputInvalid):
        orders.place_order(
            replace(checkout, items=(orders.Item(checkout.items[0].sku_id, quantity),)),
            freight=FREIGHT,
            ttl=TTL,
        )


def test_an_ordered_line_leaves_the_cart(shop: Flask) -> None:
    follower, sku, other = make_follower(), make_sku(), make_sku()
    owner = f"follower:{follower.id}"
    carts.add(owner, sku.id, 1)
    carts.add(owner, other.id, 1)

    orders.place_order(replace(make_checkout(follower.id, sku.id), owner=owner), freight=FREIGHT, ttl=TTL)

    assert [view.line.sku_id for view in carts.view(owner)] == [other.id]


def test_fifty_threads_for_ten_pieces_sell_exactly_ten(shop: Flask) -> None:
    sku_id = make_sku(stock=10).id
    checkouts = [make_checkout(make_follower().id, sku_id) for _ in range(50)]

    sold = run_in_threads(shop, [lambda c=c: _try_to_buy(c) for c in checkouts])

    assert sold.count(True) == 10
    assert db.session.get_one(Sku, sku_id).stock == 0
    assert db.session.scalar(select(func.count()).select_from(Order)) == 10
    assert db.session.scalar(select(func.sum(StockMove.change)).where(StockMove.cause != OPENING)) == -10


def test_two_buyers_of_the_last_piece_get_one_order_and_one_refusal(shop: Flask) -> None:
    sku_id = make_sku(stock=1).id
    checkouts = [make_checkout(make_follower().id, sku_id) for _ in range(2)]

    sold = run_in_threads(shop, [lambda c=c: _try_to_buy(c) for c in checkouts])

    assert sorted(sold) == [False, True]


def test_a_double_tap_at_the_same_instant_is_one_order(shop: Flask) -> None:
    checkout = make_checkout(make_follower().id, make_sku(stock=5).id)

    bought = run_in_threads(shop, [lambda: _try_to_buy(checkout)] * 8)

    assert bought == [True] * 8
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1
    assert db.session.scalar(select(Sku.stock)) == 4


def test_cancelling_returns_the_goods_once(shop: Flask) -> None:
    order = make_order(sku=make_sku(stock=5), quantity=2)

    with transaction():
        assert orders.cancel(order, reason="expired")
    with transaction():
        assert not orders.cancel(order, reason="expired")

    assert order.state == OrderState.CANCELLED
    assert db.session.scalar(select(Sku.stock)) == 5


def test_another_followers_order_is_not_found(shop: Flask) -> None:
    order = make_order()

    with pytest.raises(NotFound):
        get_own(order.order_no, follower_id=make_follower().id)


def _try_to_buy(checkout: orders.Checkout) -> bool:
    try:
        orders.place_order(checkout, freight=FREIGHT, ttl=TTL)
    except OutOfStock:
        return False
    return True
