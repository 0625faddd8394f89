"""Runs every check at the same time, none of them for long, and keeps what each found as soon as it is known.

It needs no worker: a dead worker is one of the things it has to find.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from flask import Flask, current_app

from app.core.db import db
from app.core.outgoing import open_session
from app.golive import records
from app.golive.checks import CHECKS
from app.golive.checks.contract import Check, Finding, Surroundings, fail, unknown
from app.payments.gateways import get_gateway
from app.wechat.account import get_account

logger = logging.getLogger(__name__)

AT_ONCE = 6
LONGEST_SECONDS = 45.0  # for all together; each has time-outs of its own far below

Told = Callable[[Check, Finding], object]


def start(app: Flask, *, actor: str) -> int:
    """Begin a run beside the page that asked for it, or return the one that is under way."""
    run_id, is_new = records.begin_run(actor)
    if is_new:
        threading.Thread(target=_examine, args=(app, run_id), name="doctor", daemon=True).start()
    return run_id


def examine(app: Flask, *, actor: str, checks: Sequence[Check] = CHECKS, told: Told | None = None) -> int:
    """A whole run, waited for; `told` hears of each finding. Returns the run's number."""
    run_id, is_new = records.begin_run(actor)
    if is_new:
        _examine(app, run_id, checks=checks, told=told)
    return run_id


def _examine(app: Flask, run_id: int, *, checks: Sequence[Check] = CHECKS, told: Told | None = None) -> None:
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="doctor")
    futures = {pool.submit(_look, app, run_id, check, told): check for check in checks}
    _done, late = wait(futures, timeout=LONGEST_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    with app.app_context():
        for future in late:
            records.record_finding(run_id, futures[future].name, fail("too_long"), took_ms=0)
        records.finish_run(run_id)


def _look(app: Flask, run_id: int, check: Check, told: Told | None) -> None:
    with app.app_context():
        began = time.monotonic()
        try:
            finding = check.look(surroundings_here())
        except Exception:
            logger.exception("check broke", extra={"check": check.name})
            finding = unknown("broken")
        db.session.rollback()
        took_ms = int((time.monotonic() - began) * 1000)
        records.record_finding(run_id, check.name, finding, took_ms=took_ms)
        if told is not None:
            told(check, finding)


def surroundings_here() -> Surroundings:
    """What the checks of the running app look at."""
    return Surroundings(
        config=current_app.config,
        client=get_account().client,
        gateway=get_gateway(),
        session=open_session(),
        timetable=current_app.extensions["timetable"],
    )
