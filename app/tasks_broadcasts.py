"""The background tasks about broadcasts, one thin function each; `tasks.py` takes them over."""

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from app.alerts.service import raise_alert
from app.broadcasts.automatic.running import run_rules
from app.broadcasts.gathering import find_gathering, gather_more, start_due
from app.broadcasts.keeping import keep_numbers
from app.broadcasts.mass import find_mass, go_on, record_finished
from app.broadcasts.notices.clearing import clear_up_notices
from app.broadcasts.notices.outcomes import record_notice_event
from app.broadcasts.parts import is_asking
from app.broadcasts.quotas import ask_quotas
from app.broadcasts.unclear import clear_up
from app.broadcasts.unlogged import LOG_ARRIVED, log_missing
from app.conversations.models import ERASED, Message
from app.conversations.settling import MASS_SENT, NOTICE_EVENT
from app.core import clock, outbox
from app.core.audit import SYSTEM
from app.core.db import db, transaction
from app.core.errors import PlatformUnreachable
from app.followers.models import Follower
from app.notices.receipts import guess_receipt, record_receipt
from app.wechat.account import get_account
from app.wechat.callback.flat_xml import parse
from app.wechat.callback.messages import MassSentEvent, Push
from app.wechat.callback.reading import read_push
from app.words.face import load_face

logger = logging.getLogger(__name__)

TURN_SECONDS = 2  # of the timetable: what is left comes with the next
EVENTS_TOGETHER = 20  # more would keep SQLite, and with it the callback, waiting too long
LOOK_AGAIN_AFTER, LOOKS = timedelta(seconds=10), 5


def _record_mass(message_id: int, looks: int = 0) -> None:
    """What a finish event says; it may be here before WeChat's answer to the call, which names the job."""
    push = _read([message_id]).get(message_id)
    if not isinstance(push, MassSentEvent) or not push.msg_id.isdecimal():
        return
    counts = {"total": push.total, "filtered": push.filtered, "sent": push.sent, "failed": push.errors}
    if record_finished(int(push.msg_id), push.status, counts) or looks >= LOOKS or not is_asking():
        return
    with transaction():
        later = clock.now() + LOOK_AGAIN_AFTER
        outbox.enqueue("mass_sent", due_at=later, message_id=message_id, looks=looks + 1)


def _record_notice(message_id: int) -> None:
    """What an event says of notifications by template, and others that wait: a broadcast brings thousands of them.

    One by one they would hold up whatever else is to be done.
    """
    others: Sequence[int] = ()
    try:
        with transaction():
            others = [args["message_id"] for args in outbox.take_along(NOTICE_EVENT, EVENTS_TOGETHER)]
            _record_notices([message_id, *others])
    except Exception:
        if not others:
            raise
        logger.exception("events of notifications not noted together")
        _record_notices([message_id])


def _record_notices(message_ids: Sequence[int]) -> None:
    """Of an order's, or of those to many; in the order in which others who need many followers' rows take them."""
    pushes = _read(message_ids)
    openids = {push.openid for push in pushes.values()}
    known = select(Follower.openid, Follower.id).where(Follower.openid.in_(openids))
    places: Mapping[str, int] = dict(db.session.execute(known).all())
    for number in sorted(pushes, key=lambda each: (places.get(pushes[each].openid, 0), each)):
        push = pushes[number]
        if not record_receipt(push) and not record_notice_event(push, number):
            guess_receipt(push)


def _read(message_ids: Sequence[int]) -> Mapping[int, Push]:
    """The pushes that the log holds; without those whose data were deleted."""
    kept = select(Message.id, Message.payload).where(Message.id.in_(message_ids))
    rows = db.session.execute(kept.where(Message.payload.not_in(("", ERASED)))).all()
    return {number: read_push(parse(payload.encode())) for number, payload in rows}


def _log_arrived(broadcast_id: int, follower_id: int) -> None:
    """What arrived and stands in no log yet."""
    base_url = current_app.config["BASE_URL"]
    log_missing(get_account().client, broadcast_id, follower_id, base_url=base_url)


BROADCAST_HANDLERS: dict[str, outbox.Handler] = {
    MASS_SENT: _record_mass,
    NOTICE_EVENT: _record_notice,
    LOG_ARRIVED: _log_arrived,
}


def gather_broadcasts() -> None:
    """Begin what is due, and write down who gets it."""
    start_due()
    until = time.monotonic() + TURN_SECONDS
    for broadcast_id in find_gathering():
        while time.monotonic() < until and gather_more(broadcast_id):
            pass


def run_automatic() -> None:
    """Find out who is due for an automatic message."""
    run_rules(TURN_SECONDS)


def send_mass() -> None:
    """Do the next steps of mass messages."""
    config, client = current_app.config, get_account().client
    author = load_face(config["SHOP_NAME"]).name
    until = time.monotonic() + TURN_SECONDS
    for broadcast_id in find_mass():
        try:
            while time.monotonic() < until and go_on(
                client, broadcast_id, base_url=config["BASE_URL"], author=author
            ):
                pass
        except PlatformUnreachable as error:
            logger.warning(
                "mass message waits", extra={"broadcast_id": broadcast_id, "errcode": error.errcode}
            )


def clear_up_broadcasts() -> None:
    """Find out what became of messages nobody knows of."""
    clear_up(get_account().client)
    clear_up_notices()


def keep_broadcasts() -> None:
    """Keep the numbers of ended broadcasts that change no more."""
    keep_numbers(TURN_SECONDS)


def watch_quotas() -> None:
    """Ask WeChat how much of each interface is used today; the same one is told of once a day."""
    try:
        asked = ask_quotas(get_account().client, actor=SYSTEM)
    except PlatformUnreachable as error:
        logger.warning("quotas not asked", extra={"errcode": error.errcode})
        return
    day = clock.beijing_day(asked.at)
    for quota in asked.quotas:
        if quota.is_high:
            raise_alert("api_quota", f"{day}:{quota.path}", detail=f"{quota.path} {quota.per_cent}%")
