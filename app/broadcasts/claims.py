"""Who takes which recipient, and what became of him: one short transaction for many.

A line is `asking` before WeChat is asked. Whoever dies then leaves it so; after `UNDER_WAY_FOR` nobody is asking any
more, and `unclear.py` finds out whether the message arrived. So nothing is sent twice, and nothing is forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update

from app.broadcasts.automatic.days import may_go
from app.broadcasts.models import Broadcast, BroadcastOptOut, BroadcastRecipient
from app.broadcasts.notices import spending
from app.broadcasts.reasons import LEFT, OPTED_OUT
from app.broadcasts.states import BroadcastState, RecipientState, Way
from app.broadcasts.told import Told
from app.conversations.models import Direction, Message, Sending
from app.conversations.reply_words import words_of_reply
from app.core import clock
from app.core.db import db, transaction
from app.core.insert_once import insert_rows
from app.core.rates import take_up_to
from app.followers.models import Follower
from app.notice_templates.purposes import ABOUT_ORDERS, Purpose
from app.wechat.replies import keep
from app.wechat.template_messages import REPEATABLE_FOR

UNDER_WAY_FOR = timedelta(seconds=60)  # longer than a call with all its time-outs
RATE_KEY = "broadcasts"
_line = BroadcastRecipient


@dataclass(frozen=True, slots=True)
class Claim:
    """A recipient that is ours to ask for."""

    broadcast_id: int
    follower_id: int
    openid: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What WeChat said to it. `errcode` stands with what was refused, postponed or left unclear."""

    claim: Claim
    told: Told
    state: RecipientState
    errcode: int | None = None
    msg_id: int | None = None  # theirs, of a template message


def find_sending() -> Sequence[Broadcast]:
    """Those that are being sent to somebody who is still to be asked, the oldest first."""
    waits = exists().where(_line.broadcast_id == Broadcast.id, _line.state == RecipientState.DUE)
    query = select(Broadcast).where(Broadcast.state == BroadcastState.SENDING, waits, may_go())
    return db.session.scalars(query.order_by(Broadcast.started_at, Broadcast.id)).all()


def take(broadcast_id: int, wanted: int, *, per_second: int) -> Sequence[Claim]:
    """Up to `wanted` recipients, as many as the rate all workers share still allows in this second.

    Who left or opted out since the list was made is skipped. Opens a transaction.
    """
    with transaction() as session:
        found = select(Broadcast).where(Broadcast.id == broadcast_id, may_go())
        row = session.scalar(found.execution_options(populate_existing=True))  # it may have been paused
        if row is None or row.state != BroadcastState.SENDING or wanted <= 0:
            return ()
        query = (
            select(_line.follower_id, _line.openid, _line.asked_at)
            .where(_line.broadcast_id == broadcast_id, _line.state == RecipientState.DUE)
            .order_by(_line.follower_id)
            .with_for_update(skip_locked=True)
            .limit(wanted)
        )
        rows = _leave_too_old(row, session.execute(query).all())
        granted = take_up_to(RATE_KEY, len(rows), most=per_second, per=timedelta(seconds=1)) if rows else 0
        taken = {follower_id: openid for follower_id, openid, _asked_at in rows[:granted]}
        if not taken:
            return ()
        gone = _find_gone(taken, row.purpose)
        gone |= spending.spend(
            row, {number: openid for number, openid in taken.items() if number not in gone}
        )
        for follower_id, reason in gone.items():
            _set(broadcast_id, [follower_id], state=RecipientState.SKIPPED, reason=reason)
        asked = [follower_id for follower_id in taken if follower_id not in gone]
        _set(
            broadcast_id,
            asked,
            state=RecipientState.ASKING,
            reason="",
            asked_at=clock.now(),
            tries=_line.tries + 1,
        )
        return [Claim(broadcast_id, follower_id, taken[follower_id]) for follower_id in asked]


def _leave_too_old(row: Broadcast, lines: Sequence[Any]) -> Sequence[Any]:
    """What WeChat may have had, and would send again because it has forgotten its number, is not asked for again."""
    if row.way is not Way.NOTICE:
        return lines
    earliest = clock.now() - REPEATABLE_FOR
    too_old = [line.follower_id for line in lines if line.asked_at and line.asked_at < earliest]
    _set(row.id, too_old, state=RecipientState.UNCLEAR, reason="")
    return [line for line in lines if line.follower_id not in too_old]


def skip(claims: Sequence[Claim], reason: str) -> None:
    """What was taken and cannot be said is skipped. Opens a transaction."""
    with transaction():
        for claim in claims:
            skipped = {"state": RecipientState.SKIPPED, "reason": reason, "asked_at": None}
            _set(claim.broadcast_id, [claim.follower_id], only=RecipientState.ASKING, **skipped)
        spending.note([(each.broadcast_id, each.openid, RecipientState.SKIPPED, None) for each in claims])


def note(outcomes: Sequence[Outcome]) -> None:
    """Write down what became of them; what arrived or was refused stands in the log of messages too.

    A line that somebody else has cleared up meanwhile stays as he left it. Opens a transaction.
    """
    if not outcomes:
        return
    with transaction():
        for broadcast_id, state, errcode in {(o.claim.broadcast_id, o.state, o.errcode) for o in outcomes}:
            ids = [
                outcome.claim.follower_id
                for outcome in outcomes
                if (outcome.claim.broadcast_id, outcome.state, outcome.errcode)
                == (broadcast_id, state, errcode)
            ]
            values: dict[str, object] = {"state": state, "reason": "" if errcode is None else str(errcode)}
            if state is RecipientState.DUE:  # not asked, as it turned out
                values |= {"asked_at": None, "tries": _line.tries - 1}
            _set(broadcast_id, ids, only=RecipientState.ASKING, **values)
        _keep_numbers(outcomes)
        spending.note([(o.claim.broadcast_id, o.claim.openid, o.state, o.errcode) for o in outcomes])
        now = clock.now()
        _log([outcome for outcome in outcomes if outcome.state in _LOGGED], at=now, asked_at=now)


_LOGGED: Mapping[RecipientState, Sending] = {
    RecipientState.SENT: Sending.SENT,
    RecipientState.HANDED: Sending.SENT,
    RecipientState.REFUSED: Sending.REFUSED,
    RecipientState.UNCLEAR: Sending.SENDING,
}


def log_key(broadcast_id: int, follower_id: int) -> str:
    """What keeps one message of a broadcast one line of the log."""
    return f"broadcast:{broadcast_id}:{follower_id}"


def _keep_numbers(outcomes: Sequence[Outcome]) -> None:
    """WeChat's number of each, which its event names."""
    rows = [
        {"broadcast_id": o.claim.broadcast_id, "follower_id": o.claim.follower_id, "msg_id": o.msg_id}
        for o in outcomes
        if o.msg_id is not None
    ]
    if rows:
        db.session.execute(update(_line), rows)


def log_arrived(outcome: Outcome, *, at: datetime) -> None:
    """It arrived, as only WeChat told: no witness, so it keeps no moment of asking. Joins the open transaction."""
    _log([outcome], at=at, asked_at=None)


def _log(outcomes: Sequence[Outcome], *, at: datetime, asked_at: datetime | None) -> None:
    """The desk sees it; a card uses up one of the messages WeChat allows."""
    rows = [
        {
            "dedupe_key": log_key(outcome.claim.broadcast_id, outcome.claim.follower_id),
            "at": at,
            "openid": outcome.claim.openid,
            "direction": Direction.OUT,
            "kind": outcome.told.kind,
            "content": words_of_reply(outcome.told.shown),
            "payload": "",
            "reply": keep(outcome.told.shown),
            "answered_by": f"broadcast:{outcome.claim.broadcast_id}",
            "sending": _LOGGED[outcome.state],
            "asked_at": asked_at,
            "errcode": outcome.errcode,
        }
        for outcome in outcomes
    ]
    insert_rows(Message, rows, lambda insert: insert.on_conflict_do_nothing())


def _find_gone(taken: Mapping[int, str], purpose: Purpose | None) -> dict[int, str]:
    """Those of them who may not be written to any more, and the word for why."""
    opted_out = select(BroadcastOptOut.follower_id).where(BroadcastOptOut.follower_id.in_(taken))
    left = select(Follower.id).where(
        Follower.id.in_(taken), ~Follower.is_subscribed | Follower.is_blacklisted
    )
    gone = {} if purpose in ABOUT_ORDERS else dict.fromkeys(db.session.scalars(opted_out), OPTED_OUT)
    return gone | dict.fromkeys(db.session.scalars(left), LEFT)


def _set(
    broadcast_id: int, follower_ids: Sequence[int], *, only: RecipientState | None = None, **values: object
) -> None:
    if not follower_ids:
        return
    statement = update(_line).where(_line.broadcast_id == broadcast_id, _line.follower_id.in_(follower_ids))
    if only is not None:
        statement = statement.where(_line.state == only)
    db.session.execute(statement.values(**values).execution_options(synchronize_session=False))
