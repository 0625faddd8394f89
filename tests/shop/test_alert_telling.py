"""Alerts reach a robot and a mailbox: real HTTP and real SMTP on this machine."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import Envelope, Session
from flask import Flask
from sqlalchemy import select

from app.alerts import channels
from app.alerts.channels import Notice, NotTold, post_to_robot, send_mail
from app.alerts.models import AlertChannel
from app.alerts.service import raise_alert
from app.alerts.telling import TELL, last_tries, tell_alerts, try_channel
from app.core import outbox
from app.core.db import db
from app.core.outbox import OutboxJob
from app.tasks import HANDLERS

NOTICE = Notice("标题", "第一行\n第二行", "https://shop.example.cn/console/alerts")
LEASE = timedelta(seconds=60)


class Robot:
    """Takes what is posted and answers as it is told."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.answer: tuple[int, bytes] = (200, b'{"errcode":0,"errmsg":"ok"}')
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                robot.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status, body = robot.answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/send?key=a-secret-key"


@pytest.fixture
def robot() -> Iterator[Robot]:
    robot = Robot()
    thread = threading.Thread(target=robot.server.serve_forever, args=(0.02,))
    thread.start()
    yield robot
    robot.server.shutdown()
    thread.join()
    robot.server.server_close()


class Mailbox:
    """Keeps what is delivered; refuses a recipient named `nobody`."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_RCPT(
        self, _server: Server, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Server, _session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def mail_config(port: int, *, user: str = "", to: tuple[str, ...] = ("owner@example.cn",)) -> dict[str, Any]:
    return {
        "ALERT_SMTP_URL": f"smtp://{user}127.0.0.1:{port}",
        "ALERT_MAIL_FROM": ("shop@example.cn",),
        "ALERT_MAIL_TO": to,
    }


@pytest.mark.parametrize(
    ("host", "shape"),
    [
        ("qyapi.weixin.qq.com", {"msgtype": "text", "text": {"content": NOTICE.whole}}),
        ("oapi.dingtalk.com", {"msgtype": "text", "text": {"content": NOTICE.whole}}),
        ("open.feishu.cn", {"msg_type": "text", "content": {"text": NOTICE.whole}}),
        ("ops.example.cn", {"title": NOTICE.title, "text": NOTICE.text, "link": NOTICE.link}),
    ],
)
def test_each_robot_gets_its_own_form(host: str, shape: dict[str, Any]) -> None:
    assert channels._shape(host, NOTICE) == shape


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ((500, b""), "HTTP 500"),
        ((302, b""), "HTTP 302"),
        ((200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), "93000"),
        ((200, b'{"code":19001,"msg":"param invalid"}'), "19001"),
    ],
)
def test_a_robot_that_says_no_is_believed(robot: Robot, answer: tuple[int, bytes], detail: str) -> None:
    robot.answer = answer

    with pytest.raises(NotTold) as error:
        post_to_robot({"ALERT_WEBHOOK_URL": robot.url}, NOTICE)

    assert (error.value.problem, error.value.detail) == ("refused", detail)


@pytest.mark.parametrize("body", [b"ok", b"[]", b"{}", b'{"errcode":0}', b'{"StatusCode":0,"code":0}'])
def test_a_robot_that_says_yes_in_its_own_way_is_believed(robot: Robot, body: bytes) -> None:
    robot.answer = (200, body)

    post_to_robot({"ALERT_WEBHOOK_URL": robot.url}, NOTICE)

    assert robot.bodies == [{"title": "标题", "text": NOTICE.text, "link": NOTICE.link}]


def test_the_key_in_the_address_stands_in_no_error_and_no_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["ALERT_WEBHOOK_URL"] = "http://127.0.0.1:9/send?key=a-secret-key"

    with app.app_context(), pytest.raises(NotTold) as error:
        try_channel("robot", app.config)

    assert error.value.problem == "unreachable"
    assert "a-secret-key" not in caplog.text + repr(error.value)


def test_a_mail_arrives_with_its_chinese_title(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox

    send_mail(mail_config(port, to=("owner@example.cn", "second@example.cn")), NOTICE)

    (mail,) = box.mails
    assert mail.rcpt_tos == ["owner@example.cn", "second@example.cn"]
    assert b"Subject: =?utf-8?" in mail.content or "标题".encode() in mail.content


def test_who_is_not_taken_is_counted_and_all_refused_is_a_refusal(mailbox: tuple[Mailbox, int]) -> None:
    _box, port = mailbox

    with pytest.raises(NotTold) as some:
        send_mail(mail_config(port, to=("owner@example.cn", "nobody@example.cn")), NOTICE)
    with pytest.raises(NotTold):
        send_mail(mail_config(port, to=("nobody@example.cn",)), NOTICE)

    assert (some.value.problem, some.value.detail) == ("some_refused", "1")


def test_a_password_is_not_sent_in_the_open(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox

    with pytest.raises(NotTold) as error:
        send_mail(mail_config(port, user="shop:right@"), NOTICE)

    assert error.value.problem == "no_tls"
    assert box.mails == []


def test_a_new_alert_goes_to_every_channel_and_several_in_one_message(
    app: Flask, robot: Robot, advance: Callable[[timedelta], None]
) -> None:
    app.config["ALERT_WEBHOOK_URL"] = robot.url
    with app.app_context():
        raise_alert("refund_due", "1", order_no="202611210000000001")
        raise_alert("revived", "2")
        raise_alert("revived", "2")
        advance(timedelta(minutes=1))
        outbox.run_due(HANDLERS, lease=LEASE)

        assert len(robot.bodies) == 1
        assert "都记在订单页（202611210000000001）" in robot.bodies[0]["text"]
        assert robot.bodies[0]["title"] == "[Xiaopu] 有 2 件事需要人看一眼"
        raise_alert("revived", "3")
        advance(timedelta(minutes=1))
        outbox.run_due(HANDLERS, lease=LEASE)
        assert robot.bodies[1]["title"] == "[Xiaopu] 有 1 件事需要人看一眼"
        assert last_tries()["robot"].problem == ""


def test_what_did_not_get_through_is_told_later_and_remembered_as_failed(
    app: Flask, robot: Robot, advance: Callable[[timedelta], None]
) -> None:
    app.config["ALERT_WEBHOOK_URL"] = robot.url
    robot.answer = (503, b"")
    with app.app_context():
        raise_alert("revived", "1")
        advance(timedelta(minutes=1))
        outbox.run_due(HANDLERS, lease=LEASE)
        row = db.session.scalars(select(AlertChannel)).one()
        assert (row.problem, row.detail, row.told_id) == ("refused", "HTTP 503", 0)

        robot.answer = (200, b"{}")
        advance(timedelta(minutes=5))
        outbox.run_due(HANDLERS, lease=LEASE)

        assert len(robot.bodies) == 2
        assert last_tries()["robot"].problem == ""


def test_nothing_is_planned_without_a_channel_nor_about_telling_itself(app: Flask, robot: Robot) -> None:
    with app.app_context():
        raise_alert("revived", "1")
        app.config["ALERT_WEBHOOK_URL"] = robot.url
        raise_alert("job_given_up", "7", detail=TELL)

        assert db.session.scalars(select(OutboxJob).where(OutboxJob.kind == TELL)).all() == []
        tell_alerts("robot", 2, app.config)
    assert robot.bodies == []
