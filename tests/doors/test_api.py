"""The mobile app's interface: login, goods, orders and payment by token alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from api import limits
from app.core.db import db, transaction
from app.followers.erasure import erase
from app.followers.models import Follower
from app.payments import opening
from app.payments.gateways.contract import Way
from app.payments.models import PaymentAttempt
from tests.app_phone import APP, HOME, AppPhone, FakeLogin
from tests.factories import make_follower, make_order, make_sku
from tests.fakes import FakeGateway

Advance = Callable[[timedelta], None]


@pytest.fixture
def settings(settings: dict[str, Any]) -> dict[str, Any]:
    return settings | APP


@pytest.fixture
def app(app: Flask, gateway: FakeGateway) -> Flask:
    app.extensions["wechat"].app_oauth = FakeLogin()
    return app


@pytest.fixture
def phone(app: Flask) -> AppPhone:
    return AppPhone(app).log_in()


@pytest.fixture
def sku_id(app: Flask) -> int:
    with app.app_context():
        return make_sku(price_fen=6800, stock=2).id


def sentence(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_from_the_login_to_the_paid_order(
    app: Flask, phone: AppPhone, sku_id: int, gateway: FakeGateway
) -> None:
    card = phone.get("/products")["products"][0]
    product = phone.get(f"/products/{card['slug']}")
    order = phone.order(product["skus"][0]["sku_id"])
    number = order.get_json()["order_no"]
    pay_req = phone.call("POST", f"/orders/{number}/pay")
    before = phone.get(f"/orders/{number}/payment")
    with app.app_context():
        attempt = db.session.scalars(select(PaymentAttempt)).one()
        gateway.pay(attempt.out_trade_no)
        db.session.rollback()
        gateway.queries.clear()
        with transaction():
            db.session.scalars(select(PaymentAttempt)).one().asked_at = None

    assert order.status_code == 201
    assert (card["lowest_fen"], order.get_json()["total_fen"]) == (6800, 7600)
    assert pay_req.get_json()["package"] == "Sign=WXPay"
    assert gateway.requests[0].way is Way.APP
    assert before == {"state": "unpaid"}
    assert phone.get(f"/orders/{number}/payment") == {"state": "paid"}
    assert phone.get(f"/orders/{number}")["state"] == "paid"
    assert [row["order_no"] for row in phone.get("/orders?state=paid")["orders"]] == [number]


def test_the_same_key_is_the_same_order(phone: AppPhone, sku_id: int) -> None:
    first, again, other = (
        phone.order(sku_id),
        phone.order(sku_id),
        phone.order(sku_id, key="the-key-of-another"),
    )

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.get_json() == again.get_json()
    assert other.get_json()["order_no"] != first.get_json()["order_no"]


def test_another_customers_orders_do_not_exist(app: Flask, phone: AppPhone, sku_id: int) -> None:
    number = phone.order(sku_id).get_json()["order_no"]
    stranger = AppPhone(app, "oApp_000000000000000000002").log_in()

    for method, path in (("GET", ""), ("POST", "/pay"), ("GET", "/payment")):
        assert sentence(stranger.call(method, f"/orders/{number}{path}")) == (404, "not_found")
    assert stranger.get("/orders") == {"orders": []}


def test_a_unionid_that_we_know_is_the_follower_with_his_orders(app: Flask) -> None:
    with app.app_context():
        with transaction():
            follower = make_follower()
            follower.unionid = "oUnion_1"
        number = make_order(follower=follower).order_no

    known = AppPhone(app, "oApp_known", "oUnion_1").log_in()
    own = AppPhone(app, "oApp_own", "oUnion_2").log_in()

    assert [row["order_no"] for row in known.get("/orders")["orders"]] == [number]
    assert own.get("/orders") == {"orders": []}
    with app.app_context():
        rows = db.session.scalars(select(Follower).order_by(Follower.id)).all()
        assert [(row.unionid, row.is_subscribed) for row in rows] == [("oUnion_1", True), ("oUnion_2", False)]


def test_without_an_app_there_is_only_the_description(app: Flask) -> None:
    app.config["WXPAY_APP_APPID"] = ""
    phone = AppPhone(app)

    assert sentence(phone.call("POST", "/login", {"code": "x"})) == (404, "not_found")
    assert "WXPAY_APP_APPID" in phone.call("GET", "/products").get_json()["message"]
    assert phone.get("/openapi.json")["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Basic abc", "Bearer WzEsOTk5OTk5OTk5OV0.x"]
)
def test_without_a_good_token_nothing_opens(app: Flask, authorization: str) -> None:
    phone = AppPhone(app)

    answer = phone.call("GET", "/orders", Authorization=authorization)

    assert sentence(answer) == (401, "login_needed")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_access_token_lives_an_hour_and_is_refreshed_for_thirty_days(app: Flask, advance: Advance) -> None:
    phone = AppPhone(app).log_in()
    refresh = {"refresh_token": phone.tokens["refresh_token"]}
    advance(timedelta(minutes=61))
    over = phone.call("GET", "/orders")
    phone.tokens |= phone.call("POST", "/refresh", refresh).get_json()
    works = phone.call("GET", "/orders")
    advance(timedelta(days=30))

    assert (over.status_code, works.status_code) == (401, 200)
    assert sentence(phone.call("POST", "/refresh", refresh)) == (401, "login_needed")


def test_after_the_logout_neither_token_opens_anything(phone: AppPhone) -> None:
    assert phone.call("POST", "/logout").status_code == 204

    assert phone.call("GET", "/orders").status_code == 401
    assert phone.call("POST", "/refresh", {"refresh_token": phone.tokens["refresh_token"]}).status_code == 401


def test_who_is_erased_is_logged_out(app: Flask, phone: AppPhone) -> None:
    with app.app_context():
        erase("oApp_000000000000000000001", cause="asked", what="everything")

    assert phone.call("GET", "/orders").status_code == 401


def test_a_code_works_once(app: Flask) -> None:
    phone = AppPhone(app)
    phone.call("POST", "/login", {"code": "oApp_1"})

    assert sentence(phone.call("POST", "/login", {"code": "oApp_1"})) == (400, "oauth_code_used")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"sku_id": "1", "quantity": 1}]}, "items/0/sku_id"),
        ({"items": [{"sku_id": 1, "quantity": 100}]}, "items/0/quantity"),
        ({"items": [3]}, "items"),
        ({"address": {**HOME, "phone": 13800001234}}, "address/phone"),
        ({"address": None}, "address"),
        ({"total_fen": 76.0}, "total_fen"),
        ({"total_fen": True}, "total_fen"),
        ({"note": "x" * 101}, "note"),
        ({"note": "a\0b"}, "note"),
    ],
)
def test_what_is_wrong_in_a_body_is_named(
    phone: AppPhone, sku_id: int, changes: dict[str, Any], field: str
) -> None:
    answer = phone.order(sku_id, **changes)

    assert sentence(answer) == (422, "input_invalid")
    assert answer.get_json()["details"]["field"] == field
    assert phone.get("/orders") == {"orders": []}


def test_what_is_no_json_object_and_an_order_without_a_key_are_refused(phone: AppPhone, sku_id: int) -> None:
    assert sentence(phone.call("POST", "/quote", [1])) == (422, "input_invalid")
    assert phone.order(sku_id, key="short").get_json()["details"] == {"field": "Idempotency-Key"}


def test_another_total_makes_no_order_and_tells_the_new_one(phone: AppPhone, sku_id: int) -> None:
    answer = phone.order(sku_id, total_fen=1)

    assert sentence(answer) == (409, "price_changed")
    assert answer.get_json()["details"] == {"total_fen": 7600}


def test_before_the_opening_only_testers_order_and_pay(app: Flask, phone: AppPhone, sku_id: int) -> None:
    number = phone.order(sku_id).get_json()["order_no"]
    with app.app_context():
        opening.withdraw(actor="staff:1", name="x", secret="s")

    assert sentence(phone.order(sku_id, key="the-key-of-another")) == (403, "not_open")
    assert sentence(phone.call("POST", f"/orders/{number}/pay")) == (403, "not_open")
    with app.app_context():
        opening.add_tester(db.session.scalars(select(Follower.id)).one(), actor="staff:1")
    assert phone.call("POST", f"/orders/{number}/pay").status_code == 200


def test_wechat_not_answering_is_said_without_a_code_of_theirs(
    phone: AppPhone, sku_id: int, gateway: FakeGateway
) -> None:
    number = phone.order(sku_id).get_json()["order_no"]
    gateway.is_down = True

    answer = phone.call("POST", f"/orders/{number}/pay")

    assert sentence(answer) == (503, "gateway_unreachable")
    assert "details" not in answer.get_json()


def test_who_asks_too_often_waits(app: Flask, monkeypatch: pytest.MonkeyPatch, advance: Advance) -> None:
    monkeypatch.setattr(limits, "PER_SESSION", 2)
    phone, other = AppPhone(app).log_in(), AppPhone(app, "oApp_2").log_in()
    answers = [phone.call("GET", "/orders") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert other.call("GET", "/orders").status_code == 200
    advance(timedelta(seconds=60))
    assert phone.call("GET", "/orders").status_code == 200


def test_an_address_that_asks_too_often_waits_whoever_it_is(
    app: Flask, monkeypatch: pytest.MonkeyPatch, advance: Advance
) -> None:
    monkeypatch.setattr(limits, "PER_ADDRESS", 3)
    monkeypatch.setattr(limits, "LOGINS_PER_ADDRESS", 1)
    AppPhone(app).log_in()

    answers = [AppPhone(app).call("POST", "/login", {"code": f"oApp_{n}"}) for n in range(2)]
    answers.append(AppPhone(app).call("GET", "/orders"))

    assert [sentence(answer) for answer in answers] == [(429, "too_many_requests")] * 3


def test_no_answer_sets_a_cookie_or_lets_another_site_read_it(phone: AppPhone, sku_id: int) -> None:
    answers = [
        phone.call("GET", "/products", Origin="https://evil.example", Cookie="xiaopu_follower=x"),
        phone.order(sku_id),
        phone.call("OPTIONS", "/orders", Origin="https://evil.example"),
        phone.call("GET", "/nothing"),
    ]

    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        assert not [name for name in answer.headers.keys() if name.lower().startswith("access-control")]  # noqa: SIM118
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_tokens_are_kept_nowhere_and_logged_nowhere(
    app: Flask, caplog: pytest.LogCaptureFixture, sku_id: int
) -> None:
    caplog.set_level("DEBUG")
    phone = AppPhone(app).log_in()
    phone.order(sku_id)
    phone.call("POST", "/refresh", {"refresh_token": phone.tokens["refresh_token"]})
    phone.call("POST", "/refresh", {"refresh_token": phone.tokens["refresh_token"] + "x"})
    with app.app_context():
        kept = "\n".join(db.session.connection().connection.iterdump())  # type: ignore[attr-defined]

    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "app login" in logged
    for token in (phone.tokens["refresh_token"], phone.tokens["access_token"]):
        assert token not in logged
        assert token not in kept
