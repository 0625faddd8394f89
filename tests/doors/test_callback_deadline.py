"""WeChat is answered in time whatever happens, and what it was not told in time follows."""

import logging
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.conversations import settling
from app.conversations.models import Direction, Message, UnsettledPush
from app.conversations.settling import settle_due
from app.core import driver as driver_module
from app.core.db import db
from app.core.errors import PlatformError
from app.core.outbox import OutboxJob
from app.wechat.callback.messages import Push
from app.wechat.replies import HandOver, TextReply
from handlers import answering
from handlers.answers import Answer, prepare_all
from handlers.ready import Ready
from tests.pushes import OPENID, push, read_answer, write_event, write_text

pytestmark = pytest.mark.both_databases  # statements of the driver's own, not the session's

TEXT = write_text("茶")


def use(app: Flask, *replies: object) -> None:
    """Answer every push with these."""
    answer = Answer("test", prepare_all(replies))  # type: ignore[arg-type]
    app.extensions["answering"].dispatch = lambda _push, _ready: answer


def sent_later(app: Flask) -> list[str]:
    """The words of what follows as customer-service messages."""
    with app.app_context():
        settle_due()
        query = select(Message.reply).where(Message.direction == Direction.OUT).order_by(Message.id)
        return [reply["text"] for reply in db.session.scalars(query) if reply]


def test_the_deadline_leaves_wechat_time_to_hear_it() -> None:
    assert answering.DEADLINE_SECONDS <= 4
    assert driver_module.PATIENCE_SECONDS < 4


def test_what_comes_late_is_sent_as_a_customer_service_message(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(app, TextReply("迟到的回答"), TextReply("还有一句"))
    monkeypatch.setattr(answering, "DEADLINE_SECONDS", 0)

    answers = [push(client, TEXT).get_data() for _ in range(2)]

    assert answers == [b"success", b"success"]
    assert sent_later(app) == ["迟到的回答", "还有一句"]
    assert sent_later(app) == ["迟到的回答", "还有一句"]


def test_a_further_reply_follows_the_first(app: Flask, client: FlaskClient) -> None:
    use(app, TextReply("一"), TextReply("二"), TextReply("三"))

    assert "<![CDATA[一]]>" in read_answer(push(client, TEXT))
    assert sent_later(app) == ["二", "三"]


@pytest.mark.parametrize("error", [ZeroDivisionError, PlatformError(-1, "busy"), SystemError, RecursionError])
def test_a_handler_that_breaks_is_answered_with_success_and_logged(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    def fail(_push: Push, _ready: Ready) -> Answer:
        raise error

    app.extensions["answering"].dispatch = fail

    with caplog.at_level(logging.ERROR):
        answer = push(client, TEXT)

    assert (answer.status_code, answer.get_data()) == (200, b"success")
    assert "handler failed" in caplog.messages
    with app.app_context():
        assert db.session.scalars(select(UnsettledPush.payload)).one() == TEXT


def test_a_database_that_is_gone_makes_wechat_push_again(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(app, TextReply("好"))
    with monkeypatch.context() as patch:
        patch.setattr(app.extensions["answering"]._inbox, "_always", _Broken())
        with caplog.at_level(logging.ERROR):
            assert push(client, TEXT).status_code == 503

    assert "push not kept" in caplog.messages
    assert "<![CDATA[好]]>" in read_answer(push(client, TEXT))


class _Broken:
    sql, names = "INSERT INTO nowhere VALUES (1)", []

    def bind(self, _values: object) -> list[object]:
        return []


def test_a_locked_database_is_waited_for_no_longer_than_wechat_waits(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_module, "PATIENCE_SECONDS", 0.2)
    use(app, TextReply("好"))
    with app.app_context(), db.engine.connect() as locker:
        locker.exec_driver_sql("CREATE INDEX lock_us_out ON unsettled_pushes (at)")
        began = time.monotonic()

        status = push(client, TEXT).status_code

        locker.rollback()
    assert status == 503
    assert time.monotonic() - began < 3
    assert "<![CDATA[好]]>" in read_answer(push(client, TEXT))


def test_a_reply_nobody_could_read_is_answered_with_success(app: Flask, client: FlaskClient) -> None:
    app.extensions["answering"].dispatch = lambda _push, _ready: "no answer of ours"

    assert push(client, TEXT).get_data() == b"success"


def test_a_hand_over_counts_before_the_next_message_comes(app: Flask, client: FlaskClient) -> None:
    use(app, TextReply("请稍候"), HandOver())
    push(client, TEXT)

    assert app.extensions["answering"].ready.asker(OPENID).holder == "waiting"


def test_what_is_settled_at_once_does_not_overtake_what_he_said_before(
    app: Flask, client: FlaskClient
) -> None:
    app.extensions["answering"].dispatch = lambda _push, _ready: Answer("test", ())
    push(client, TEXT)
    push(client, write_event("subscribe"))

    with app.app_context():
        kinds = db.session.scalars(select(Message.kind).order_by(Message.id)).all()
    assert kinds == ["text", "event:subscribe"]


def test_a_message_that_cannot_be_settled_becomes_a_job_and_holds_up_nobody(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(app, TextReply("一"), TextReply("二"))
    push(client, write_event("CLICK", EventKey="K"))
    push(client, TEXT)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(settling, "EFFECTS", {**settling.EFFECTS, "event:click": fail})

        assert sent_later(app) == ["二"]
    with app.app_context():
        jobs = db.session.scalars(select(OutboxJob.args).where(OutboxJob.kind == settling.SETTLE)).all()
        for ids in jobs:
            settling.retry(**ids)
    assert len(jobs) == 1
    assert sent_later(app) == ["二", "二"]
