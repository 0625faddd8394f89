"""WeChat is answered in time whatever happens."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import db
from app.core.errors import PlatformError
from app.core.outbox import OutboxJob
from app.wechat import inbox
from app.wechat.callback.messages import Push
from app.wechat.models import WechatPush
from app.wechat.replies import NewsReply, Reply, TextReply
from handlers.answering import DEADLINE_SECONDS, Delivery
from tests.fake_platform import FakePlatform
from tests.pushes import OPENID, push, read_answer, write_event, write_text
from tests.unit.test_wechat_replies import ARTICLES


@pytest.fixture
def platform(app: Flask) -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        client = app.extensions["wechat"].client
        client.api_base, client.API_BASE_URL = platform.base, f"{platform.base}/cgi-bin/"
        yield platform


@pytest.fixture
def gate(app: Flask) -> Iterator[threading.Event]:
    """Every handler waits until this is set, and then says so."""
    gate = threading.Event()
    use(app, lambda push: gate.wait(10) and TextReply("迟到的回答"))
    app.extensions["answer_desk"].deadline_seconds = 0.2
    yield gate
    gate.set()
    app.extensions["answer_desk"]._pool.shutdown()


def use(app: Flask, dispatch: object) -> None:
    app.extensions["answer_desk"]._dispatch = dispatch


def finish(app: Flask, gate: threading.Event) -> None:
    gate.set()
    app.extensions["answer_desk"]._pool.shutdown()


def find_jobs(app: Flask) -> list[dict[str, int]]:
    with app.app_context():
        query = select(OutboxJob.args).where(OutboxJob.kind == inbox.LATE_REPLY)
        return list(db.session.scalars(query))


def test_the_deadline_leaves_wechat_time_to_hear_it() -> None:
    assert DEADLINE_SECONDS < 4


def test_a_slow_handler_does_not_keep_wechat_waiting(client: FlaskClient, gate: threading.Event) -> None:
    started = time.monotonic()

    answer = push(client, write_text("茶"))

    assert answer.get_data() == b"success"
    assert time.monotonic() - started < 5  # the handler takes ten


def test_what_comes_late_is_sent_as_a_customer_service_message(
    app: Flask, client: FlaskClient, gate: threading.Event, platform: FakePlatform
) -> None:
    push(client, write_text("茶"))
    finish(app, gate)
    [ids] = find_jobs(app)

    with app.app_context():
        inbox.deliver_late_reply(app.extensions["wechat"].client, **ids)

    sent = platform.asked[-1]
    assert sent.path == "/cgi-bin/message/custom/send"
    assert sent.json == {"touser": OPENID, "msgtype": "text", "text": {"content": "迟到的回答"}}
    assert "迟到的回答".encode() in sent.body


def test_a_late_reply_is_sent_once_however_often_its_job_runs(
    app: Flask, client: FlaskClient, gate: threading.Event, platform: FakePlatform
) -> None:
    push(client, write_text("茶"))
    finish(app, gate)
    [ids] = find_jobs(app)

    with app.app_context():
        for _ in range(3):
            inbox.deliver_late_reply(app.extensions["wechat"].client, **ids)

    assert platform.count()["/cgi-bin/message/custom/send"] == 1


@pytest.mark.parametrize(("errcode", "is_tried_again"), [(45015, False), (48002, False), (-1, True)])
def test_a_late_reply_is_tried_again_only_where_that_can_help(
    app: Flask,
    client: FlaskClient,
    gate: threading.Event,
    platform: FakePlatform,
    errcode: int,
    is_tried_again: bool,
) -> None:
    push(client, write_text("茶"))
    finish(app, gate)
    [ids] = find_jobs(app)
    platform.answers["/cgi-bin/message/custom/send"] = lambda _: {"errcode": errcode, "errmsg": "no"}

    with app.app_context():
        account = app.extensions["wechat"].client
        if is_tried_again:
            with pytest.raises(PlatformError):
                inbox.deliver_late_reply(account, **ids)
        else:
            inbox.deliver_late_reply(account, **ids)
        push_row = db.session.scalars(select(WechatPush)).one()

        assert (push_row.late_reply_sent_at is None) is is_tried_again


def test_a_repeat_of_a_late_push_gets_success_and_no_second_reply(
    app: Flask, client: FlaskClient, gate: threading.Event
) -> None:
    push(client, write_text("茶"))
    gate.set()
    desk = app.extensions["answer_desk"]
    while not find_jobs(app):
        time.sleep(0.02)
    desk.deadline_seconds = DEADLINE_SECONDS

    assert push(client, write_text("茶")).get_data() == b"success"
    assert len(find_jobs(app)) == 1


def test_late_cards_go_as_one_text_with_links(
    app: Flask, client: FlaskClient, gate: threading.Event, platform: FakePlatform
) -> None:
    use(app, lambda push: gate.wait(10) and NewsReply(ARTICLES[:3]))
    push(client, write_event("CLICK", EventKey="NEWS_NEW"))
    finish(app, gate)
    [ids] = find_jobs(app)

    with app.app_context():
        inbox.deliver_late_reply(app.extensions["wechat"].client, **ids)

    content = platform.asked[-1].json["text"]["content"]
    assert content.count("<a href=") == 3
    assert 'href="https://shop.example.cn/0?a=1&amp;e=2"' in content


def test_a_late_card_goes_as_a_card(
    app: Flask, client: FlaskClient, gate: threading.Event, platform: FakePlatform
) -> None:
    use(app, lambda push: gate.wait(10) and NewsReply(ARTICLES[:1]))
    push(client, write_text("茶"))
    finish(app, gate)
    [ids] = find_jobs(app)

    with app.app_context():
        inbox.deliver_late_reply(app.extensions["wechat"].client, **ids)

    assert platform.asked[-1].json["news"]["articles"] == [
        {
            "title": "茶 0",
            "description": "明前手采",
            "url": "https://shop.example.cn/0?a=1&e=2",
            "picurl": "https://shop.example.cn/0.jpg",
        }
    ]


def test_a_late_handler_with_nothing_to_say_sends_nothing(
    app: Flask, client: FlaskClient, gate: threading.Event
) -> None:
    def wait(_: Push) -> Reply | None:
        gate.wait(10)
        return None

    use(app, wait)
    push(client, write_event("VIEW", EventKey="https://shop.example.cn/shop/"))
    finish(app, gate)

    assert find_jobs(app) == []
    with app.app_context():
        assert db.session.scalars(select(WechatPush.answer)).one() == "success"


@pytest.mark.parametrize("error", [ZeroDivisionError, PlatformError(-1, "busy"), SystemError, RecursionError])
def test_a_handler_that_breaks_is_answered_with_success_and_logged(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    def fail(_: Push) -> None:
        raise error

    use(app, fail)

    with caplog.at_level(logging.ERROR):
        answer = push(client, write_text("茶"))

    assert (answer.status_code, answer.get_data()) == (200, b"success")
    assert "handler failed" in caplog.messages


def test_a_database_that_is_gone_is_answered_with_success_and_logged(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(inbox, "transaction", fail)

    with caplog.at_level(logging.ERROR):
        answer = push(client, write_text("茶"))

    assert (answer.status_code, answer.get_data()) == (200, b"success")
    assert "push not answered" in caplog.messages


def test_a_reply_nobody_could_read_is_answered_with_success(app: Flask, client: FlaskClient) -> None:
    use(app, lambda _: "no reply of ours")

    assert push(client, write_text("茶")).get_data() == b"success"


def test_an_answer_in_time_is_taken_and_one_after_that_is_not() -> None:
    delivery = Delivery()

    assert delivery.hand_over("a")
    assert delivery.wait(0) == "a"


def test_an_answer_after_the_end_is_told_so() -> None:
    delivery = Delivery()

    assert delivery.wait(0) is None
    assert delivery.is_over
    assert not delivery.hand_over("a")


def test_many_slow_pushes_are_all_answered_in_time(
    app: Flask, client: FlaskClient, gate: threading.Event
) -> None:
    started = time.monotonic()

    answers = {read_answer(push(app.test_client(), write_text("茶", msg_id=n))) for n in range(1, 19)}

    assert answers == {"success"}
    assert time.monotonic() - started < 18 * 0.2 + 20
