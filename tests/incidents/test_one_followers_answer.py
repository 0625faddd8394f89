"""Followers who write at the same moment each get their own answer."""

import threading
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from app.wechat.callback.messages import TextMessage
from app.wechat.replies import TextReply
from tests.pushes import push, read_fields, write_text

FOLLOWERS = 8


def test_everybody_gets_his_own_answer(app: Flask) -> None:
    start, together = threading.Barrier(FOLLOWERS), threading.Barrier(FOLLOWERS)

    def dispatch(push: TextMessage) -> TextReply:
        together.wait(30)
        return TextReply(f"{push.openid} 说 {push.content}")

    app.extensions["answer_desk"]._dispatch = dispatch
    app.extensions["answer_desk"].deadline_seconds = 30

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
