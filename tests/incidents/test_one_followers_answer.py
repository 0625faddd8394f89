"""Followers who write at the same moment each get their own answer."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from app.wechat.callback.messages import TextMessage
from app.wechat.replies import TextReply
from handlers import answering
from handlers.answers import Answer, prepare
from handlers.ready import Ready
from tests.pushes import push, read_fields, write_text

FOLLOWERS = 8


def test_everybody_gets_his_own_answer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    start, together = threading.Barrier(FOLLOWERS), threading.Barrier(FOLLOWERS)

    def dispatch(push: TextMessage, _ready: Ready) -> Answer:
        together.wait(30)
        return Answer("test", (prepare(TextReply(f"{push.openid} 说 {push.content}")),))

    app.extensions["answering"].dispatch = dispatch
    monkeypatch.setattr(answering, "DEADLINE_SECONDS", 60)

    def talk(number: int) -> tuple[str, str, str]:
        openid = f"oTeaShop_{number:019d}"
        xml = write_text(f"第{number}句", msg_id=number + 1, openid=openid)
        start.wait()
        fields = read_fields(push(app.test_client(), xml))
        return openid, fields["ToUserName"], fields["Content"]

    with ThreadPoolExecutor(FOLLOWERS) as pool:
        answers = list(pool.map(talk, range(FOLLOWERS)))

    assert all(to == openid for openid, to, _ in answers)
    assert all(said == f"{openid} 说 第{n}句" for n, (openid, _, said) in enumerate(answers))
