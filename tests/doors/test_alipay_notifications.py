"""`/pay/notify/alipay` with real signatures."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import db
from app.core.outbox import OutboxJob
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.gateways.contract import Way
from app.payments.models import PaymentNotification, Verdict
from tests import alipay
from tests.factories import make_order_to_pay

URL = "/pay/notify/alipay"
NUMBER = "XP20261121100000AAAABBBBCCCC"


@pytest.fixture
def order_id(app: Flask, tmp_path: Path) -> int:
    """An unpaid order of ¥76.00 with an open attempt under NUMBER."""
    alipay.use_alipay(app, tmp_path)
    with app.app_context():
        return make_order_to_pay("alipay", Way.PAGE, NUMBER).id


def post(client: FlaskClient, body: bytes) -> tuple[int, str]:
    answer = client.post(URL, data=body, content_type="application/x-www-form-urlencoded; charset=utf-8")
    return answer.status_code, answer.text


def state(app: Flask, order_id: int) -> OrderState:
    with app.app_context():
        return db.session.get_one(Order, order_id).state


def kept(app: Flask) -> list[PaymentNotification]:
    with app.app_context():
        return list(db.session.scalars(select(PaymentNotification).order_by(PaymentNotification.id)))


def test_a_genuine_notification_pays_and_its_repetition_is_harmless(
    app: Flask, client: FlaskClient, order_id: int
) -> None:
    body = alipay.signed(alipay.fields_of(NUMBER))

    assert [post(client, body), post(client, body)] == [(200, "success")] * 2
    assert state(app, order_id) == OrderState.PAID
    assert [(row.verdict, row.body) for row in kept(app)] == [
        (Verdict.APPLIED, body),
        (Verdict.REPEATED, body),
    ]


def test_one_about_a_refund_pays_nothing_and_is_asked_about(
    app: Flask, client: FlaskClient, order_id: int
) -> None:
    post(client, alipay.signed(alipay.fields_of(NUMBER)))
    about_refund = alipay.fields_of(
        NUMBER,
        trade_status="TRADE_CLOSED",
        refund_fee="76.00",
        out_biz_no="RF1",
        gmt_refund="2026-11-21 11:00:00",
    )

    assert post(client, alipay.signed(about_refund)) == (200, "success")
    assert state(app, order_id) == OrderState.PAID
    with app.app_context():
        jobs = db.session.execute(select(OutboxJob.kind, OutboxJob.args)).all()
    numbers = {"gateway": "alipay", "out_refund_no": "RF1", "out_trade_no": NUMBER}
    assert ("find_refund", numbers) in [tuple(job) for job in jobs]  # it is not ours: somebody made it there


@pytest.mark.parametrize("trade_status", ["WAIT_BUYER_PAY", "TRADE_CLOSED"])
def test_what_is_not_paid_pays_nothing(
    app: Flask, client: FlaskClient, order_id: int, trade_status: str
) -> None:
    fields = alipay.fields_of(NUMBER, trade_status=trade_status, gmt_payment="")

    assert post(client, alipay.signed(fields)) == (200, "success")
    assert state(app, order_id) == OrderState.UNPAID


@pytest.mark.parametrize(
    "body",
    [
        alipay.signed(alipay.fields_of(NUMBER), key="somebody"),
        alipay.signed(alipay.fields_of(NUMBER), total_amount="0.01"),
        alipay.signed(alipay.fields_of(NUMBER), sign_type="RSA"),
        alipay.signed(alipay.fields_of(NUMBER), sign=""),
        alipay.signed(alipay.fields_of(NUMBER)) + b"&trade_status=TRADE_SUCCESS",
        alipay.signed(alipay.fields_of(NUMBER, total_amount="1e2")),
        b"\xff\xfe=1",
        b"{}",
        b"",
    ],
    ids=["stranger", "changed", "old type", "unsigned", "twice", "crooked", "bytes", "json", "nothing"],
)
def test_what_proves_nothing_is_refused_and_kept(
    app: Flask, client: FlaskClient, order_id: int, body: bytes
) -> None:
    status, text = post(client, body)

    assert (status, "success" in text) == (401, False)
    assert state(app, order_id) == OrderState.UNPAID
    assert [(row.verdict, row.body) for row in kept(app)] == [(Verdict.REFUSED, body)]


@pytest.mark.parametrize(
    "changes", [{"total_amount": "75.99"}, {"app_id": "2021000000000002"}, {"seller_id": "2088000000000018"}]
)
def test_what_is_not_as_we_asked_pays_nothing(
    app: Flask, client: FlaskClient, order_id: int, changes: dict[str, str]
) -> None:
    assert post(client, alipay.signed(alipay.fields_of(NUMBER, **changes))) == (200, "success")
    assert state(app, order_id) == OrderState.UNPAID
    assert kept(app)[0].verdict == Verdict.MISMATCH


def test_an_unknown_number_is_to_come_again(app: Flask, client: FlaskClient, order_id: int) -> None:
    status, text = post(client, alipay.signed(alipay.fields_of("XP20261121100000ZZZZZZZZZZZZ")))

    assert (status, "success" in text) == (500, False)


def test_without_an_account_at_alipay_there_is_no_such_address(client: FlaskClient) -> None:
    assert post(client, alipay.signed(alipay.fields_of(NUMBER)))[0] == 404
