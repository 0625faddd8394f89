"""The recorder of payments: notifications as they came, judged again, and both sides of one attempt."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.db import db
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.models import PaymentAttempt, PaymentNotification, Verdict
from app.payments.notifications import record_notification
from app.payments.service import start_payment
from tests.factories import make_order, make_sku
from tests.fakes import FakeGateway
from tests.staff import Console

Advance = Callable[[timedelta], None]


@pytest.fixture
def console(gateway: FakeGateway, advance: Advance, console: Console) -> Console:
    """With WeChat Pay to ask, at a clock that stands still."""
    return console


@pytest.fixture
def number(app: Flask, console: Console, gateway: FakeGateway) -> str:
    """The out_trade_no of an order of ¥76.00 whose pay sheet was opened."""
    with app.app_context():
        start_payment(make_order(sku=make_sku(price_fen=6800)), gateway=gateway)
        return db.session.scalars(select(PaymentAttempt.out_trade_no)).one()


def notify(app: Flask, gateway: FakeGateway, body: str) -> int:
    """A notification comes; returns its row."""
    with app.app_context():
        record_notification(gateway, {"Wechatpay-Serial": "PUB_KEY_ID_1"}, body.encode())
        return (
            db.session.scalars(select(PaymentNotification.id).order_by(PaymentNotification.id.desc())).first()
            or 0
        )


def verdicts(app: Flask) -> list[Verdict]:
    with app.app_context():
        return list(db.session.scalars(select(PaymentNotification.verdict).order_by(PaymentNotification.id)))


def order_state(app: Flask) -> OrderState:
    with app.app_context():
        return db.session.scalars(select(Order.state)).one()


def test_every_notification_is_listed_with_what_became_of_it(
    app: Flask, console: Console, gateway: FakeGateway, number: str
) -> None:
    gateway.pay(number)
    for body in (number, number, "forged"):
        notify(app, gateway, body)

    page, refused = console.text("/payments/"), console.text("/payments/?verdict=refused")

    assert [word in page for word in ("已处理", "重复的通知", "验签没有通过")] == [True] * 3
    assert refused.count("看这条通知") == 1


def test_one_shows_what_it_says_and_leads_to_its_order(
    app: Flask, console: Console, gateway: FakeGateway, number: str
) -> None:
    gateway.pay(number)
    row = notify(app, gateway, number)

    page = console.text(f"/payments/notifications/{row}")

    assert "¥76.00" in page
    assert "PUB_KEY_ID_1" in page
    assert f"/console/payments/number?q={number}" in page


def test_one_that_was_refused_for_a_wrong_key_is_judged_again_once_the_key_is_right(
    app: Flask, console: Console, gateway: FakeGateway, number: str
) -> None:
    gateway.pay(number)
    gateway.keys_are_wrong = True
    row = notify(app, gateway, number)
    gateway.keys_are_wrong = False

    console.post(f"/payments/notifications/{row}/replay")
    console.post(f"/payments/notifications/{row}/replay")

    assert verdicts(app) == [Verdict.APPLIED]
    assert order_state(app) == OrderState.PAID
    with app.app_context():
        acts = db.session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("payment."))).all()
    assert [act.after for act in acts] == ['{"verdict": "applied"}', '{"verdict": "repeated"}']


def test_a_forged_one_stays_refused_however_often_it_is_judged(
    app: Flask, console: Console, gateway: FakeGateway, number: str
) -> None:
    row = notify(app, gateway, "forged")

    console.post(f"/payments/notifications/{row}/replay")

    assert verdicts(app) == [Verdict.REFUSED]
    assert order_state(app) == OrderState.UNPAID


def test_both_sides_stand_beside_each_other_and_what_wechat_says_is_settled(
    app: Flask, console: Console, gateway: FakeGateway, number: str
) -> None:
    with app.app_context():
        attempt_id, order_no = db.session.execute(select(PaymentAttempt.id, Order.order_no).join(Order)).one()
    gateway.pay(number)

    found = [console.text(f"/payments/number?q={each}") for each in (order_no, number)]
    page = console.post(f"/payments/attempts/{attempt_id}/ask").text

    assert all(number in each for each in found)
    assert "两边说的一样" in page
    assert order_state(app) == OrderState.PAID


def test_a_difference_is_pointed_at_and_not_settled(
    app: Flask, console: Console, gateway: FakeGateway, number: str
) -> None:
    with app.app_context():
        attempt_id = db.session.scalars(select(PaymentAttempt.id)).one()
    gateway.pay(number, amount_fen=1)

    page = console.post(f"/payments/attempts/{attempt_id}/ask").text

    assert "两边说的不一样" in page
    assert "¥0.01" in page
    assert order_state(app) == OrderState.UNPAID


def test_wechat_not_answering_changes_nothing_and_is_said(
    app: Flask, console: Console, gateway: FakeGateway, number: str
) -> None:
    with app.app_context():
        attempt_id = db.session.scalars(select(PaymentAttempt.id)).one()
    gateway.is_down = True

    console.post(f"/payments/attempts/{attempt_id}/ask")

    assert "什么也没有改" in console.text("/payments/")
    assert order_state(app) == OrderState.UNPAID


@pytest.mark.parametrize("path", ["/payments/number?q=nothing", "/payments/number"])
def test_a_number_that_nobody_has_is_said(console: Console, path: str) -> None:
    assert "可以填订单号" in console.text(path)
