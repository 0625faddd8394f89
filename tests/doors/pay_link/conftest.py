"""An order that is paid outside WeChat: its buyer's phone, and the link that he copies on the pay page."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.orders.models import Order
from app.orders.states import OrderState
from tests.fakes import FakeGateway
from tests.follower_phone import Phone, place_last_piece

DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
Advance = Callable[[timedelta], None]


@pytest.fixture
def buyer(app: Flask, gateway: FakeGateway, advance: Advance) -> Phone:
    return Phone(app).log_in()


@pytest.fixture
def order_no(buyer: Phone) -> str:
    """An unpaid order of this phone's follower over ¥76.00, the last piece."""
    return place_last_piece(buyer)


@pytest.fixture
def link(buyer: Phone, order_no: str) -> str:
    """The path of the link that the buyer copies on the pay page."""
    page = buyer.get(f"/shop/pay/{order_no}").text
    return urlsplit(page.split('data-copy="')[1].split('"')[0]).path


def api(link: str, name: str) -> str:
    """The address that the link's page asks."""
    return f"{link.replace('/shop/', '/shop/api/')}/{name}"


def state(app: Flask) -> OrderState:
    """Of the one order there is."""
    with app.app_context():
        return db.session.scalars(select(Order.state)).one()
