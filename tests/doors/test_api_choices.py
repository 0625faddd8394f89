"""What a customer may choose in the mobile app: a coupon, a pick-up point, the terms; giving up; his refunds."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db, transaction
from app.followers.models import Follower
from app.orders.acceptance import list_accepted
from app.orders.listing import get_by_no
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.states import RefundSource, RefundState
from app.promotions.holding import collect
from app.words import service as words
from app.words.models import Words
from tests.app_phone import APP, AppPhone, FakeLogin
from tests.factories import make_sku
from tests.fakes import FakeGateway
from tests.offers import make_coupon, make_point

COMING = {"receiver": "林小满", "phone": "13900005678"}


@pytest.fixture
def settings(settings: dict[str, Any]) -> dict[str, Any]:
    return settings | APP


@pytest.fixture
def phone(app: Flask, gateway: FakeGateway) -> AppPhone:
    app.extensions["wechat"].app_oauth = FakeLogin()
    return AppPhone(app).log_in()


@pytest.fixture
def sku_id(app: Flask) -> int:
    with app.app_context():
        return make_sku(price_fen=6800, stock=2).id


def give_coupon(app: Flask, **values: Any) -> int:
    with app.app_context():
        follower_id = db.session.scalars(select(Follower.id)).one()
        return collect(make_coupon(**values).id, follower_id=follower_id).id


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_his_coupons_are_listed_quoted_and_ordered_with(app: Flask, phone: AppPhone, sku_id: int) -> None:
    fits, too_big = give_coupon(app), give_coupon(app, title="满百减", threshold_fen=10000)
    items = [{"sku_id": sku_id, "quantity": 1}]
    held = phone.get("/coupons")["coupons"]
    plain = phone.call("POST", "/quote", {"items": items}).get_json()
    quote = phone.call("POST", "/quote", {"items": items, "coupon_id": fits}).get_json()
    order = phone.order(sku_id, coupon_id=fits, total_fen=quote["total_fen"]).get_json()

    assert [row["coupon_id"] for row in held] == [fits, too_big]
    assert [(row["coupon_id"], row["off_fen"], row["short_of_fen"]) for row in plain["coupons"]] == [
        (fits, 2000, 0),
        (too_big, 0, 3200),
    ]
    assert (plain["coupon_id"], plain["total_fen"]) == (None, 7600)
    assert (quote["coupon_id"], quote["coupon_fen"], quote["total_fen"]) == (fits, 2000, 5600)
    assert quote["lines"][0]["coupon_fen"] == 2000
    assert (order["coupon_fen"], order["total_fen"]) == (2000, 5600)
    assert [row["coupon_id"] for row in phone.get("/coupons")["coupons"]] == [too_big]


def test_a_coupon_that_is_not_his_or_was_used_takes_nothing_off(
    app: Flask, phone: AppPhone, sku_id: int
) -> None:
    coupon_id = give_coupon(app)
    stranger = AppPhone(app, "oApp_000000000000000000002").log_in()

    answer = stranger.order(sku_id, coupon_id=coupon_id, total_fen=5600)

    assert refused(answer) == (409, "price_changed")
    assert answer.get_json()["details"] == {"total_fen": 7600}
    assert phone.order(sku_id, coupon_id=coupon_id, total_fen=5600).status_code == 201
    assert refused(phone.order(sku_id, key="the-key-of-another", coupon_id=coupon_id, total_fen=5600)) == (
        409,
        "price_changed",
    )


def test_goods_are_fetched_at_a_point_without_freight(
    app: Flask, phone: AppPhone, sku_id: int, gateway: FakeGateway
) -> None:
    with app.app_context():
        make_point(title="关门店", is_active=False)
        point_id = make_point(hours="每天 9:00–21:00").id
    place = {"address": None, "pickup_point_id": point_id}
    items = [{"sku_id": sku_id, "quantity": 1}]
    quote = phone.call("POST", "/quote", {"items": items, "pickup_point_id": point_id}).get_json()
    order = phone.order(sku_id, **place, contact=COMING, total_fen=quote["total_fen"]).get_json()
    number = order["order_no"]
    phone.call("POST", f"/orders/{number}/pay")
    with app.app_context():
        gateway.pay(db.session.scalars(select(PaymentAttempt.out_trade_no)).one())
    paid = phone.get(f"/orders/{number}/payment")
    pickup = phone.get(f"/orders/{number}")["pickup"]

    assert [row["pickup_point_id"] for row in phone.get("/pickup-points")["pickup_points"]] == [point_id]
    assert (quote["total_fen"], quote["shipping_fen"], order["receiver"]) == (6800, 0, "林小满")
    assert (order["pickup"]["title"], order["pickup"]["code"], order["pickup"]["qr_text"]) == (
        "湖滨店",
        "",
        "",
    )
    assert paid == {"state": "paid"}
    assert len(pickup["code"]) == 8
    assert pickup["qr_text"].endswith(f"/console/pickup/?code={pickup['code']}")


def test_where_to_is_said_once_and_the_point_is_open(app: Flask, phone: AppPhone, sku_id: int) -> None:
    with app.app_context():
        open_id, shut_id = make_point().id, make_point(is_active=False).id
    away = {"address": None, "contact": COMING, "total_fen": 6800}

    both = phone.order(sku_id, pickup_point_id=open_id, contact=COMING)
    nobody = phone.order(sku_id, **away | {"pickup_point_id": open_id, "contact": None})
    bad_phone = phone.order(
        sku_id, **away | {"pickup_point_id": open_id, "contact": {**COMING, "phone": "12"}}
    )

    assert both.get_json()["details"] == {"field": "pickup_point_id"}
    assert nobody.get_json()["details"] == {"field": "contact"}
    assert "phone" in bad_phone.get_json()["details"]
    assert refused(phone.order(sku_id, **away, pickup_point_id=shut_id)) == (404, "not_found")
    assert refused(phone.order(sku_id, **away, pickup_point_id=999)) == (404, "not_found")
    assert phone.get("/orders") == {"orders": []}


def test_an_order_keeps_what_was_agreed_to_and_new_terms_are_read_first(
    app: Flask, phone: AppPhone, sku_id: int
) -> None:
    old = phone.get("/terms")
    number = phone.order(sku_id).get_json()["order_no"]
    with app.app_context():
        words.publish(Words.AGREEMENT, "在 {shop} 买东西的新规矩", seen=0, actor="staff:1")
        agreed = [row.kind for row in list_accepted(get_by_no(number).id)]
    stale = phone.order(sku_id, key="the-key-of-another", terms=old["terms"])
    without = phone.order(sku_id, key="the-key-of-another", terms=None)

    assert agreed == [Words.AGREEMENT, Words.PRIVACY]
    assert [page["kind"] for page in old["pages"]] == ["agreement", "privacy"]
    assert refused(stale) == (409, "wording_changed")
    assert without.get_json()["details"] == {"field": "terms"}
    assert "{shop}" not in str(phone.get("/terms")["pages"])
    assert phone.order(sku_id, key="the-key-of-another").status_code == 201
    assert phone.order(sku_id, terms=old["terms"]).status_code == 200  # made before


def test_an_unpaid_order_is_given_up_as_often_as_he_likes(
    app: Flask, phone: AppPhone, sku_id: int, gateway: FakeGateway
) -> None:
    coupon_id = give_coupon(app)
    number = phone.order(sku_id, coupon_id=coupon_id, total_fen=5600).get_json()["order_no"]
    phone.call("POST", f"/orders/{number}/pay")
    gateway.is_down = True
    down = phone.call("POST", f"/orders/{number}/cancel")
    gateway.is_down = False
    answers = [phone.call("POST", f"/orders/{number}/cancel") for _ in range(2)]

    assert refused(down) == (503, "gateway_unreachable")
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.get_json()["state"] for answer in answers] == ["cancelled", "cancelled"]
    assert [row["coupon_id"] for row in phone.get("/coupons")["coupons"]] == [coupon_id]
    stranger = AppPhone(app, "oApp_000000000000000000002").log_in()
    assert refused(stranger.call("POST", f"/orders/{number}/cancel")) == (404, "not_found")


def test_a_paid_order_is_not_given_up_and_tells_of_its_refunds(
    app: Flask, phone: AppPhone, sku_id: int, gateway: FakeGateway
) -> None:
    number = phone.order(sku_id).get_json()["order_no"]
    phone.call("POST", f"/orders/{number}/pay")
    with app.app_context():
        gateway.pay(db.session.scalars(select(PaymentAttempt.out_trade_no)).one())
    answer = phone.call("POST", f"/orders/{number}/cancel")
    with app.app_context(), transaction() as session:
        attempt = db.session.scalars(select(PaymentAttempt)).one()
        for at, state in enumerate((RefundState.WAITING, RefundState.SUBMITTED, RefundState.DONE)):
            session.add(
                Refund(
                    order_id=attempt.order_id,
                    attempt_id=attempt.id,
                    gateway=attempt.gateway,
                    out_refund_no=f"R{at}",
                    state=state,
                    amount_fen=100 + at,
                    reason="少发一件",
                    source=RefundSource.CONSOLE,
                    created_at=clock.now(),
                    received_account="支付用户零钱",
                )
            )
    shown = phone.get("/orders")["orders"][0]

    assert refused(answer) == (409, "transition_refused")
    assert [(row["amount_fen"], row["state"]) for row in shown["refunds"]] == [
        (101, "under_way"),
        (102, "done"),
    ]
    assert (shown["state"], shown["is_withdrawn"]) == ("paid", False)
