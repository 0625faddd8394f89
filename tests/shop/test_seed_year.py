"""A year of invented trade: every sum, state and history holds, and it is the same for the same seed."""

import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.alerts.models import Alert
from app.catalog.models import Sku, StockMove
from app.catalog.stock import find_unexplained
from app.conversations.models import Conversation, Holder, Message
from app.conversations.open_questions import list_open_questions
from app.core import clock
from app.core.days import Days
from app.core.db import db
from app.core.preferences import find_preference
from app.core.states import StateEvent
from app.entrances.models import Entrance, EntranceKind, EntranceVisit, SceneScan
from app.figures import keeping
from app.figures.funnel import read_funnel
from app.figures.reading import Figures
from app.followers.models import Follower
from app.ledger.listing import sum_up
from app.ledger.wanted import Wanted
from app.orders.models import Order, OrderLine, Shipment
from app.orders.shipping import left_to_ship
from app.orders.spending import recount_differing
from app.orders.states import ORDER_MOVES, OrderState
from app.payments.gateways.contract import BillKind
from app.payments.gateways.wechatpay_v3 import NAME
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.states import BACK, REFUND_MOVES, RefundSource, RefundState
from app.payments.states import ATTEMPT_MOVES, AttemptState
from app.pricing.freight import FreightRule
from app.promotions.models import Coupon, FlashItem, FlashSale, FlashTake, FollowerCoupon
from app.promotions.states import COUPON_MOVES, CouponState
from app.reconciliation.closing import compare
from app.reconciliation.models import Bill, BillDay, BillRow
from app.reconciliation.proof import prove
from app.reconciliation.reading import BillReader, open_bill
from app.reconciliation.states import DayState
from app.reconciliation.timetable import due_days
from app.seed.year.plan import Year
from app.seed.year.running import MARK, NotEmpty, Shop, fill_year
from app.seed.year.seasons import Season, seasons_of
from app.tables import METADATA
from tests.factories import make_sku

pytestmark = pytest.mark.sqlite_only  # a year takes long; that it can be written on PostgreSQL is tried once

DEMO = Path("demo")
NOW = datetime(2026, 11, 30, 7, 30, tzinfo=UTC)
SHOP = Shop(FreightRule(800, 9900), timedelta(minutes=30), "https://shop.example.cn")
ORDERS = 150  # one of each kind of trouble among them


def fill(orders: int = ORDERS, seed: int = 7) -> bool:
    with clock.frozen_at(NOW):
        return fill_year(DEMO, SHOP, orders=orders, seed=seed, on_progress=lambda _done, _all: None)


def everything() -> list[list[tuple[object, ...]]]:
    """All that a seed decides."""
    columns = (
        (Order.order_no, Order.follower_id, Order.state, Order.total_fen, Order.paid_at, Order.entrance_id),
        (PaymentAttempt.out_trade_no, PaymentAttempt.state, PaymentAttempt.paid_at),
        (StockMove.at, StockMove.sku_id, StockMove.change),
        (Message.at, Message.openid, Message.content, Message.answered_by),
        (Follower.openid, Follower.nickname, Follower.last_seen_at, Follower.spent_fen),
        (EntranceVisit.visitor, EntranceVisit.entrance_id),
        (Shipment.tracking_no, Shipment.shipped_at),
        (OrderLine.sku_id, OrderLine.unit_price_fen, OrderLine.reduction_fen, OrderLine.flash_item_id),
        (Refund.out_refund_no, Refund.state, Refund.amount_fen),
        (BillDay.day, BillDay.state, BillDay.our_payments_fen, BillDay.our_refunds_fen),
        (FlashTake.item_id, FlashTake.follower_id, FlashTake.quantity),
        (SceneScan.scene_code_id, SceneScan.openid, SceneScan.at),
    )
    return [sorted(tuple(row) for row in db.session.execute(select(*each))) for each in columns]


def begin_anew() -> None:
    """An empty database in place of this one."""
    db.session.remove()
    METADATA.drop_all(db.engine)
    METADATA.create_all(db.engine)


@pytest.fixture(scope="module")
def kept_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that wants a year leaves it for the others: writing one takes seconds."""
    return tmp_path_factory.mktemp("year") / "shop.db"


@pytest.fixture
def year(shop: Flask, kept_year: Path) -> Flask:
    """A shop with a year behind it."""
    if db.engine.dialect.name != "sqlite":
        assert fill()
    elif kept_year.exists():
        db.session.remove()
        db.engine.dispose()
        shutil.copyfile(kept_year, str(db.engine.url.database))
    else:
        assert fill()
        with closing(sqlite3.connect(str(db.engine.url.database))) as connection:
            connection.execute("VACUUM INTO ?", (str(kept_year),))
    return shop


def test_every_sum_and_every_state_holds(year: Flask) -> None:
    orders = db.session.scalars(select(Order)).all()
    attempts = defaultdict(list)
    for attempt in db.session.scalars(select(PaymentAttempt)):
        attempts[attempt.order_id].append(attempt)
    refunds = defaultdict(list)
    for refund in db.session.scalars(select(Refund)):
        parts = sum(line.amount_fen for line in refund.lines) + refund.shipping_fen + refund.other_fen
        assert parts == refund.amount_fen
        refunds[refund.order_id].append(refund)

    assert len(orders) == ORDERS
    assert {order.state for order in orders} >= {OrderState.PAID, OrderState.SHIPPED, OrderState.CANCELLED}
    for order in orders:
        sums = [sum(getattr(line, name) for line in order.lines) for name in ("reduction_fen", "coupon_fen")]
        assert sums == [order.reduction_fen, order.coupon_fen]
        assert order.goods_fen == sum(line.unit_price_fen * line.quantity for line in order.lines)
        paid = [each for each in attempts[order.id] if each.state == AttemptState.PAID]
        is_paid = order.state in (OrderState.PAID, OrderState.SHIPPED, OrderState.REFUNDED)
        assert [(each.amount_fen, each.paid_at) for each in paid] == [
            (order.total_fen, order.paid_at)
        ] * is_paid
        assert (order.cancelled_at is not None) == (order.state == OrderState.CANCELLED)
        assert order.created_at <= NOW and (order.paid_at or NOW) <= NOW
        is_sent = not left_to_ship(order) or bool(order.pickup and order.pickup.handed_at)
        assert is_sent == (order.state in (OrderState.SHIPPED, OrderState.REFUNDED))
        back = [
            each for each in refunds[order.id] if each.state in BACK and each.source == RefundSource.CONSOLE
        ]
        assert sum(each.amount_fen for each in back) == order.refunded_fen
        assert (order.refunded_fen == order.total_fen) == (order.state == OrderState.REFUNDED)
    totals = sum_up(Wanted()).wanted
    came = select(func.sum(PaymentAttempt.amount_fen)).where(PaymentAttempt.paid_at.is_not(None))
    assert totals.paid_fen == db.session.scalar(came)
    due = select(func.count()).where(PaymentAttempt.state == AttemptState.REFUND_DUE)
    assert db.session.scalar(due) == db.session.scalar(select(func.count(Alert.id))) == 2
    automatic = [each for mine in refunds.values() for each in mine if each.source == RefundSource.AUTOMATIC]
    assert [each.state for each in automatic] == [RefundState.DONE] * 2
    assert recount_differing() == 0


def test_every_state_was_reached_by_allowed_moves(year: Flask) -> None:
    histories = defaultdict(list)
    for event in db.session.scalars(select(StateEvent).order_by(StateEvent.id)):
        histories[event.subject, event.subject_id].append(event)

    for model, moves in (
        (Order, ORDER_MOVES),
        (PaymentAttempt, ATTEMPT_MOVES),
        (FollowerCoupon, COUPON_MOVES),
        (Refund, REFUND_MOVES),
    ):
        for row in db.session.scalars(select(model)):
            events = histories[model.__tablename__, row.id]
            assert events[-1].new == row.state
            assert all(event.new in moves[event.old] for event in events if event.old)
            assert [event.new for event in events][:-1] == [event.old for event in events][1:]
            assert [event.at for event in events] == sorted(event.at for event in events)


@pytest.mark.both_databases
def test_stock_is_explained_and_was_never_below_nothing(year: Flask) -> None:
    left: dict[int, int] = defaultdict(int)

    for move in db.session.scalars(select(StockMove).order_by(StockMove.id)):
        left[move.sku_id] += move.change
        assert left[move.sku_id] >= 0

    assert find_unexplained() == []
    taken = select(func.sum(StockMove.change)).where(StockMove.order_no != "")
    left_here = OrderLine.quantity - OrderLine.withdrawn
    kept = select(func.sum(left_here)).join(Order, Order.id == OrderLine.order_id)
    assert -(db.session.scalar(taken) or 0) == db.session.scalar(kept.where(Order.cancelled_at.is_(None)))


def test_a_coupon_is_used_once_and_counted(year: Flask) -> None:
    coupon = db.session.scalars(select(Coupon)).one()
    copies = db.session.scalars(select(FollowerCoupon)).all()
    used = {copy.order_no for copy in copies if copy.state == CouponState.USED}
    with_it = db.session.scalars(select(Order).where(Order.coupon_fen > 0, Order.paid_at.is_not(None))).all()

    assert coupon.issued == len(copies) == len({copy.follower_id for copy in copies}) > 3
    assert used == {order.order_no for order in with_it}


def test_flash_sales_never_sell_more_than_they_have_and_reductions_stand_on_orders(year: Flask) -> None:
    items = db.session.scalars(select(FlashItem)).all()
    reduced = db.session.scalars(select(Order).where(Order.reduction_fen > 0)).all()
    lines = db.session.scalars(select(OrderLine).where(OrderLine.flash_item_id.is_not(None))).all()
    kept = [line for line in lines if db.session.get_one(Order, line.order_id).cancelled_at is None]

    assert {
        (sale.starts_at <= NOW, sale.ends_at <= NOW) for sale in db.session.scalars(select(FlashSale))
    } == {
        (True, True),
        (True, False),
        (False, False),
    }
    assert 0 < sum(item.sold for item in items) == sum(line.quantity for line in kept)
    assert all(line.unit_price_fen < line.list_price_fen and not line.reduction_fen for line in lines)
    assert {order.reduction_label for order in reduced} == {"新茶上市满减", "年末满减"}


def test_each_scan_of_a_code_is_a_message_and_codes_bring_orders(year: Flask) -> None:
    scans = db.session.scalars(select(SceneScan)).all()
    answered = select(func.count()).where(Message.answered_by.startswith("scene:"))
    by_code = select(func.count(Order.id)).join(Entrance, Entrance.id == Order.entrance_id)

    assert len(scans) == db.session.scalar(answered) > ORDERS / 4
    assert {scan.is_follow for scan in scans} == {True, False}
    assert {scan.day for scan in scans} == {clock.beijing_day(scan.at) for scan in scans}
    assert (db.session.scalar(by_code.where(Entrance.kind == EntranceKind.SCENE)) or 0) > 3


def test_there_is_talk_a_desk_and_a_season(year: Flask) -> None:
    with clock.frozen_at(NOW):
        questions = list_open_questions(NOW - timedelta(days=90))
    by = set(db.session.scalars(select(Message.answered_by).distinct()))

    assert questions
    assert {"welcome", "fallback", "notice:paid"} <= by
    assert any(each.startswith("rule:") for each in by)
    ats = db.session.scalars(select(Message.at).order_by(Message.id)).all()
    assert ats == sorted(ats) and ats[-1] <= NOW
    assert {row.state for row in db.session.scalars(select(Conversation))} <= {Holder.BOT, Holder.WAITING}
    assert db.session.scalar(select(func.sum(EntranceVisit.visits))) > ORDERS
    left = select(func.count(Follower.id)).where(~Follower.is_subscribed)
    assert db.session.scalar(left) > 0
    by_day = dict(zip(Year(5000, 7, NOW).days, Year(5000, 7, NOW).orders_by_day, strict=True))
    gifts = [number for day, number in by_day.items() if Season.GIFT in seasons_of(day)]
    others = [number for day, number in by_day.items() if not seasons_of(day)]
    assert sum(gifts) / len(gifts) > 1.5 * sum(others) / len(others)


def test_every_entrance_narrows_from_opening_to_paying_and_the_days_add_up(year: Flask) -> None:
    with clock.frozen_at(NOW):
        keeping.rebuild()
        days = Days(Year(ORDERS, 7, NOW).days[0], Year(ORDERS, 7, NOW).days[-1])
        steps = [step for step in read_funnel(Figures.of(days), days) if step.entrance is not None]

    assert all(step.opened >= step.looked >= step.ordered >= step.paid for step in steps)
    assert sum(step.messages or 0 for step in steps) > sum(step.paid for step in steps) > 0
    assert list(keeping.find_differences()) == []


def test_bills_close_every_day_and_the_proof_holds(year: Flask) -> None:
    with clock.frozen_at(NOW):
        days = db.session.scalars(select(BillDay).order_by(BillDay.day)).all()
        assert [row.day for row in days] == Year(ORDERS, 7, NOW).days[:-1]
        assert {row.state for row in days} == {DayState.EQUAL, DayState.EMPTY}
        assert prove(gateway_name=NAME) == []
        refunds = select(Refund.state, func.count()).group_by(Refund.state)
        found = dict(db.session.execute(refunds).all())
        assert found[RefundState.DONE] > 4 and found[RefundState.WAITING] == 1
        refunded = select(func.count(Order.id)).where(Order.refunded_fen > 0)
        assert db.session.scalar(refunded.where(Order.refunded_fen < Order.total_fen)) > 0
        busiest = max(days, key=lambda row: row.our_payments + row.our_refunds)
        before = (busiest.state, busiest.our_payments_fen, busiest.runs)
        compare(busiest.day, gateway_name=NAME)
        db.session.refresh(busiest)
        assert (busiest.state, busiest.our_payments_fen, busiest.runs) == (*before[:2], before[2] + 1)
        assert busiest.proof_gap_fen == 0
        assert due_days(NAME) == []


def test_the_file_of_a_bill_says_what_its_rows_say(shop: Flask, tmp_path: Path) -> None:
    with clock.frozen_at(NOW):
        kept = replace(SHOP, bills=tmp_path / "bills")
        assert fill_year(DEMO, kept, orders=90, seed=7, on_progress=lambda _done, _all: None)
    bills = db.session.scalars(select(Bill)).all()

    for bill in bills:
        with open_bill(tmp_path / "bills" / bill.file) as text:
            reader = BillReader(BillKind.TRADE, text)
            rows = list(reader)
        mine = db.session.scalars(
            select(BillRow).where(BillRow.bill_id == bill.id).order_by(BillRow.line)
        ).all()
        assert [[getattr(row, name) for name in told] for row, told in zip(mine, rows, strict=True)] == [
            list(told.values()) for told in rows
        ]
        assert (bill.payments_fen, bill.refunds) == (reader.sums.payments_fen, reader.sums.refunds)
    assert sum(bill.refunds for bill in bills) > 0


def test_a_killed_run_goes_on_and_ends_the_same(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.seed.year.plan.MOST_IN_A_BATCH", 30)
    fill(90)
    whole = everything()
    begin_anew()

    def die(number: int, _total: int) -> None:
        if number > 40:
            raise KeyboardInterrupt

    with clock.frozen_at(NOW), pytest.raises(KeyboardInterrupt):
        fill_year(DEMO, SHOP, orders=90, seed=7, on_progress=die)
    with pytest.raises(NotEmpty, match="--orders 90 --seed 7"):
        fill(90, seed=8)
    with clock.frozen_at(NOW + timedelta(days=2)):  # the year still ends when it was begun
        assert fill_year(DEMO, SHOP, orders=90, seed=7, on_progress=lambda _done, _all: None)

    assert everything() == whole
    assert not fill(90)


def test_it_keeps_away_from_a_shop_that_has_goods(shop: Flask) -> None:
    make_sku()

    with pytest.raises(NotEmpty):
        fill()

    assert find_preference(MARK) is None
    assert db.session.scalar(select(func.count(Sku.id))) == 1


def test_the_command_refuses_production(app: Flask) -> None:
    app.config["APP_ENV"] = "production"

    refused = app.test_cli_runner().invoke(args=["shop", "seed", "demo", "--orders", "3"])

    assert refused.exit_code == 1
    assert "APP_ENV is production" in refused.output
    with app.app_context():
        assert find_preference(MARK) is None
