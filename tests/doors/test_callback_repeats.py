"""A repeat of a push gets the first answer again."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.core import clock
from app.core.db import db, transaction
from app.wechat.callback.messages import Push
from app.wechat.models import WechatPush
from app.wechat.replies import TextReply
from handlers import answering
from tests.pushes import push, read_answer, write_event, write_text

TEXT = write_text("茶")
CLICK = write_event("CLICK", EventKey="NEWS_NEW")


@pytest.fixture
def asked(app: Flask) -> list[Push]:
    """Every push that reached a handler; each is answered with another text."""
    pushes: list[Push] = []

    def dispatch(push: Push) -> TextReply:
        pushes.append(push)
        return TextReply(f"第 {len(pushes)} 个回答")

    app.extensions["answer_desk"]._dispatch = dispatch
    return pushes


@pytest.fixture
def patient(app: Flask, monkeypatch: pytest.MonkeyPatch, advance: Callable[[timedelta], None]) -> None:
    """On a busy machine nobody gives up, and no claim grows old."""
    app.extensions["answer_desk"].deadline_seconds = 30
    monkeypatch.setattr(answering.inbox, "LONGEST_WAIT_SECONDS", 30)


def slow_down(app: Flask, seconds: float) -> None:
    desk = app.extensions["answer_desk"]
    dispatch = desk._dispatch

    def slowly(push: Push) -> object:
        time.sleep(seconds)
        return dispatch(push)

    desk._dispatch = slowly


@pytest.mark.parametrize("xml", [TEXT, CLICK], ids=["message", "event"])
def test_a_repeat_gets_the_first_answer_to_the_byte(
    client: FlaskClient, asked: list[Push], xml: str, advance: Callable[[timedelta], None]
) -> None:
    first = read_answer(push(client, xml))
    advance(timedelta(seconds=5))

    second = read_answer(push(client, xml))

    assert second == first
    assert "第 1 个回答" in first
    assert len(asked) == 1


def test_a_repeat_is_known_by_its_id_whatever_mode_and_time_it_comes_in(
    client: FlaskClient, asked: list[Push]
) -> None:
    push(client, TEXT, "plain")

    push(client, TEXT, "safe")

    assert len(asked) == 1


def test_two_messages_at_one_second_are_two(client: FlaskClient, asked: list[Push]) -> None:
    push(client, TEXT)

    push(client, write_text("茶", msg_id=25140096871234999))

    assert len(asked) == 2


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("xml", [TEXT, CLICK], ids=["message", "event"])
def test_repeats_at_the_same_instant_all_get_the_one_answer(app: Flask, asked: list[Push], xml: str) -> None:
    slow_down(app, 0.3)
    start = threading.Barrier(5)

    def send(_: int) -> str:
        start.wait()
        return read_answer(push(app.test_client(), xml))

    with ThreadPoolExecutor(5) as pool:
        answers = set(pool.map(send, range(5)))

    assert len(answers) == 1
    assert "第 1 个回答" in answers.pop()
    assert len(asked) == 1


def test_a_repeat_of_a_failed_push_gets_success_again_and_is_not_tried_again(
    app: Flask, client: FlaskClient
) -> None:
    tries: list[Push] = []

    def fail(push: Push) -> None:
        tries.append(push)
        raise ZeroDivisionError

    app.extensions["answer_desk"]._dispatch = fail

    answers = [push(client, TEXT).get_data() for _ in range(2)]

    assert answers == [b"success", b"success"]
    assert len(tries) == 1


def leave_a_claim(app: Flask, *, age: timedelta) -> None:
    """As a process leaves it that died before it answered."""
    with app.app_context(), transaction() as session:
        values = {"answer": None, "answered_at": None, "claimed_at": clock.now() - age}
        session.execute(update(WechatPush).values(**values))


def test_a_claim_left_by_a_dead_process_is_taken_over(
    app: Flask, client: FlaskClient, asked: list[Push]
) -> None:
    push(client, TEXT)
    leave_a_claim(app, age=timedelta(seconds=4.1))

    answer = read_answer(push(client, TEXT))

    assert "第 2 个回答" in answer
    with app.app_context():
        assert db.session.scalar(select(func.count(WechatPush.id))) == 1


def test_a_claim_that_is_young_is_waited_for_and_then_answered_with_success(
    app: Flask, client: FlaskClient, asked: list[Push], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering.inbox, "LONGEST_WAIT_SECONDS", 0.2)
    push(client, TEXT)
    leave_a_claim(app, age=timedelta(0))

    answer = push(client, TEXT)

    assert answer.get_data() == b"success"
    assert len(asked) == 1


def test_who_lost_his_claim_no_longer_changes_the_answer(
    app: Flask, client: FlaskClient, asked: list[Push]
) -> None:
    desk = app.extensions["answer_desk"]
    dispatch = desk._dispatch

    def overtaken(push: Push) -> object:
        leave_a_claim(app, age=timedelta(seconds=-1))  # somebody else has claimed it meanwhile
        return dispatch(push)

    desk._dispatch = overtaken

    assert push(client, TEXT).get_data() == b"success"
    with app.app_context():
        assert db.session.scalars(select(WechatPush.answer)).one() is None
