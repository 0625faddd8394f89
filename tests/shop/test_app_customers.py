"""The mobile app's side of the shop: limits that hold for all processes together, first logins, APP payment."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock, rates
from app.core.db import db
from app.followers import app_customers
from app.followers.app_customers import AppCustomer, AppSession
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.gateways.contract import Way
from app.payments.models import Verdict
from app.payments.notifications import record_notification
from app.payments.service import PayState, ask, start_app, start_payment
from tests.factories import make_order
from tests.fakes import FakeGateway
from tests.threads import run_in_threads

Advance = Callable[[timedelta], None]
MINUTE = timedelta(minutes=1)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_limit_lets_through_exactly_so_many_at_the_same_instant(shop: Flask, advance: Advance) -> None:
    passed = run_in_threads(shop, [lambda: rates.take("session:1", most=3, per=MINUTE) == 0] * 6)

    assert sum(passed) == 3
    assert rates.take("session:2", most=3, per=MINUTE) == 0


def test_a_window_says_how_long_it_lasts_and_is_forgotten(shop: Flask, advance: Advance) -> None:
    rates.take("session:1", most=1, per=MINUTE)
    advance(timedelta(seconds=20))
    waits = rates.take("session:1", most=1, per=MINUTE)
    advance(timedelta(seconds=40))
    again = rates.take("session:1", most=1, per=MINUTE)
    advance(timedelta(hours=2))
    rates.forget_old_windows()

    assert (waits, again) == (40, 0)
    assert count(rates.RateWindow) == 0


def test_first_logins_at_the_same_instant_make_one_customer(shop: Flask) -> None:
    run_in_threads(shop, [lambda: bool(app_customers.log_in("oApp_1", "oUnion_1"))] * 3)

    assert (count(AppCustomer), count(AppSession)) == (1, 3)


def test_sessions_that_are_over_are_forgotten(shop: Flask, advance: Advance) -> None:
    app_customers.log_in("oApp_1", "")
    advance(app_customers.SESSION_LIVES - MINUTE)
    _, token = app_customers.log_in("oApp_1", "")
    advance(MINUTE)
    app_customers.forget_ended_sessions()

    assert count(AppSession) == 1
    assert app_customers.find_by_refresh_token(token) is not None


def test_the_app_pays_under_its_own_appid_with_an_attempt_of_its_own(
    shop: Flask, gateway: FakeGateway
) -> None:
    order = make_order()
    inside, first, second = (start(order, gateway=gateway) for start in (start_payment, start_app, start_app))

    assert [request.way for request in gateway.requests] == [Way.JSAPI, Way.APP]
    assert first["prepayid"] == second["prepayid"] != inside["package"].removeprefix("prepay_id=")
    number = gateway.requests[-1].out_trade_no
    gateway.pay(number, openid="oApp_whoever")
    assert record_notification(gateway, {}, number.encode()) == Verdict.APPLIED
    assert db.session.scalars(select(Order.state)).one() == OrderState.PAID


def test_money_under_the_accounts_appid_does_not_pay_an_order_of_the_app(
    shop: Flask, gateway: FakeGateway
) -> None:
    order = make_order()
    start_app(order, gateway=gateway)
    number = gateway.requests[-1].out_trade_no
    gateway.trades[number] = replace(gateway.pay(number), appid=gateway.appid, paid_at=clock.now())

    assert record_notification(gateway, {}, number.encode()) == Verdict.MISMATCH
    assert db.session.scalars(select(Order.state)).one() == OrderState.UNPAID


@pytest.mark.parametrize("appid", ["", "wx0000000000000000"])
@pytest.mark.parametrize("source", ["notification", "query"])
def test_money_of_the_app_is_known_after_its_appid_was_emptied_or_changed(
    shop: Flask, gateway: FakeGateway, appid: str, source: str
) -> None:
    order = make_order()
    start_app(order, gateway=gateway)
    number = gateway.requests[-1].out_trade_no
    gateway.app_appid = appid
    gateway.pay(number, openid="oApp_whoever")

    if source == "notification":
        assert record_notification(gateway, {}, number.encode()) == Verdict.APPLIED
    else:
        assert ask(order, gateway=gateway) == PayState.PAID
    assert db.session.scalars(select(Order.state)).one() == OrderState.PAID


def test_an_app_with_another_appid_gets_a_payment_of_its_own(shop: Flask, gateway: FakeGateway) -> None:
    order = make_order()
    first = start_app(order, gateway=gateway)
    gateway.app_appid = "wx0000000000000000"
    second = start_app(order, gateway=gateway)
    again = start_app(order, gateway=gateway)

    assert first["prepayid"] != second["prepayid"] == again["prepayid"]
    assert len({request.out_trade_no for request in gateway.requests}) == 2
