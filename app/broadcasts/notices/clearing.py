"""Notifications of which nobody knows whether they arrived.

A template message is simply asked for again: with the same client_msg_id WeChat sends it once in ten minutes. All
others are told of by WeChat's events. One that was not told of is sent again only when the events of all our other
messages of the same minutes came, and none that came still waits here: events that stay away prove nothing. See ADR 19.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from app.broadcasts.claims import UNDER_WAY_FOR, log_key
from app.broadcasts.composing import get_broadcast
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.notices.consents import give_back
from app.broadcasts.notices.hearing import heard_until
from app.broadcasts.reasons import SILENT
from app.broadcasts.states import BroadcastState, RecipientState, Way
from app.broadcasts.unclear import AROUND, end, mark_abandoned, open_ids, split
from app.conversations.models import Message
from app.core import clock
from app.core.db import db, transaction
from app.notice_templates.purposes import KIND_OF, NoticeKind
from app.wechat.template_messages import EVENT_WITHIN, REPEATABLE_FOR

MOST_TRIES = 2  # of a template message: asked again once
AT_ONCE = 1_000
_line = BroadcastRecipient


def clear_up_notices() -> None:
    """Find out about what is unclear, and wait no longer for events. Opens transactions."""
    mark_abandoned(Way.NOTICE)
    for broadcast_id in db.session.scalars(open_ids(Way.NOTICE).order_by(Broadcast.id)).all():
        _ask_again(broadcast_id)
        _wait_no_longer(broadcast_id)
        _find_absent(broadcast_id)
        end(broadcast_id)


def _ask_again(broadcast_id: int) -> None:
    with transaction():
        row = get_broadcast(broadcast_id)
        has_number = row.purpose is not None and KIND_OF[row.purpose] is NoticeKind.TEMPLATE
        is_early = (_line.tries < MOST_TRIES) & (_line.asked_at > clock.now() - REPEATABLE_FOR)
        if has_number and row.state != BroadcastState.STOPPED:
            again = _set(broadcast_id, RecipientState.UNCLEAR, is_early, state=RecipientState.DUE, reason="")
            _take_from_log(broadcast_id, again)


def _wait_no_longer(broadcast_id: int) -> None:
    """WeChat took it, and its event did not come: sent, as far as anybody knows."""
    is_late = _line.asked_at < heard_until() - EVENT_WITHIN
    with transaction():
        _set(broadcast_id, RecipientState.HANDED, is_late, state=RecipientState.SENT, reason=SILENT)


def _find_absent(broadcast_id: int) -> None:
    """What is unclear for so long that its event would be here, while those of all others are."""
    query = select(_line.openid, _line.asked_at).where(
        _line.broadcast_id == broadcast_id,
        _line.state == RecipientState.UNCLEAR,
        _line.asked_at < heard_until() - EVENT_WITHIN,
    )
    ordered = query.order_by(_line.asked_at, _line.follower_id).limit(AT_ONCE)
    for together in split(dict(db.session.execute(ordered).all())):
        if not _are_others_told_of(broadcast_id, together.values()):
            continue
        with transaction():
            is_stopped = get_broadcast(broadcast_id).state == BroadcastState.STOPPED
            new = RecipientState.SKIPPED if is_stopped else RecipientState.DUE
            his = _line.openid.in_(together)
            absent = _set(broadcast_id, RecipientState.UNCLEAR, his, state=new, reason="", asked_at=None)
            give_back(broadcast_id, absent.values())  # an event or another worker may have been quicker
            _take_from_log(broadcast_id, absent)


def _are_others_told_of(broadcast_id: int, moments: Collection[datetime]) -> bool:
    """Whether others were sent in the same minutes, and the events of all of them came."""
    near = _line.asked_at.between(min(moments) - AROUND, max(moments) + UNDER_WAY_FOR + AROUND)
    is_silent = (_line.state == RecipientState.HANDED) | (_line.reason == SILENT)
    query = select(
        func.count().filter(_line.state == RecipientState.SENT, _line.reason == ""),
        func.count().filter(is_silent),
    ).where(_line.broadcast_id == broadcast_id, near)
    told, silent = db.session.execute(query).one()
    return bool(told) and not silent


def _take_from_log(broadcast_id: int, follower_ids: Collection[int]) -> None:
    """It was not sent: the log shows it once it is."""
    keys = [log_key(broadcast_id, follower_id) for follower_id in follower_ids]
    db.session.execute(delete(Message).where(Message.dedupe_key.in_(keys)))


def _set(
    broadcast_id: int, old: RecipientState, which: ColumnElement[bool], **values: object
) -> dict[int, str]:
    """Of these lines those that are still `old`; openid by follower."""
    mine = (_line.broadcast_id == broadcast_id) & (_line.state == old) & which
    changed = update(_line).where(mine).values(**values).returning(_line.follower_id, _line.openid)
    return dict(db.session.execute(changed.execution_options(synchronize_session=False)).all())
