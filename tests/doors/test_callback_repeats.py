"""A repeat of a push gets the first answer again."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.conversations import inbox
from app.conversations.models import Direction, Message, UnsettledPush
from app.conversations.settling import settle_due
from app.core.db import db
from app.wechat.callback.messages import Push
from app.wechat.replies import TextReply
from handlers.answers import Answer, prepare_all
from handlers.ready import Ready
from tests.pushes import push, read_answer, write_event, write_text

pytestmark = pytest.mark.both_databases  # statements of the driver's own, not the session's

TEXT = write_text("茶")
CLICK = write_event("CLICK", EventKey="NEWS_NEW")


@pytest.fixture
def asked(app: Flask) -> list[Push]:
    """Every push that reached a handler; each is answered with another text."""
    pushes: list[Push] = []

    def dispatch(push: Push, _ready: Ready) -> Answer:
        pushes.append(push)
        return Answer("test", prepare_all([TextReply(f"第 {len(pushes)} 个回答")]))

    app.extensions["answering"].dispatch = dispatch
    return pushes


@pytest.mark.parametrize("xml", [TEXT, CLICK], ids=["message", "event"])
def test_a_repeat_gets_the_first_answer_to_the_byte(
    client: FlaskClient, asked: list[Push], xml: str, advance: Callable[[timedelta], None]
) -> None:
    first = read_answer(push(client, xml))
    advance(timedelta(seconds=5))

    second = read_answer(push(client, xml))

    assert second == first
    assert "第 1 个回答" in first


@pytest.mark.parametrize("xml", [TEXT, CLICK], ids=["message", "event"])
def test_a_repeat_of_what_was_settled_gets_the_first_answer_too(
    app: Flask, client: FlaskClient, asked: list[Push], xml: str, advance: Callable[[timedelta], None]
) -> None:
    first = read_answer(push(client, xml))
    with app.app_context():
        settle_due()
    advance(timedelta(seconds=5))

    assert read_answer(push(client, xml)) == first
    with app.app_context():
        assert settle_due() == 0


def test_a_push_whose_number_is_taken_by_another_is_asked_for_again(
    app: Flask, client: FlaskClient, asked: list[Push], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "number_of", lambda _key: 7)
    push(client, TEXT)

    assert push(client, CLICK).status_code == 503
    with app.app_context():
        settle_due()
    assert "回答" in read_answer(push(client, CLICK))


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("m:25140096871234567", 25140096871234567),
        ("m:9223372036854775807", 2**63 - 1),
        ("m:9223372036854775808", None),
        ("e:o1|1795219260|click|茶|", None),
    ],
)
def test_a_push_waits_under_a_number_that_both_databases_can_hold(key: str, number: int | None) -> None:
    given = inbox.number_of(key)

    assert 0 <= given < 2**63
    assert given == number or number is None


def test_a_repeat_is_known_by_its_id_whatever_mode_and_time_it_comes_in(
    client: FlaskClient, asked: list[Push]
) -> None:
    first = read_answer(push(client, TEXT, "plain"))

    assert read_answer(push(client, TEXT, "safe")) == first


def test_two_messages_at_one_second_are_two(client: FlaskClient, asked: list[Push]) -> None:
    push(client, TEXT)

    push(client, write_text("茶", msg_id=25140096871234999))

    assert len(asked) == 2


@pytest.mark.parametrize("xml", [TEXT, CLICK], ids=["message", "event"])
def test_repeats_at_the_same_instant_all_get_the_one_answer(app: Flask, asked: list[Push], xml: str) -> None:
    start = threading.Barrier(5)

    def send(_: int) -> str:
        client = app.test_client()
        start.wait()
        return read_answer(push(client, xml))

    with ThreadPoolExecutor(5) as pool:
        answers = set(pool.map(send, range(5)))

    assert len(answers) == 1
    assert "个回答" in answers.pop()
    with app.app_context():
        assert db.session.scalar(select(func.count(UnsettledPush.number))) == 1


def test_what_follows_from_a_push_that_came_twice_happens_once(app: Flask, client: FlaskClient) -> None:
    def dispatch(_push: Push, _ready: Ready) -> Answer:
        return Answer("test", prepare_all([TextReply("一"), TextReply("二")]))

    app.extensions["answering"].dispatch = dispatch
    for _ in range(3):
        push(client, TEXT)

    with app.app_context():
        for _ in range(2):
            settle_due()

        sent = db.session.scalars(select(Message.reply).where(Message.direction == Direction.OUT)).all()
    assert sent == [{"type": "text", "text": "二"}]


def test_a_repeat_of_a_failed_push_gets_success_again_and_is_not_tried_again(
    app: Flask, client: FlaskClient
) -> None:
    tries: list[Push] = []

    def fail(push: Push, _ready: Ready) -> Answer:
        tries.append(push)
        raise ZeroDivisionError

    app.extensions["answering"].dispatch = fail

    answers = [push(client, TEXT).get_data() for _ in range(2)]

    assert answers == [b"success", b"success"]
    app.extensions["answering"].dispatch = lambda push, ready: Answer("test", prepare_all([TextReply("好")]))
    assert push(client, TEXT).get_data() == b"success"
