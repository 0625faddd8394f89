"""A shop and the simulator in one process, without sockets, threads of their own or waiting.

What the shop sends goes straight into the simulator's app, what the simulator sends straight into the shop's; both read
one clock that stands still, and the simulator's jobs are run here, one after the other, when they fall due.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.catalog.models import Sku
from app.core import clock
from app.core.db import db
from app.core.errors import GatewayError
from app.followers.models import Follower
from app.orders.models import Order
from app.payments import service
from app.payments.attempts import list_attempts
from app.payments.gateways import get_gateway
from app.payments.gateways.contract import Way
from app.payments.models import PaymentAttempt
from app.payments.opening import release
from app.payments.refunds.models import Refund
from app.payments.refunds.states import OPEN
from app.payments.refunds.sweeper import sweep_refunds
from app.payments.states import AttemptState
from app.payments.sweeper import check_pending
from app.tables import METADATA
from config import load_settings
from simulator.app import create_app as create_simulator
from simulator.clock import Clock
from simulator.engine import Engine
from simulator.outbound import Answer
from simulator.pay.cashier import PASSWORD
from simulator.settings import load_settings as load_simulator
from simulator.settings import write_shop_env
from tests.factories import make_follower, make_order, make_sku

BEGIN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ALIPAY = "alipay"
STEP, STEPS = timedelta(minutes=15), 9  # of the sweeps after everything: more than two hours
PRICE_FEN = 6800
SETTLED = (AttemptState.PAID, AttemptState.CLOSED, AttemptState.REFUND_DUE)


@dataclass
class Boxed:
    """Both sides; `moves` the clock."""

    app: Flask
    engine: Engine
    outside: Flask
    move: Any
    follower_id: int
    openid: str
    sku_id: int
    pages: dict[str, str] = field(default_factory=dict)  # of Alipay's cashier, by number

    def order(self) -> Order:
        """Somebody has ordered one piece."""
        follower, sku = db.session.get_one(Follower, self.follower_id), db.session.get_one(Sku, self.sku_id)
        return make_order(follower=follower, sku=sku)

    def begin(self, order: Order, name: str, way: Way) -> bool:
        """Press pay; whether there is something to pay with."""
        gateway = get_gateway(name)
        try:
            if name == ALIPAY:
                address = service.start_alipay(
                    order, gateway=gateway, is_phone=way is Way.WAP, return_url="https://shop.example/back"
                )
                self._log_in(order, address)
            elif way is Way.JSAPI:
                service.start_payment(order, gateway=gateway)
            elif way is Way.NATIVE:
                service.start_native(order, gateway=gateway)
            elif way is Way.H5:
                service.start_h5(order, gateway=gateway, client_ip="203.0.113.7")
            else:
                service.start_app(order, gateway=gateway)
        except GatewayError:
            return False
        return True

    def pay(self, attempt: PaymentAttempt) -> None:
        """The password is typed."""
        if attempt.gateway == ALIPAY:
            typed = {"action": "pay", "password": PASSWORD}
            self.outside.test_client().post(self.pages[attempt.out_trade_no], data=typed)
            return
        known = self.engine.orders.find(attempt.out_trade_no)
        assert known is not None
        self.engine.cashier.act(self.openid, known["prepay_id"], action="pay", password=PASSWORD)

    def play_on(self, within: timedelta = timedelta(hours=1)) -> None:
        """Notifications and refunds fall due, one after the other."""
        until = self.engine.clock.now() + within.total_seconds()
        while job := self._next_job(until):
            wait = max(0.0, job["due_at"] - self.engine.clock.now())
            self.move(timedelta(seconds=wait + 0.001))
            self.engine.timer._work(job)
            db.session.rollback()

    def sweep(self, order_id: int, name: str) -> None:
        """The worker's turns, until nothing about the order is under way; two hours and more at the most."""
        gateway = get_gateway(name)
        under_way = (
            select(PaymentAttempt.id).where(
                PaymentAttempt.order_id == order_id, PaymentAttempt.state.not_in(SETTLED)
            ),
            select(Refund.id).where(Refund.order_id == order_id, Refund.state.in_(OPEN)),
        )
        for _turn in range(STEPS):
            self.move(STEP)
            self.play_on(timedelta(0))
            check_pending(gateway)
            sweep_refunds(gateway)
            db.session.rollback()
            if not any(db.session.scalars(query.limit(1)).all() for query in under_way):
                return

    def _next_job(self, until: float) -> dict[str, Any] | None:
        jobs = [job for job in self.engine.store.all("jobs") if job["due_at"] <= until]
        if not jobs:
            return None
        job = min(jobs, key=lambda each: (each["due_at"], each["key"]))
        self.engine.store.remove("jobs", job["key"])
        return job

    def _log_in(self, order: Order, address: str) -> None:
        client, parts = self.outside.test_client(), urlsplit(address)
        page = client.get(f"{parts.path}?{parts.query}", base_url=f"{parts.scheme}://{parts.netloc}")
        number = list_attempts(order)[-1].out_trade_no
        self.pages[number] = page.headers["Location"]
        client.post(self.pages[number], data={"action": "login"})


@contextmanager
def boxed(folder: Path) -> Iterator[Boxed]:
    """Open both; they share a process and a clock until the block ends."""
    (folder / "simulator").mkdir()
    environ = {"SIM_PORT": "18180", "SIM_WEB_PORT": "18181", "SIM_UPSTREAM": "http://127.0.0.1:18181"}
    settings = load_simulator(folder / "simulator", environ)
    engine = Engine(settings)
    outside = create_simulator(engine)
    lines = write_shop_env(settings).read_text("utf-8").splitlines()
    app = create_app(
        load_settings(
            dict(line.split("=", 1) for line in lines)
            | {
                "APP_ENV": "testing",
                "SECRET_KEY": "a-key-for-tests-only-9f31c2d4e5b6a798",
                "DATA_DIR": str(folder / "var"),
                "DATABASE_URL": f"sqlite:///{folder / 'shop.db'}",
            }
        )
    )
    with pytest.MonkeyPatch.context() as patch, clock.frozen_at(BEGIN) as move:
        patch.setattr(Clock, "now", lambda _self: clock.now().timestamp())
        patch.setattr(Clock, "wall", lambda _self: int(clock.now().timestamp()))
        patch.setattr("simulator.http_faults.go_silent", go_silent)
        patch.setattr("simulator.http_faults.DroppingMiddleware.__call__", _leave_to_the_sender)
        patch.setattr(requests.adapters.HTTPAdapter, "send", _sender(outside, settings.base))
        for module in ("simulator.pay.notifier", "simulator.alipay.notifier"):
            patch.setattr(f"{module}.post", poster(app))
        with app.app_context():
            METADATA.create_all(db.engine)
            release(actor="system", name="x", report={}, secret=app.config["SECRET_KEY"])
            follower = make_follower(engine.followers.search("", 1)[0]["openid"])
            sku = make_sku(price_fen=PRICE_FEN, stock=10_000)
            yield Boxed(app, engine, outside, move, follower.id, follower.openid, sku.id)
            db.session.remove()
            db.engine.dispose()
    engine.stop()
    engine.close()


def _leave_to_the_sender(middleware: Any, environ: Any, start_response: Any) -> Any:
    return middleware._app(environ, start_response)


def go_silent(_engine: Engine, asked: Any) -> None:
    asked.environ["simulator.silent"] = True


def _sender(outside: Flask, base: str) -> Any:
    """Instead of the network: the simulator's app; no answer is a time-out or a broken connection."""

    def send(_adapter: Any, request: Any, **_more: Any) -> requests.Response:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != base:
            raise requests.ConnectionError(f"nobody is at {parts.netloc}")
        found = outside.test_client().open(
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            method=request.method,
            base_url=base,
            headers=dict(request.headers),
            data=request.body,
        )
        environ = found.request.environ
        if environ.get("simulator.silent"):
            raise requests.ReadTimeout("silence")
        if environ.get("simulator.drop"):
            raise requests.ConnectionError("reset")
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = found.status_code, request.url, request
        answer._content, answer._content_consumed = found.get_data(), True
        answer.headers.update(dict(found.headers))
        answer.encoding = "utf-8"
        return answer

    return send


def poster(app: Flask) -> Any:
    """Instead of the network the other way: the shop's app."""

    def post(_settings: Any, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        found = app.test_client().post(
            parts.path,
            query_string=parts.query,
            data=body,
            headers=headers,
            base_url=f"{parts.scheme}://{parts.netloc}",
        )
        data = found.get_data()
        found.close()
        return Answer(found.status_code, dict(found.headers), data, 1.0)

    return post
