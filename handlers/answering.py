"""Answers within WeChat's patience whatever happens.

The work is done by a thread of a pool while the request waits. When it takes too long, or breaks, WeChat is
told `success`, and what the work says in the end goes out as a customer-service message.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from app.wechat import inbox
from app.wechat.callback.codec import SUCCESS, Received
from app.wechat.callback.messages import Push
from app.wechat.replies import Reply
from handlers.xml_replies import write_reply

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 3.5  # WeChat hangs up after 5; the way there and back takes time as well
THREADS = 16


class Delivery:
    """Hands an answer from the worker to the waiting request, or tells the worker that it came too late."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._answer: str | None = None
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether the request was answered without us."""
        return self._is_over

    def hand_over(self, answer: str) -> bool:
        """Give the answer; False when nobody waits for it any more."""
        with self._lock:
            if self._is_over:
                return False
            self._answer = answer
        self._ready.set()
        return True

    def wait(self, seconds: float) -> str | None:
        """The answer, or None when it did not come in time; from then on none is taken."""
        self._ready.wait(seconds)
        with self._lock:
            self._is_over = self._answer is None
            return self._answer


class AnswerDesk:
    """Takes verified pushes and always has an answer in time. `dispatch` says what the reply is."""

    def __init__(self, app: Flask, dispatch: Callable[[Push], Reply | None]) -> None:
        self._app, self._dispatch = app, dispatch
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="answers")
        self.deadline_seconds = DEADLINE_SECONDS

    def answer(self, received: Received) -> str:
        """The answer before encryption: reply XML or `success`."""
        delivery = Delivery()
        self._pool.submit(self._work, received, delivery)
        answer = delivery.wait(self.deadline_seconds)
        if answer is None:
            logger.warning("answer is late", extra={"kind": received.push.kind})
        return SUCCESS if answer is None else answer

    def _work(self, received: Received, delivery: Delivery) -> None:
        with self._app.app_context():
            try:
                self._answer_once(received, delivery)
            except Exception:
                logger.exception("push not answered", extra={"kind": received.push.kind})
                delivery.hand_over(SUCCESS)

    def _answer_once(self, received: Received, delivery: Delivery) -> None:
        claim = inbox.take(received)
        if isinstance(claim, str):
            delivery.hand_over(claim)
            return
        reply, answer = self._find_reply(received.push)
        if delivery.is_over:
            inbox.record_late(claim, reply)
            return
        is_ours = inbox.record_answer(claim, answer)
        if not delivery.hand_over(answer if is_ours else SUCCESS) and is_ours:
            inbox.record_late(claim, reply)

    def _find_reply(self, push: Push) -> tuple[Reply | None, str]:
        try:
            reply = self._dispatch(push)
            return reply, write_reply(reply, push) if reply is not None else SUCCESS
        except Exception:
            logger.exception("handler failed", extra={"kind": push.kind})
            return None, SUCCESS
