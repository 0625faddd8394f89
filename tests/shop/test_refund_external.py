"""Refunds that somebody made in WeChat's own console are found and taken into the books once."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.outbox import OutboxJob
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.gateways.contract import RefundNews, RefundStatus
from app.payments.models import Verdict
from app.payments.notifications import record_notification
from app.payments.refunds.external import find_external, record_external
from app.payments.refunds.models import Refund
from app.payments.refunds.room import find_paying
from app.payments.refunds.sending import go_on
from app.payments.refunds.states import RefundSource, RefundState
from tests.factories import make_sku
from tests.fakes import FakeGateway
from tests.refunds import make_paid_order


def made_there(order: Order, gateway: FakeGateway, amount_fen: int) -> RefundNews:
    """A refund that the gateway knows and we do not."""
    attempt = find_paying(order.id)
    assert attempt is not None
    gateway.refunds["MP1"] = RefundNews(
        "MP1",
        RefundStatus.DONE,
        refund_id="50300000000000000000000000009",
        out_trade_no=attempt.out_trade_no,
        transaction_id=attempt.transaction_id or "",
        amount_fen=amount_fen,
        total_fen=attempt.amount_fen,
        received_account="支付用户零钱",
        created_at=clock.now(),
        succeeded_at=clock.now(),
    )
    return gateway.refunds["MP1"]


def alerts() -> list[str]:
    jobs = db.session.scalars(select(OutboxJob).where(OutboxJob.kind == "raise_alert").order_by(OutboxJob.id))
    return [job.args["alert"] for job in jobs]


def test_its_notification_is_enough(shop: Flask, gateway: FakeGateway) -> None:
    sku = make_sku(price_fen=6800, stock=3)
    order = make_paid_order(gateway, sku=sku, quantity=2)
    made_there(order, gateway, order.total_fen)

    assert record_notification(gateway, {}, b"MP1") == Verdict.APPLIED
    assert record_notification(gateway, {}, b"MP1") == Verdict.REPEATED

    refund = db.session.scalars(select(Refund)).one()
    db.session.refresh(order)
    db.session.refresh(sku)
    assert (refund.source, refund.state) == (RefundSource.EXTERNAL, RefundState.DONE)
    assert (order.state, order.refunded_fen, sku.stock) == (OrderState.REFUNDED, order.total_fen, 3)
    assert alerts().count("refund_external") == 1


def test_a_part_is_a_mere_sum(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    made_there(order, gateway, 500)

    found = find_external("MP1", "", gateway=gateway)

    assert found is not None
    assert (found.other_fen, found.lines) == (500, [])
    db.session.refresh(order)
    assert (order.state, order.refunded_fen) == (OrderState.PAID, 500)
    assert find_external("MP-unknown", "", gateway=gateway) is None


def test_the_bill_and_the_notification_are_one_refund(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    news = made_there(order, gateway, 500)

    first = record_external(news, gateway=gateway, source="bill")
    record_notification(gateway, {}, b"MP1")
    second = record_external(news, gateway=gateway, source="bill")

    assert first is not None
    assert second is not None
    assert first.id == second.id
    db.session.refresh(order)
    assert order.refunded_fen == 500


def test_a_payment_that_is_not_ours_needs_a_person(shop: Flask, gateway: FakeGateway) -> None:
    gateway.refunds["MP1"] = RefundNews(
        "MP1",
        RefundStatus.DONE,
        refund_id="503",
        out_trade_no="XPother",
        transaction_id="42",
        amount_fen=1,
        total_fen=1,
    )

    assert record_notification(gateway, {}, b"MP1") == Verdict.UNKNOWN
    assert db.session.scalars(select(Refund)).all() == []
    assert alerts() == ["unknown_refund"]


def test_another_merchants_news_begins_nothing(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    made_there(order, gateway, 500)
    ours, gateway.mchid = gateway.mchid, "1999999999"
    news = gateway.read_notification({}, b"MP1")
    gateway.mchid = ours
    gateway.read_notification = lambda *_: news  # type: ignore[method-assign]

    assert record_notification(gateway, {}, b"MP1") == Verdict.UNKNOWN
    assert db.session.scalars(select(Refund)).all() == []


def test_an_external_one_is_asked_about_and_never_asked_for(shop: Flask, gateway: FakeGateway) -> None:
    order = make_paid_order(gateway)
    news = replace(made_there(order, gateway, 500), status=RefundStatus.UNDER_WAY, succeeded_at=None)
    found = record_external(news, gateway=gateway, source="bill")
    assert found is not None
    del gateway.refunds["MP1"]
    go_on(found.id, gateway, is_due=False)

    assert gateway.refund_requests == []
