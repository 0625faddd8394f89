"""Pushes as they came, and the first answer to each, so that a repeat gets the same answer again.

Who handles a push claims its row; the moment of the claim is its mark. A claim whose process died is taken
over, and what the first one might still write then no longer counts.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import PlatformError, PlatformUnreachable
from app.wechat.callback.codec import SUCCESS, Received
from app.wechat.client import AccountClient
from app.wechat.messages_out import UNDELIVERABLE, send_reply
from app.wechat.models import WechatPush
from app.wechat.replies import Reply, bring_back, keep

logger = logging.getLogger(__name__)

TAKE_OVER_AFTER = timedelta(seconds=4)  # every process answers sooner than this, or is dead
LONGEST_WAIT_SECONDS = 3.0
POLL_SECONDS = 0.03
LATE_REPLY = "send_late_reply"  # the outbox kind; its job carries push_id

# Statements are built once: building them is a third of what they cost.
_TABLE = cast("Table", WechatPush.__table__)
_INSERT = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id),
}
_KNOWN = select(_TABLE.c.id, _TABLE.c.claimed_at, _TABLE.c.answer).where(
    _TABLE.c.dedupe_key == bindparam("key")
)
_OURS = (_TABLE.c.id == bindparam("push_id")) & (_TABLE.c.claimed_at == bindparam("mark"))
_TAKE_OVER = update(_TABLE).where(_OURS, _TABLE.c.answer.is_(None)).values(claimed_at=bindparam("new_mark"))
_ANSWER = (
    update(_TABLE)
    .where(_OURS, _TABLE.c.answer.is_(None))
    .values(answer=bindparam("text"), answered_at=bindparam("at"))
)
_LATE = (
    update(_TABLE)
    .where(_OURS)
    .values(answer=bindparam("text"), answered_at=bindparam("at"), late_reply=bindparam("reply"))
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer a push."""

    push_id: int
    mark: datetime


def take(received: Received) -> Claim | str:
    """Claim the push, or the answer it got before; waits a little for one that is being made.

    Opens its own transactions.
    """
    give_up_at = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        outcome = _claim(received)
        if outcome is not None:
            return outcome
        answer = _wait_for_answer(received.push.dedupe_key, give_up_at)
        if answer is not None:
            return answer


def record_answer(claim: Claim, answer: str) -> bool:
    """Keep the first answer; False when the claim was taken over meanwhile. Opens a transaction."""
    with transaction() as session:
        values = {"push_id": claim.push_id, "mark": claim.mark, "text": answer, "at": clock.now()}
        return _count(session.execute(_ANSWER, values)) == 1


def record_late(claim: Claim, reply: Reply | None) -> None:
    """WeChat was told `success`: keep that, and send the reply as a customer-service message."""
    with transaction() as session:
        values = {"push_id": claim.push_id, "mark": claim.mark, "text": SUCCESS, "at": clock.now()}
        kept = keep(reply) if reply is not None else None
        if _count(session.execute(_LATE, values | {"reply": kept})) == 1 and reply is not None:
            outbox.enqueue(LATE_REPLY, push_id=claim.push_id)


def deliver_late_reply(client: AccountClient, push_id: int) -> None:
    """Send a reply that missed its answer, at most once.

    Raises: PlatformError for what may go better later.
    """
    unsent = (WechatPush.id == push_id) & WechatPush.late_reply_sent_at.is_(None)
    with transaction() as session:
        now = clock.now()
        if _count(session.execute(update(WechatPush).where(unsent).values(late_reply_sent_at=now))) == 0:
            return
    push = db.session.get_one(WechatPush, push_id)
    if push.late_reply is None:
        return
    openid, reply = push.openid, bring_back(push.late_reply)
    try:
        send_reply(client, openid, reply)
    except PlatformUnreachable:
        # It may have arrived: a person minds two messages more than none.
        logger.warning("late reply may not have arrived", extra={"push_id": push_id})
    except PlatformError as error:
        if error.errcode not in UNDELIVERABLE:
            _mark_unsent(push_id)
            raise
        logger.info("late reply not deliverable", extra={"push_id": push_id, "errcode": error.errcode})


def forget_before(moment: datetime) -> int:
    """Delete pushes received before `moment`; returns how many. WeChat repeats a push for seconds only."""
    with transaction() as session:
        return _count(session.execute(delete(WechatPush).where(WechatPush.received_at < moment)))


def _claim(received: Received) -> Claim | str | None:
    now, push = clock.now(), received.push
    with transaction() as session:
        new = {
            "dedupe_key": push.dedupe_key,
            "received_at": now,
            "openid": push.openid,
            "kind": push.kind,
            "body": received.body,
            "claimed_at": now,
        }
        push_id = session.execute(_INSERT[db.engine.dialect.name], new).scalar_one_or_none()
        if push_id is not None:
            return Claim(push_id, now)
        known = session.execute(_KNOWN, {"key": push.dedupe_key}).one()
        if known.answer is not None:
            return cast("str", known.answer)
        if known.claimed_at > now - TAKE_OVER_AFTER:
            return None
        values = {"push_id": known.id, "mark": known.claimed_at, "new_mark": now}
        return Claim(known.id, now) if _count(session.execute(_TAKE_OVER, values)) == 1 else None


def _wait_for_answer(key: str, give_up_at: float) -> str | None:
    """The answer somebody else is making, `success` when it takes too long, None when he has died."""
    while time.monotonic() < give_up_at:
        time.sleep(POLL_SECONDS)
        with db.engine.connect() as connection:
            known = connection.execute(_KNOWN, {"key": key}).one_or_none()
        if known is None or known.claimed_at <= clock.now() - TAKE_OVER_AFTER:
            return None
        if known.answer is not None:
            return cast("str", known.answer)
    return SUCCESS


def _mark_unsent(push_id: int) -> None:
    with transaction() as session:
        statement = update(WechatPush).where(WechatPush.id == push_id)
        session.execute(statement.values(late_reply_sent_at=None))


def _count(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount
