"""A cart left behind, told of hours later on the phone that left it, until its owner wants no more of that.

Shop, worker and simulator run in this process and share one clock, so that hours pass at once.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.reach import OPTED_OUT
from app.broadcasts.states import RecipientState
from app.conversations.settling import settle_due
from app.core import clock
from app.core.db import db
from app.tasks import run_outbox
from app.tasks_broadcasts import run_automatic
from simulator.__main__ import Servers
from simulator.clock import Clock
from simulator.settings import load_settings as load_simulator
from tests.broadcasts import send_all
from tests.factories import make_sku
from tests.journeys.console import Console
from tests.journeys.in_process import make_open_shop
from tests.journeys.phone import Phone
from tests.staff import PASSWORD, make_hashes_quick

MORNING = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # ten in Beijing: nobody sleeps in the hours that follow
Pass = Callable[[timedelta], None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pass]:
    """One clock for both, moved by the test alone."""
    with clock.frozen_at(MORNING) as advance:
        monkeypatch.setattr(Clock, "now", lambda _self: clock.now().timestamp())
        monkeypatch.setattr(Clock, "wall", lambda _self: int(clock.now().timestamp()))
        yield advance


@pytest.fixture
def port() -> int:
    """Where the shop will answer."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture
def wechat(tmp_path: Path, port: int, wait: Pass) -> Iterator[Servers]:
    """WeChat in a box, which pushes to the shop and shows its pages."""
    folder = tmp_path / "simulator"
    folder.mkdir()
    environ = {"SIM_PORT": "0", "SIM_WEB_PORT": "0", "SIM_UPSTREAM": f"http://127.0.0.1:{port}"}
    servers = Servers(load_simulator(folder, environ))
    servers.start()
    yield servers
    servers.stop()


@pytest.fixture
def app(tmp_path: Path, wechat: Servers, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A shop that is open, answering."""
    make_hashes_quick(monkeypatch)
    app = make_open_shop(wechat, tmp_path)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield app
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


def take_phone(window: Page, wechat: Servers) -> Phone:
    """Somebody new who follows the account."""
    api = f"{wechat.settings.base}/sim/api/followers"
    openid = requests.post(api, json={"nickname": "茶友"}, timeout=30).json()["openid"]
    requests.post(f"{api}/{openid}/subscribe", json={}, timeout=30).raise_for_status()
    phone = Phone(window, openid, wechat.settings.web_base)
    phone.open_chat(wechat.settings.base, "茶友")
    return phone


def work(app: Flask) -> None:
    """A worker's turn: what was pushed is settled, who is due becomes a recipient and is written to."""
    with app.app_context():
        settle_due()
    run_outbox(app)
    with app.app_context():
        run_automatic()
        send_all()


def switch_on(console: Console) -> None:
    """Told of his cart after four hours."""
    console.open("broadcasts/automatic/")
    card = console.page.locator("section.card").filter(has_text="购物车提醒")
    card.get_by_label("过多久发").fill("4")
    card.get_by_label("自动发送").check()
    card.get_by_role("button", name="保存").click()
    expect(card.locator(".badge").first).to_have_text("开着")


def say_and_fill(app: Flask, phone: Phone, slug: str) -> None:
    """He writes, which opens the window, and puts something into his cart."""
    phone.say("你好")
    expect(phone.part("messages")).to_contain_text("你好")
    phone.visit("/shop/me")
    phone.expect_text("接收商品消息")
    phone.part("webview-close").click()
    phone.visit(f"/shop/p/{slug}")
    phone.web.get_by_role("button", name="加入购物车").first.click()
    add = phone.web.locator("[data-act=add]")
    add.click()
    expect(add).to_be_hidden()  # it is in the cart
    phone.part("webview-close").click()
    work(app)


def turn_off(phone: Phone) -> None:
    """He wants no messages of this kind."""
    phone.visit("/shop/me")
    phone.web.get_by_role("switch", name="接收商品消息").click()
    phone.expect_text("不会再给您发商品消息")
    phone.part("webview-close").click()


def test_a_cart_left_behind_is_told_of_once_and_not_to_whoever_wants_none(
    app: Flask, wechat: Servers, wait: Pass, port: int, open_window: Callable[..., Page]
) -> None:
    with app.app_context():
        slug = make_sku(title="旅行茶具").product.slug
    console = Console(open_window(), f"http://127.0.0.1:{port}")
    console.sign_in("owner", PASSWORD)
    switch_on(console)
    phone = take_phone(open_window(), wechat)
    cards = phone.part("message-news-card")

    say_and_fill(app, phone, slug)
    wait(timedelta(hours=3))
    work(app)
    expect(cards).to_have_count(0)
    wait(timedelta(hours=1))
    work(app)
    work(app)
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("旅行茶具")

    phone.open_card()
    expect(phone.web.get_by_text("去结算").first).to_be_visible()
    phone.expect_text("旅行茶具")
    phone.part("webview-close").click()

    turn_off(phone)
    wait(timedelta(hours=20))
    say_and_fill(app, phone, slug)
    wait(timedelta(hours=4))
    work(app)
    expect(cards).to_have_count(1)
    with app.app_context():
        lines = db.session.scalars(select(BroadcastRecipient).order_by(BroadcastRecipient.broadcast_id))
        found = [(line.state, line.reason) for line in lines]
    assert found == [(RecipientState.SENT, ""), (RecipientState.SKIPPED, OPTED_OUT)]
