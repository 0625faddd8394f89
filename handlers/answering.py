"""From a verified push to its answer: find it, keep it, and only then say it.

Whatever breaks, WeChat gets an answer it understands. A handler that breaks is answered with `success`. A
database that does not answer is said to be so, because then nothing was kept: WeChat pushes again.
"""

import logging
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.conversations.inbox import Inbox, Kept, Said
from app.conversations.settling import AT_ONCE, settle_all_of
from app.core import clock
from app.core.db import db
from app.core.driver import Driver
from app.wechat.callback.codec import SUCCESS, Received
from app.wechat.callback.messages import Push
from app.wechat.replies import bring_back, read_kept
from handlers.answers import QUIET, SILENCE, WITH_A_PERSON, Answer, Prepared
from handlers.ready import Ready
from handlers.xml_replies import write_head, write_tail

logger = logging.getLogger(__name__)

# WeChat hangs up after 5 seconds; what took longer than this is sent as a customer-service message instead.
DEADLINE_SECONDS = 4.0

Dispatch = Callable[[Push, Ready], Answer]


class Answering:
    """Answers pushes. Safe for any number of threads and processes."""

    def __init__(self, app: Flask, dispatch: Dispatch) -> None:
        self._app, self.dispatch = app, dispatch
        self.driver = Driver(_engine(app))
        self.ready = Ready(app, self.driver)
        self._inbox = Inbox(_engine(app), self.driver)

    def answer(self, received: Received) -> str:
        """The answer before encryption: reply XML or `success`.

        Raises: sqlalchemy.exc.SQLAlchemyError when the push could not be kept.
        """
        began = time.monotonic()
        answer = self._find(received.push)
        is_late = time.monotonic() - began > DEADLINE_SECONDS
        if is_late:
            logger.warning("answer is late", extra={"kind": received.push.kind})
        return self._say(received, answer, is_late=is_late)

    def _say(self, received: Received, answer: Answer, *, is_late: bool = False) -> str:
        """Keep the push with this answer, or learn what it was answered with; then the words for it."""
        push = received.push
        to_event = push.kind.startswith("event:")
        parts = answer.too_late if is_late else answer.to_event if to_event else answer.to_message
        said = Said(answer.by, parts.at_once.kept if parts.at_once else None, parts.further)
        kept = self._inbox.keep(
            received, said, at=clock.now(), gives_way=answer.gives_way, once_since=answer.once_since
        )
        if kept is None:
            return self._say(received, QUIET if answer.once_since else WITH_A_PERSON)
        if kept.is_first and (answer.hands_over or push.kind in AT_ONCE):
            self._settle(push.openid)
        return self._write(push, kept, parts.at_once, to_event=to_event)

    def _find(self, push: Push) -> Answer:
        try:
            self.ready.refresh()
            return self.dispatch(push, self.ready)
        except SQLAlchemyError:
            raise  # nothing is kept yet, so WeChat may push it again
        except Exception:
            logger.exception("handler failed", extra={"kind": push.kind})
            return SILENCE

    def _write(self, push: Push, kept: Kept, at_once: Prepared | None, *, to_event: bool) -> str:
        if kept.reply is None:
            return SUCCESS
        if kept.is_first and at_once is not None:
            tail = at_once.to_event if to_event else at_once.to_message
        else:
            tail = write_tail(bring_back(read_kept(kept.reply)), to_event=to_event)
        return write_head(push, kept.sent_seconds) + tail

    def _settle(self, openid: str) -> None:
        """What must be true before he writes again; when it fails here, the worker does it."""
        try:
            with self._app.app_context():
                settle_all_of(openid)
        except Exception:
            logger.exception("pushes not settled", extra={"openid": openid})


def _engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine
