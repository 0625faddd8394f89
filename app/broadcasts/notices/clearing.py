"""Notifications of which nobody knows whether they arrived.

A template message is simply asked for again: with the same client_msg_id WeChat sends it once in ten minutes. All
others are told of by WeChat's events. One that was not told of is sent again only when the events of all our other
messages of the same minutes came: events that stay away prove nothing. See ADR 19.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update

from app.broadcasts.claims import REPEATABLE_FOR, UNDER_WAY_FOR
from app.broadcasts.composing import get_broadcast
from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.notices.consents import give_back
from app.broadcasts.notices.purposes import KIND_OF, NoticeKind
from app.broadcasts.reasons import SILENT
from app.broadcasts.states import BroadcastState, RecipientState, Way
from app.broadcasts.unclear import AROUND, end, mark_abandoned, open_ids
from app.core import clock
from app.core.db import db, transaction

MOST_TRIES = 2  # of a template message: asked again once
EVENT_WITHIN = timedelta(minutes=10)  # an event that did not come by then does not come
AT_ONCE = 1_000
_line = BroadcastRecipient


def clear_up_notices() -> None:
    """Find out about what is unclear, and wait no longer for events. Opens transactions."""
    mark_abandoned(Way.NOTICE)
    for broadcast_id in db.session.scalars(open_ids(Way.NOTICE)).all():
        _ask_again(broadcast_id)
        _wait_no_longer(broadcast_id)
        _find_absent(broadcast_id)
        end(broadcast_id)


def _ask_again(broadcast_id: int) -> None:
    with transaction():
        row = get_broadcast(broadcast_id)
        if row.purpose is None or KIND_OF[row.purpose] is not NoticeKind.TEMPLATE:
            return
        is_early = (_line.tries < MOST_TRIES) & (_line.asked_at > clock.now() - REPEATABLE_FOR)
        if row.state != BroadcastState.STOPPED:
            _set(broadcast_id, RecipientState.UNCLEAR, is_early, state=RecipientState.DUE, reason="")


def _wait_no_longer(broadcast_id: int) -> None:
    """WeChat took it, and its event did not come: sent, as far as anybody knows."""
    is_late = _line.asked_at < clock.now() - EVENT_WITHIN
    with transaction():
        _set(broadcast_id, RecipientState.HANDED, is_late, state=RecipientState.SENT, reason=SILENT)


def _find_absent(broadcast_id: int) -> None:
    """What is unclear for so long that its event would be here, while those of all others are."""
    query = select(_line.follower_id, _line.openid, _line.asked_at).where(
        _line.broadcast_id == broadcast_id,
        _line.state == RecipientState.UNCLEAR,
        _line.asked_at < clock.now() - EVENT_WITHIN,
    )
    rows = db.session.execute(query.order_by(_line.asked_at, _line.follower_id).limit(AT_ONCE)).all()
    absent = [(number, openid) for number, openid, at in rows if _is_told_of(broadcast_id, at)]
    if not absent:
        return
    with transaction():
        is_stopped = get_broadcast(broadcast_id).state == BroadcastState.STOPPED
        new = RecipientState.SKIPPED if is_stopped else RecipientState.DUE
        his = _line.follower_id.in_([number for number, _openid in absent])
        _set(broadcast_id, RecipientState.UNCLEAR, his, state=new, reason="", asked_at=None)
        give_back(broadcast_id, [openid for _number, openid in absent])


def _is_told_of(broadcast_id: int, at: datetime) -> bool:
    """Whether others were sent in the same minutes, and the events of all of them came."""
    near = _line.asked_at.between(at - AROUND, at + UNDER_WAY_FOR + AROUND)
    is_silent = (_line.state == RecipientState.HANDED) | (_line.reason == SILENT)
    query = select(
        func.count().filter(_line.state == RecipientState.SENT, _line.reason == ""),
        func.count().filter(is_silent),
    ).where(_line.broadcast_id == broadcast_id, near)
    told, silent = db.session.execute(query).one()
    return bool(told) and not silent


def _set(broadcast_id: int, old: RecipientState, which: ColumnElement[bool], **values: object) -> None:
    mine = (_line.broadcast_id == broadcast_id) & (_line.state == old) & which
    db.session.execute(
        update(_line).where(mine).values(**values).execution_options(synchronize_session=False)
    )
