"""Payment codes of goods: one order for one scan however often it is asked about, and everything a shop says no to."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.catalog.models import Product, Sku
from app.catalog.states import ProductState
from app.core.db import db, transaction
from app.core.errors import GatewayUnreachable, ShopError
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments import opening
from app.payments.gateways.contract import Way
from app.payments.models import PaymentAttempt
from app.payments.notifications import record_notification
from app.payments.static_codes import list_points_for, pay_by_scan, product_id_of, say_problem, why_not
from tests.factories import make_sku
from tests.fakes import FakeGateway
from tests.offers import make_flash, make_point
from tests.threads import run_in_threads

Advance = Callable[[timedelta], None]
OPENID = "oTeaShop_0000000000000000001"
TTL = timedelta(minutes=30)


@pytest.fixture
def code(shop: Flask) -> Iterator[str]:
    """What a code of one kind of tea at ¥68.00 says."""
    yield product_id_of(make_sku().product, make_point())


def scan(gateway: FakeGateway, code: str, openid: str = OPENID) -> str:
    return pay_by_scan(openid, code, gateway=gateway, ttl=TTL)


def orders() -> list[Order]:
    return list(db.session.scalars(select(Order).order_by(Order.id)))


def words(gateway: FakeGateway, code: str, openid: str = OPENID) -> str:
    """What the buyer reads; no order is made."""
    before = len(orders())
    with pytest.raises(ShopError) as caught:
        scan(gateway, code, openid)
    assert len(orders()) == before
    return say_problem(caught.value)


def change(model: type[Any], **values: Any) -> None:
    with transaction() as session:
        session.execute(update(model).values(**values))


def test_a_scan_makes_an_order_that_is_paid_and_fetched(gateway: FakeGateway, code: str) -> None:
    prepay_id = scan(gateway, code)
    asked = gateway.requests[-1]
    gateway.pay(asked.out_trade_no, openid="oSomebodyElse_00000000000001")
    record_notification(gateway, {}, asked.out_trade_no.encode())

    (order,) = orders()
    attempt = db.session.scalars(select(PaymentAttempt)).one()
    assert prepay_id == attempt.prepay_id
    assert (asked.way, asked.product_id, asked.amount_fen) == (Way.SCAN, code, 6800)
    assert (order.state, order.total_fen, order.is_fetched) == (OrderState.PAID, 6800, True)
    assert order.follower.openid == OPENID
    assert order.pickup is not None
    assert len(order.pickup.code) == 8
    assert order.receiver


def test_asked_again_it_is_the_same_order_until_it_is_paid(gateway: FakeGateway, code: str) -> None:
    assert scan(gateway, code) == scan(gateway, code)
    assert len(orders()) == len(gateway.requests) == 1
    gateway.pay(gateway.requests[-1].out_trade_no)
    record_notification(gateway, {}, gateway.requests[-1].out_trade_no.encode())

    scan(gateway, code)

    assert [order.state for order in orders()] == [OrderState.PAID, OrderState.UNPAID]
    assert db.session.scalars(select(Sku.stock)).one() == 8


def test_asked_twice_at_the_same_instant_it_is_one_order(
    shop: Flask, gateway: FakeGateway, code: str
) -> None:
    run_in_threads(shop, [lambda: bool(scan(gateway, code))] * 4)

    assert len(orders()) == 1
    assert db.session.scalar(select(func.count()).select_from(PaymentAttempt)) == 1


def test_each_buyer_has_an_order_of_his_own(gateway: FakeGateway, code: str) -> None:
    scan(gateway, code)
    scan(gateway, code, "oTeaShop_0000000000000000002")

    assert len({order.follower_id for order in orders()}) == 2


def test_it_keeps_its_price_while_it_waits_and_is_not_offered_when_it_is_about_to_end(
    gateway: FakeGateway, code: str, advance: Advance
) -> None:
    scan(gateway, code)
    change(Sku, price_fen=7000)
    advance(timedelta(minutes=27))
    scan(gateway, code)
    advance(timedelta(minutes=2))
    scan(gateway, code)

    assert [order.total_fen for order in orders()] == [6800, 7000]


def test_the_last_piece_stays_his_who_scanned_it_first(gateway: FakeGateway, code: str) -> None:
    change(Sku, stock=1)
    scan(gateway, code)
    scan(gateway, code)

    assert words(gateway, code, "oTeaShop_0000000000000000002") == "这件商品卖完了"


def test_a_limited_price_holds(gateway: FakeGateway, code: str) -> None:
    make_flash(db.session.scalars(select(Sku)).one(), price_fen=5000, per_person=1)
    scan(gateway, code)
    scan(gateway, code)  # his own order that waits does not use up his share
    gateway.pay(gateway.requests[-1].out_trade_no)
    record_notification(gateway, {}, gateway.requests[-1].out_trade_no.encode())
    scan(gateway, code)

    assert [order.total_fen for order in orders()] == [5000, 6800]


def test_while_the_shop_is_tested_only_testers_pay(gateway: FakeGateway, code: str) -> None:
    opening.withdraw(actor="staff:1", name="wang", secret="s")

    assert "支付测试" in words(gateway, code)

    opening.add_tester(db.session.scalars(select(opening.Follower.id)).one(), actor="staff:1")
    assert scan(gateway, code)


def test_everything_else_is_a_no_in_words(gateway: FakeGateway, code: str) -> None:
    point = code.partition("-")[2]
    for unknown in (
        "",
        "-",
        "15",
        f"999999-{point}",
        f"x-{point}",
        f"{code.partition('-')[0]}-999999",
        "1-1-1",
    ):
        assert words(gateway, unknown) in ("这个码不是本店现在的，请到店里买", "这里暂停自提了，请到店里买")

    change(Product, state=ProductState.OFF_SALE)
    assert words(gateway, code) == "这件商品已经下架"
    change(Product, state=ProductState.ON_SALE)
    with transaction() as session:
        product = session.scalars(select(Product)).one()
        session.add(Sku(product_id=product.id, code="SECOND", options="净含量=9g", price_fen=900, stock=1))
    assert words(gateway, code) == "这件商品有几种规格，请到店里选购"


def test_when_wechat_does_not_answer_the_order_waits_for_the_next_scan(
    gateway: FakeGateway, code: str
) -> None:
    gateway.is_down = True
    with pytest.raises(GatewayUnreachable) as caught:
        scan(gateway, code)
    gateway.is_down = False

    assert say_problem(caught.value) == "暂时连不上微信支付，请稍后再扫一次"
    assert scan(gateway, code)
    assert len(orders()) == 1


def test_the_merchant_is_told_what_has_no_code_and_why(shop: Flask) -> None:
    sku = make_sku()
    assert "自提点" in why_not(sku.product)
    point = make_point()
    assert (why_not(sku.product), list_points_for(sku.product)) == ("", [point])
    with transaction() as session:
        session.add(
            Sku(product_id=sku.product_id, code="SECOND", options="净含量=9g", price_fen=900, stock=1)
        )
    session.expire_all()

    assert "规格" in why_not(sku.product)
    assert list_points_for(sku.product) == []
