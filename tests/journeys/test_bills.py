"""Yesterday's money beside WeChat's bill, in the console: equal, then with a difference that asking heals.

Shop and simulator run in this process, so that both can live through yesterday first.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from app.core import clock
from app.core.db import db
from app.followers.models import Follower
from app.orders.models import Order
from app.payments.attempts import check, close_attempt
from app.payments.closing import cancel_order
from app.payments.gateways import get_gateway
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import Wish
from app.payments.refunds.sending import go_on
from app.payments.service import start_payment
from app.reconciliation.closing import reconcile
from app.reconciliation.healing import ask
from app.reconciliation.models import BillDay, Difference
from app.reconciliation.states import STANDING
from simulator.__main__ import Servers
from simulator.clock import Clock
from simulator.settings import load_settings as load_simulator
from tests.factories import make_follower, make_order
from tests.journeys.console import Console
from tests.journeys.in_process import make_open_shop
from tests.refunds import ask as give_back
from tests.staff import PASSWORD, make_hashes_quick

READY = time(10, 30)  # of the morning on which bills can be had


@pytest.fixture
def wechat(tmp_path: Path) -> Iterator[Servers]:
    """WeChat in a box; nobody is told of anything."""
    folder = tmp_path / "simulator"
    folder.mkdir()
    environ = {"SIM_PORT": "0", "SIM_WEB_PORT": "0", "SIM_UPSTREAM": "http://127.0.0.1:9"}
    servers = Servers(load_simulator(folder, environ))
    servers.start()
    yield servers
    servers.stop()


@pytest.fixture
def app(tmp_path: Path, wechat: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A shop that is open, connected to it."""
    make_hashes_quick(monkeypatch)
    app = make_open_shop(wechat, tmp_path)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the shop answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def live_through_yesterday(app: Flask, wechat: Servers, monkeypatch: pytest.MonkeyPatch) -> date:
    """One buyer has paid, another has only opened the pay sheet; then comes the next morning."""
    noon = datetime.combine(clock.today() - timedelta(days=1), time(12), clock.BEIJING)
    monkeypatch.setattr(Clock, "wall", lambda _self: int(clock.now().timestamp()))
    wechat.engine.clock._base -= wechat.engine.clock.now() - noon.timestamp()
    with app.app_context(), clock.frozen_at(noon):
        buyers = [row["openid"] for row in wechat.engine.followers.search("", 2)]
        for openid in buyers:
            start_payment(make_order(follower=make_follower(openid)), gateway=get_gateway())
        paid = db.session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id)).first()
        assert paid is not None
        wechat.engine.orders.pay(paid.out_trade_no)
        check(paid, get_gateway())
    morning = datetime.combine(noon.date() + timedelta(days=1), READY, clock.BEIJING)
    wechat.engine.clock.advance(morning.timestamp() - wechat.engine.clock.now())
    return noon.date()


def test_a_bill_is_equal_and_a_difference_heals_by_asking(
    app: Flask,
    wechat: Servers,
    address: str,
    open_window: Callable[..., Page],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    day = live_through_yesterday(app, wechat, monkeypatch)
    morning = datetime.combine(day + timedelta(days=1), READY, clock.BEIJING)
    with clock.frozen_at(morning):
        console = Console(open_window(), address)
        console.sign_in("owner", PASSWORD)
        console.open(f"bills/?month={day:%Y-%m}")
        console.page.get_by_role("link", name=f"{day} 未下载").click()

        console.press("现在下载并核对")

        console.expect_words("和本店的记录逐笔一致")
        console.open(f"bills/?month={day:%Y-%m}")
        expect(console.page.get_by_role("link", name=f"{day} 已对平")).to_be_visible()

        fault = {"name": "bill_missing_here", "value": "on", "once": True}
        requests.post(f"{wechat.settings.base}/sim/api/faults", json=fault, timeout=10)
        console.open(f"bills/{day}")
        console.press("重新下载并核对")
        console.expect_words("有对不上的地方")
        console.page.get_by_role("link", name="本店少一笔").click()
        console.expect_words("还没有收到钱的记录")
        console.press("向微信支付查询")

        console.expect_words("这笔差异消失了")
        console.open(f"bills/?month={day:%Y-%m}")
        expect(console.page.get_by_role("link", name=f"{day} 已对平")).to_be_visible()
        console.open("orders/?mark=matched")
        console.expect_words("共 2 笔")


# Switch of the simulator → what the shop finds. What is on WeChat's books heals by asking, the rest with the next bill.
FOUND = {
    "bill_missing_there": ["missing_there"],
    "bill_wrong_amount": ["amount"],
    "bill_wrong_status": ["status"],
    "bill_wrong_fee": ["fee"],
    "bill_twice": ["twice"],
    "bill_unknown_order": ["unknown_order"],
    "bill_refund_missing": ["refund_missing"],
    "bill_midnight": ["missing_there"],
    "bill_columns": [],
    "bill_duplicate_attempt": ["duplicate_attempt"],
    "bill_missing_here": ["missing_here"],
    "bill_paid_after_close": ["paid_after_close"],
    "bill_refund_extra": ["refund_extra"],
    "funds_missing": ["funds_missing"],
    "funds_wrong_amount": ["funds_amount"],
    "funds_wrong_fee": ["funds_fee"],
    "funds_extra": ["funds_extra"],
    "funds_withdrawal": [],
}
ON_THE_BOOKS = ("bill_duplicate_attempt", "bill_missing_here", "bill_paid_after_close", "bill_refund_extra")


def open_sheet(openid: str, order: Order | None = None) -> PaymentAttempt:
    """Somebody presses pay."""
    start_payment(order or make_order(follower=known(openid)), gateway=get_gateway())
    return db.session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id.desc()).limit(1)).one()


def known(openid: str) -> Follower:
    return db.session.scalars(select(Follower).where(Follower.openid == openid)).first() or make_follower(
        openid
    )


def pay_at_wechat(wechat: Servers, attempt: PaymentAttempt) -> None:
    wechat.engine.orders.pay(attempt.out_trade_no)
    check(attempt, get_gateway())


def live_through_everything(app: Flask, wechat: Servers, monkeypatch: pytest.MonkeyPatch) -> date:
    """All that the switches need: payments, one of them near midnight, a refund, open and closed numbers."""
    noon = datetime.combine(clock.today() - timedelta(days=1), time(12), clock.BEIJING)
    monkeypatch.setattr(Clock, "wall", lambda _self: int(clock.now().timestamp()))
    ours = wechat.engine.clock
    ours._base -= ours.now() - noon.timestamp()
    with app.app_context(), clock.frozen_at(noon) as advance:
        first, second, third, fourth = (row["openid"] for row in wechat.engine.followers.search("", 4))
        given_up = open_sheet(first)
        close_attempt(given_up, get_gateway())
        pay_at_wechat(wechat, open_sheet(first, given_up.order))
        open_sheet(second)
        cancel_order(open_sheet(third).order, gateway=get_gateway(), reason="expired")
        refunded = open_sheet(fourth)
        pay_at_wechat(wechat, refunded)
        go_on(give_back(refunded.order, Wish(other_fen=100)).id, get_gateway())
        late = timedelta(hours=11, minutes=45)
        advance(late)
        ours.advance(late.total_seconds())
        pay_at_wechat(wechat, open_sheet(fourth))
    ours.advance(timedelta(hours=11).total_seconds())
    return noon.date()


def test_every_switch_is_found_named_and_heals(
    app: Flask, wechat: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = live_through_everything(app, wechat, monkeypatch)
    with app.app_context():
        gateway, folder = get_gateway(), tmp_path / "bills"

        def reconciled() -> BillDay:
            return reconcile(day, gateway=gateway, folder=folder, again=True).row

        def standing() -> list[Difference]:
            return list(db.session.scalars(select(Difference).where(Difference.state.in_(STANDING))))

        for news in wechat.engine.refunds.list():
            wechat.engine.refunds.change(
                news["out_refund_no"], status="SUCCESS", success_time=f"{day}T13:00:00+08:00"
            )
        for refund in db.session.scalars(select(Refund)).all():
            go_on(refund.id, gateway, is_due=False)
        assert reconciled().state == "equal", standing()
        for switch, kinds in FOUND.items():
            wechat.engine.faults.set(switch, "on", once=True)
            row = reconciled()
            assert (switch, [str(each.kind) for each in standing()]) == (switch, kinds)
            assert (switch, row.proof_gap_fen) == (switch, 0)
            if switch == "bill_midnight":
                assert row.problem == "midnight"
                wechat.engine.store.remove("bill_moves", str(day + timedelta(days=1)))
            if switch in ON_THE_BOOKS:
                assert ask(standing()[0], gateway=gateway), switch
            assert (switch, reconciled().state) == (switch, "equal")
        assert standing() == []
