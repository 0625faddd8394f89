"""Sending a card to many: threads that ask WeChat, and one that takes recipients and notes what came back.

Several workers may do this at once: they share the recipients and the rate through the database. Memory holds
those being asked for, never the audience.
"""

import logging
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flask import Flask

from app.broadcasts.claims import Claim, Outcome, find_sending, note, skip, take
from app.broadcasts.ending import close_if_done, halt
from app.broadcasts.models import Broadcast
from app.broadcasts.states import Halt, RecipientState, Way
from app.broadcasts.telling import make_teller
from app.broadcasts.told import Teller, Told
from app.core.db import db
from app.core.errors import PlatformError, PlatformUnreachable, ShopError
from app.notice_templates.filling import NoTemplate
from app.wechat.account import get_account
from app.wechat.client import TOKEN_REFUSED
from app.wechat.messages_out import UNDELIVERABLE
from app.wechat.platform_errors import UNREACHABLE
from app.wechat.template_messages import REFUSED

logger = logging.getLogger(__name__)

THREADS = 32  # as many connections as a session keeps open
TURN_SECONDS = 0.025  # shorter than an answer takes, so that threads do not wait for new work
IDLE_SECONDS = 1.0
LATER = (-1, 45011)  # WeChat is busy, or it was too often in this minute
PERSONAL = (*UNDELIVERABLE, REFUSED, 70000)  # says something about this person, not about the message
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
MOST_UNCLEAR = 3  # turns in a row in which nobody knows what WeChat did: then a person should look


@dataclass(slots=True)
class Job:
    """The broadcast being sent, and what is said in it."""

    broadcast_id: int
    teller: Teller
    is_halted: bool = False


class FanOut:
    """One worker's share of the sending. All but `_ask` runs in one thread, inside an app context."""

    def __init__(self, *, per_second: int, base_url: str) -> None:
        self._per_second, self._base_url = per_second, base_url
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="fan-out")
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._under_way = 0
        self._job: Job | None = None
        self._token = ""
        self._pause, self._rests_until = FIRST_PAUSE_SECONDS, 0.0
        self._unclear_turns = 0

    def turn(self) -> bool:
        """Note what came back and ask for more; False when there is nothing to do."""
        job = self._job or self._find_job()
        if job is None:
            return False
        self._job = job
        self._settle(job, self._drain())
        self._ask_more(job)
        if self._under_way == 0 and (job.is_halted or not self._rests):
            self._look_around(job)
        return True

    def close(self) -> None:
        """Wait for those being asked for and note what came back."""
        self._threads.shutdown()
        if self._job is not None:
            self._settle(self._job, self._drain())

    @property
    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def _ask_more(self, job: Job) -> None:
        free = THREADS - self._under_way
        if job.is_halted or self._rests or not free:
            return
        try:
            self._token = self._token or get_account().client.access_token
        except PlatformError as error:
            self._rest()
            logger.warning("no token to send with", extra={"errcode": error.errcode})
            return
        claims = take(job.broadcast_id, free, per_second=self._per_second)
        told = job.teller.find([claim.follower_id for claim in claims])
        if silent := [claim for claim in claims if claim.follower_id not in told]:
            skip(silent, job.teller.silence)
        for claim in claims:
            if (his := told.get(claim.follower_id)) is None:
                continue
            self._under_way += 1
            self._threads.submit(self._ask, his, claim, self._token)

    def _ask(self, told: Told, claim: Claim, token: str) -> None:
        """Runs in a thread of its own; whatever happens, an outcome comes back."""
        outcome = Outcome(claim, told, RecipientState.UNCLEAR, UNREACHABLE)
        try:
            msg_id = told.sender.send(claim.openid, token)
            outcome = Outcome(claim, told, told.taken, msg_id=msg_id)
        except PlatformUnreachable as error:
            outcome = Outcome(claim, told, RecipientState.UNCLEAR, error.errcode)
        except PlatformError as error:
            is_personal = error.errcode in PERSONAL
            state = RecipientState.REFUSED if is_personal else RecipientState.DUE
            outcome = Outcome(claim, told, state, error.errcode)
        finally:
            self._outcomes.put(outcome)

    def _drain(self) -> Sequence[Outcome]:
        outcomes = []
        while not self._outcomes.empty():
            outcomes.append(self._outcomes.get())
        self._under_way -= len(outcomes)
        return outcomes

    def _settle(self, job: Job, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        note(outcomes)
        states = {outcome.state for outcome in outcomes}
        codes = {outcome.errcode for outcome in outcomes if outcome.state is RecipientState.DUE}
        if codes & set(TOKEN_REFUSED):
            get_account().client.token.replace(refused=self._token)
            self._token = ""
        if states & {RecipientState.SENT, RecipientState.HANDED, RecipientState.REFUSED}:
            self._pause, self._unclear_turns = FIRST_PAUSE_SECONDS, 0
        elif RecipientState.UNCLEAR in states:
            self._unclear_turns += 1
        if RecipientState.UNCLEAR in states or codes:
            self._rest()
        if final := codes - set(LATER) - set(TOKEN_REFUSED):
            self._halt(job, max(final, key=abs))
        elif self._unclear_turns >= MOST_UNCLEAR:
            self._halt(job, UNREACHABLE)

    def _rest(self) -> None:
        self._rests_until = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def _halt(self, job: Job, errcode: int) -> None:
        job.is_halted, self._unclear_turns = True, 0
        halt(job.broadcast_id, errcode)

    def _look_around(self, job: Job) -> None:
        """Nobody is being asked: the rate is used up for this second, or there is nobody left, or it was paused."""
        if job.is_halted or job.broadcast_id not in {row.id for row in find_sending()}:
            self._job = None
            close_if_done(job.broadcast_id)

    def _find_job(self) -> Job | None:
        rows = [row for row in find_sending() if row.way is not Way.MASS]
        return next((job for row in rows if (job := self._prepare(row))), None)

    def _prepare(self, row: Broadcast) -> Job | None:
        client = get_account().client
        try:
            teller = make_teller(client, row, base_url=self._base_url)
        except NoTemplate:
            halt(row.id, Halt.NO_TEMPLATE)
            return None
        except ShopError as error:  # a product went off sale since it was confirmed
            logger.warning("broadcast cannot be made", extra={"broadcast_id": row.id, "error": error.code})
            halt(row.id, Halt.GOODS_GONE)
            return None
        return Job(row.id, teller)


def fan_out(app: Flask, stop: threading.Event) -> None:
    """Send what is to be sent until told to stop."""
    config = app.config
    sender = FanOut(per_second=config["BROADCAST_PER_SECOND"], base_url=config["BASE_URL"])
    pause = IDLE_SECONDS
    while not stop.wait(pause):
        with app.app_context():
            try:
                pause = TURN_SECONDS if sender.turn() else IDLE_SECONDS
            except Exception:
                db.session.rollback()
                logger.exception("the sending of broadcasts stands still")
                pause = IDLE_SECONDS
    with app.app_context():
        sender.close()
