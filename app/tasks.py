"""Every background task, one thin function each, and the TIMETABLE.

Each may run twice, and at the same time as another: all that matters is guarded in the slices.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import select, update

from app.alerts.service import raise_alert
from app.conversations.settling import retry, settle_due
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.insert_once import insert_once
from app.core.outbox import OutboxJob
from app.core.timetable import TimetableRun
from app.materials.service import sweep_files
from app.materials.uploading import upload_material
from app.notices.service import send_notice
from app.payments.closing import close_siblings, expire_orders
from app.payments.gateways import get_gateway
from app.payments.notifications import delete_old_refused
from app.payments.sweeper import check_pending
from app.wechat.account import get_account

logger = logging.getLogger(__name__)

OUTBOX_KEPT = timedelta(days=30)


def _send_notice(order_id: int, notice: str) -> None:
    send_notice(get_account().client, order_id=order_id, kind=notice, base_url=current_app.config["BASE_URL"])


def _raise_alert(alert: str, ref: str, detail: str, order_no: str) -> None:
    raise_alert(alert, ref, detail=detail, order_no=order_no)


def _close_siblings(attempt_id: int) -> None:
    close_siblings(attempt_id, get_gateway())


def _settle_message(message_id: int) -> None:
    retry(message_id)


def _upload_material(material_id: int) -> None:
    upload_material(get_account().client, material_id)


HANDLERS: dict[str, outbox.Handler] = {
    "settle_message": _settle_message,
    "send_notice": _send_notice,
    "raise_alert": _raise_alert,
    "close_siblings": _close_siblings,
    "upload_material": _upload_material,
}


def _sweep_outbox() -> None:
    outbox.run_due(HANDLERS, lease=timedelta(seconds=current_app.config["OUTBOX_LEASE_SECONDS"]))


def _settle_messages() -> None:
    settle_due()


def _sweep_payments() -> None:
    check_pending(get_gateway())


def _expire_orders() -> None:
    expire_orders(get_gateway())


def _refresh_certificates() -> None:
    get_gateway().refresh_keys()


def _report_given_up() -> None:
    query = select(OutboxJob.id, OutboxJob.kind).where(OutboxJob.given_up_at.is_not(None))
    for job_id, kind in db.session.execute(query).all():
        raise_alert("job_given_up", str(job_id), detail=kind)


def _forget_refused() -> None:
    delete_old_refused()


def _tidy_up() -> None:
    outbox.delete_done(before=clock.now() - OUTBOX_KEPT)
    sweep_files()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timetable."""

    name: str
    every: timedelta
    task: Callable[[], None]


TIMETABLE = (
    Entry("messages", timedelta(seconds=1), _settle_messages),
    Entry("outbox", timedelta(seconds=5), _sweep_outbox),
    Entry("payments", timedelta(seconds=5), _sweep_payments),
    Entry("expiry", timedelta(seconds=10), _expire_orders),
    Entry("refused", timedelta(minutes=1), _forget_refused),
    Entry("given_up", timedelta(minutes=5), _report_given_up),
    Entry("certificates", timedelta(hours=12), _refresh_certificates),
    Entry("tidy_up", timedelta(hours=24), _tidy_up),
)


def run_outbox(app: Flask) -> None:
    """What the worker does when the bell rings."""
    with app.app_context():
        _sweep_outbox()


def run_timetable(app: Flask, stop: threading.Event) -> None:
    """Run what is due, every second, until told to stop."""
    while not stop.wait(1):
        for entry in TIMETABLE:
            with app.app_context():
                run_entry(entry)


def run_entry(entry: Entry) -> bool:
    """Run one entry if its time has come and no other worker has taken this turn; False when not."""
    try:
        if not _take_turn(entry):
            return False
        entry.task()
    except Exception:
        db.session.rollback()
        logger.exception("timetable entry failed", extra={"entry": entry.name})
    return True


def _take_turn(entry: Entry) -> bool:
    now = clock.now()
    table = TimetableRun
    last = db.session.scalar(select(table.started_at).where(table.name == entry.name))
    if last is not None and last > now - entry.every:
        return False
    with transaction() as session:
        if insert_once(table, name=entry.name, started_at=now):
            return True
        due = table.started_at <= now - entry.every
        statement = update(table).where(table.name == entry.name, due).values(started_at=now)
        return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]
