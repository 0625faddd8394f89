"""A code at the desk that whoever scans it pays the order by."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.payments.models import PaymentAttempt
from tests.factories import make_order, make_sku
from tests.fakes import FakeGateway
from tests.staff import Console


@pytest.fixture
def console(gateway: FakeGateway, console: Console) -> Console:
    """With WeChat Pay to ask."""
    return console


@pytest.fixture
def address(app: Flask, advance: Callable[[timedelta], None]) -> str:
    """Of an unpaid order of ¥76.00."""
    with app.app_context():
        return f"/orders/{make_order(sku=make_sku(price_fen=6800)).order_no}"


def test_the_code_stands_beside_sum_and_link_and_leaves_when_it_is_paid(
    app: Flask, console: Console, gateway: FakeGateway, address: str, advance: Callable[[timedelta], None]
) -> None:
    page = console.post(f"{address}/collect").text
    before = console.get(f"{address}/collect/status").get_json()
    with app.app_context():
        gateway.pay(db.session.scalars(select(PaymentAttempt.out_trade_no)).one(), openid="oSomebodyElse")
    advance(timedelta(seconds=2))
    after = console.get(f"{address}/collect/status").get_json()

    assert "76.00" in page
    assert "collect-code" in page
    assert "https://shop.example.cn/shop/pay-link/" in page
    assert (before, after) == ({"is_open": True}, {"is_open": False})
    assert "collect" not in console.get(address).text.split("<main")[1]


def test_wechat_not_answering_is_said_on_the_orders_page(
    console: Console, gateway: FakeGateway, address: str
) -> None:
    gateway.is_down = True

    answer = console.post(f"{address}/collect")

    assert answer.location == f"/console{address}"
    assert "稍后再试" in console.get(address).text
