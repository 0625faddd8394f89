"""The stock of a SKU and the history that explains it."""

import random

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from app.catalog import stock
from app.catalog.models import Sku, StockMove
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import OutOfStock
from app.orders import service as orders
from tests.factories import make_order, make_sku
from tests.threads import run_in_threads


def left(sku_id: int) -> int:
    return db.session.scalars(select(Sku.stock).where(Sku.id == sku_id)).one()


def change(sku_id: int, pieces: int, **more: str) -> None:
    with transaction():
        stock.change_stock(sku_id, pieces, **{"cause": stock.EDITED, "actor": "staff:1"} | more)


def test_a_history_tells_every_change_with_what_was_left(shop: Flask) -> None:
    sku_id = make_sku(stock=10).id
    order = make_order(sku=db.session.get_one(Sku, sku_id), quantity=3)
    change(sku_id, 20, note="到货")
    with transaction():
        orders.cancel(order, reason="expired")
    change(sku_id, -5, cause=stock.IMPORTED)

    told = [(line.change, line.left, line.cause) for line in stock.list_history(sku_id)]

    assert told == [
        (-5, 25, "import"),
        (3, 30, "expired"),
        (20, 27, "edit"),
        (-3, 7, "order"),
        (10, 10, "opening"),
    ]
    assert stock.list_history(sku_id)[1].order_no == order.order_no
    assert (stock.list_history(sku_id)[2].actor, stock.list_history(sku_id)[2].note) == ("staff:1", "到货")
    assert stock.count_history(sku_id) == 5


def test_more_than_there_is_cannot_be_taken_away(shop: Flask) -> None:
    sku_id = make_sku(stock=2).id

    with pytest.raises(OutOfStock):
        change(sku_id, -3)

    assert left(sku_id) == 2
    assert stock.count_history(sku_id) == 1


def test_the_moves_add_up_to_the_stock_whatever_happens_in_whatever_order(shop: Flask) -> None:
    dice, sku_ids = random.Random(2026), [make_sku(stock=20).id, make_sku(stock=0).id]
    unpaid = []
    for _ in range(120):
        sku_id = dice.choice(sku_ids)
        match dice.randrange(4):
            case 0:
                change(sku_id, dice.randint(-8, 12)) if left(sku_id) > 8 else change(sku_id, 5)
            case 1 if unpaid:
                with transaction():
                    orders.cancel(unpaid.pop(), reason="expired")
            case 2 if free := left(sku_id):
                unpaid.append(make_order(sku=db.session.get_one(Sku, sku_id), quantity=min(free, 3)))
            case 3 if unpaid:
                with transaction():
                    orders.mark_paid(unpaid.pop(), paid_at=clock.now(), cause="query")

    assert stock.find_unexplained() == []
    assert [stock.list_history(sku_id)[0].left for sku_id in sku_ids] == [left(sku_id) for sku_id in sku_ids]


def test_edits_and_orders_of_the_same_instant_are_all_in_the_history(shop: Flask) -> None:
    sku_id = make_sku(stock=30).id
    checkouts = [lambda: make_order(sku=db.session.get_one(Sku, sku_id)) for _ in range(10)]

    run_in_threads(shop, [*checkouts, *[lambda: change(sku_id, 2) for _ in range(10)]])

    assert left(sku_id) == 40
    assert stock.find_unexplained() == []


def test_a_difference_is_found(shop: Flask) -> None:
    sku_id = make_sku(stock=4).id
    with transaction() as session:
        session.execute(Sku.__table__.update().values(stock=9))

    assert stock.find_unexplained() == [(sku_id, 9, 4)]


def test_a_line_of_the_history_is_neither_changed_nor_deleted(shop: Flask) -> None:
    make_sku(stock=4)

    for statement in (update(StockMove).values(change=5), delete(StockMove)):
        with pytest.raises(DBAPIError, match="only ever added"), transaction() as session:
            session.execute(statement)

    assert db.session.scalars(select(StockMove.change)).all() == [4]
