"""`/pay/notify/wechatpay_v3` with real signatures and real encryption."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.models import PaymentNotification, Verdict
from tests import wechatpay
from tests.factories import make_attempt, make_follower, make_order, make_sku

URL = "/pay/notify/wechatpay_v3"
NUMBER = "XP20261121100000AAAABBBBCCCC"


@pytest.fixture
def order_id(app: Flask) -> int:
    """An unpaid order of ¥76.00 with an open attempt under NUMBER."""
    with app.app_context():
        order = make_order(
            follower=make_follower("oTeaShop_0000000000000000001"), sku=make_sku(price_fen=6800)
        )
        make_attempt(order, NUMBER, next_check_at=clock.now())
        return order.id


def post(client: FlaskClient, body: bytes, headers: dict[str, str]) -> int:
    return client.post(URL, data=body, headers=headers).status_code


def state(app: Flask, order_id: int) -> OrderState:
    with app.app_context():
        return db.session.get_one(Order, order_id).state


def verdicts(app: Flask) -> list[Verdict]:
    with app.app_context():
        return list(db.session.scalars(select(PaymentNotification.verdict).order_by(PaymentNotification.id)))


def test_a_genuine_notification_pays_the_order(app: Flask, client: FlaskClient, order_id: int) -> None:
    body = wechatpay.notification(wechatpay.transaction(NUMBER))

    assert post(client, body, wechatpay.signed(body)) == 204
    assert state(app, order_id) == OrderState.PAID


def test_its_repetition_is_answered_the_same_way(app: Flask, client: FlaskClient, order_id: int) -> None:
    body = wechatpay.notification(wechatpay.transaction(NUMBER))
    post(client, body, wechatpay.signed(body))

    assert post(client, body, wechatpay.signed(body)) == 204
    assert verdicts(app) == [Verdict.APPLIED, Verdict.REPEATED]


@pytest.mark.parametrize(
    "headers",
    [
        {"key": "somebody"},
        {"age_seconds": 7200},
        {"age_seconds": -7200},
        {"serial": "5B6C7D8E9F0011223A5C7E90B1D2F4061827394A"},
    ],
    ids=["another key", "two hours old", "from the future", "unknown serial"],
)
def test_what_is_not_proven_is_refused(
    app: Flask, client: FlaskClient, order_id: int, headers: dict[str, Any]
) -> None:
    body = wechatpay.notification(wechatpay.transaction(NUMBER))

    assert post(client, body, wechatpay.signed(body, **headers)) == 401
    assert state(app, order_id) == OrderState.UNPAID
    assert verdicts(app) == [Verdict.REFUSED]


@pytest.mark.parametrize(
    "headers",
    [{"Host": "localhost"}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Debug": "1"}, {"Authorization": "Basic x"}],
    ids=lambda headers: next(iter(headers)),
)
def test_no_host_address_or_flag_replaces_a_signature(
    app: Flask, client: FlaskClient, order_id: int, headers: dict[str, str]
) -> None:
    body = wechatpay.notification(wechatpay.transaction(NUMBER))

    assert post(client, body, headers) == 401
    assert state(app, order_id) == OrderState.UNPAID


def test_a_signature_probe_is_refused(app: Flask, client: FlaskClient, order_id: int) -> None:
    body = wechatpay.notification(wechatpay.transaction(NUMBER))
    headers = wechatpay.signed(body)
    headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]

    assert post(client, body, headers) == 401


def test_another_apiv3_key_is_refused(app: Flask, client: FlaskClient, order_id: int) -> None:
    body = wechatpay.notification(wechatpay.transaction(NUMBER), apiv3_key="x" * 32)

    assert post(client, body, wechatpay.signed(body)) == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": {"total": 1, "currency": "CNY"}},
        {"amount": {"total": 7600, "currency": "USD"}},
        {"mchid": "1900000009"},
        {"appid": "wx0000000000000000"},
        {"payer": {"openid": "oSomebodyElse"}},
        {"payer": {}},
    ],
    ids=["amount", "currency", "mchid", "appid", "openid", "no openid"],
)
def test_a_genuine_notification_that_differs_is_kept_for_a_person_and_pays_nothing(
    app: Flask, client: FlaskClient, order_id: int, wrong: dict[str, Any]
) -> None:
    body = wechatpay.notification(wechatpay.transaction(NUMBER, **wrong))

    assert post(client, body, wechatpay.signed(body)) == 204
    assert state(app, order_id) == OrderState.UNPAID
    assert verdicts(app) == [Verdict.MISMATCH]


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        {"trade_state": "SUCCESS"},
        {"amount": "7600"},
        {"amount": {"total": "7600"}},
        {"trade_state": "NEW"},
    ],
    ids=repr,
)
def test_a_signed_body_that_makes_no_sense_is_refused_with_a_clear_answer(
    app: Flask, client: FlaskClient, order_id: int, content: Any
) -> None:
    whole = wechatpay.transaction(NUMBER, **content) if isinstance(content, dict) and content else content
    whole = {} if content == {"trade_state": "SUCCESS"} else whole
    body = wechatpay.notification(whole)

    assert post(client, body, wechatpay.signed(body)) == 401
    assert state(app, order_id) == OrderState.UNPAID


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[1]", b"\xff\xfe", b'{"resource":1}', b"<xml/>"])
def test_a_signed_body_that_is_no_notification_is_refused(
    app: Flask, client: FlaskClient, order_id: int, body: bytes
) -> None:
    assert post(client, body, wechatpay.signed(body)) == 401


def test_another_kind_of_event_is_taken_and_changes_nothing(
    app: Flask, client: FlaskClient, order_id: int
) -> None:
    body = wechatpay.notification({"refund_status": "SUCCESS"}, event_type="REFUND.SUCCESS")

    assert post(client, body, wechatpay.signed(body)) == 204
    assert verdicts(app) == [Verdict.IGNORED]


def test_a_number_we_do_not_have_is_asked_for_again(app: Flask, client: FlaskClient, order_id: int) -> None:
    body = wechatpay.notification(wechatpay.transaction("XPnotours"))

    assert post(client, body, wechatpay.signed(body)) == 500
    assert verdicts(app) == [Verdict.UNKNOWN]


def test_it_is_kept_as_it_came_without_cookies(app: Flask, client: FlaskClient, order_id: int) -> None:
    body = wechatpay.notification(wechatpay.transaction(NUMBER))

    post(client, body, wechatpay.signed(body) | {"Cookie": "a=b"})

    with app.app_context():
        row = db.session.scalars(select(PaymentNotification)).one()
        assert row.body == body
        assert "Cookie" not in row.headers
        assert row.out_trade_no == NUMBER


def test_a_huge_body_is_refused_and_not_kept(app: Flask, client: FlaskClient, order_id: int) -> None:
    assert post(client, b"x" * 100_000, {}) == 413
    assert verdicts(app) == []


def test_an_unknown_gateway_does_not_exist(client: FlaskClient) -> None:
    assert client.post("/pay/notify/paypal", data=b"{}").status_code == 404
    assert client.get(URL).status_code == 405
