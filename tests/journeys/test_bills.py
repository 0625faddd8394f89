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

from app import create_app
from app.core import clock
from app.core.db import db
from app.payments.attempts import check
from app.payments.gateways import get_gateway
from app.payments.models import PaymentAttempt
from app.payments.opening import release
from app.payments.service import start_payment
from app.tables import METADATA
from config import load_settings
from simulator.__main__ import Servers
from simulator.clock import Clock
from simulator.settings import load_settings as load_simulator
from simulator.settings import write_shop_env
from tests.factories import make_follower, make_order
from tests.journeys.console import Console
from tests.staff import PASSWORD, make_hashes_quick, make_staff

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
    lines = write_shop_env(wechat.settings).read_text("utf-8").splitlines()
    environ = dict(line.split("=", 1) for line in lines) | {
        "APP_ENV": "testing",
        "SECRET_KEY": "a-key-for-tests-only-9f31c2d4e5b6a798",
        "DATA_DIR": str(tmp_path / "var"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}",
    }
    app = create_app(load_settings(environ))
    with app.app_context():
        METADATA.create_all(db.engine)
        make_staff()
        release(actor="system", name="x", report={}, secret=app.config["SECRET_KEY"])
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
    console.press("向微信查询")

    console.expect_words("这笔差异消失了")
    console.open(f"bills/?month={day:%Y-%m}")
    expect(console.page.get_by_role("link", name=f"{day} 已对平")).to_be_visible()
    console.open("orders/?mark=matched")
    console.expect_words("共 2 笔")
