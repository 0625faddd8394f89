"""Writing down who gets it, in batches: a crash loses none and writes nobody down twice.

The audience is found anew when it is sent, not when it was composed. Each batch is one transaction that also notes
how far it came, so whoever goes on begins where the last one ended.
"""

import logging

from sqlalchemy import case, func, insert, literal, select
from sqlalchemy.orm import Session

from app.broadcasts.audience import match
from app.broadcasts.composing import audience_of, get_broadcast, keep_audience
from app.broadcasts.content import slug_of
from app.broadcasts.ending import close_if_done
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.reach import why_not
from app.broadcasts.states import BROADCAST_MOVES, BroadcastState, RecipientState
from app.core import clock
from app.core.db import db, lock, transaction
from app.core.states import move_state
from app.followers.models import Follower

logger = logging.getLogger(__name__)

BATCH = 5_000  # followers of one transaction
_COLUMNS = ("broadcast_id", "follower_id", "openid", "state", "reason", "part", "tries")


def start_due() -> None:
    """Let begin what waits for its time. Opens a transaction for each."""
    due = (Broadcast.state == BroadcastState.SCHEDULED) & (Broadcast.scheduled_at <= clock.now())
    for row in db.session.scalars(
        select(Broadcast).where(due).order_by(Broadcast.scheduled_at, Broadcast.id)
    ).all():
        with transaction():
            move_state(row, BROADCAST_MOVES, BroadcastState.GATHERING, cause="time")


def find_gathering() -> list[int]:
    """Those whose recipients are being written down."""
    query = select(Broadcast.id).where(Broadcast.state == BroadcastState.GATHERING).order_by(Broadcast.id)
    return list(db.session.scalars(query))


def gather_more(broadcast_id: int) -> bool:
    """Write down one batch more; False when it was the last. Two at once write nobody twice.

    Opens a transaction.
    """
    with transaction() as session:
        row = get_broadcast(broadcast_id)
        lock(row)
        if row.state != BroadcastState.GATHERING:
            return False
        if not row.gathered_to:
            keep_audience(row)
        last = _find_last(session, row)
        if last is not None:
            _write(session, row, last)
            row.gathered_to = last
            return True
        move_state(
            row, BROADCAST_MOVES, BroadcastState.SENDING, cause="gathered", started_at=clock.now(), halt=None
        )
        close_if_done(row.id)  # it may be for nobody
        logger.info("broadcast gathered", extra={"broadcast_id": row.id})
        return False


def _find_last(session: Session, row: Broadcast) -> int | None:
    """The number of the last follower of the next batch; None when there is nobody left."""
    meant = match(audience_of(row)).where(Follower.id > row.gathered_to).order_by(Follower.id).limit(BATCH)
    return session.scalar(select(func.max(meant.subquery().c.id)))


def _write(session: Session, row: Broadcast, last: int) -> None:
    reason = why_not(row.way, row.purpose, slug_of(row.content))
    meant = match(audience_of(row)).where(Follower.id > row.gathered_to, Follower.id <= last)
    lines = meant.with_only_columns(
        literal(row.id),
        Follower.id,
        Follower.openid,
        case((reason == "", RecipientState.DUE.value), else_=RecipientState.SKIPPED.value),
        reason,
        literal(0),
        literal(0),
    )
    session.execute(insert(BroadcastRecipient).from_select(_COLUMNS, lines))
