"""How a broadcast pauses, goes on, is stopped and ends; what came half through has a state of its own."""

import logging
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import exists, func, select, update

from app.broadcasts.automatic.days import is_open
from app.broadcasts.composing import get_broadcast
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.parts import list_parts, read_report
from app.broadcasts.reasons import STOPPED
from app.broadcasts.states import BROADCAST_MOVES, UNDECIDED, BroadcastState, RecipientState
from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import TransitionRefused
from app.core.states import move_state

logger = logging.getLogger(__name__)

_line = BroadcastRecipient


def pause(broadcast_id: int, *, actor: str) -> None:
    """Ask for nobody more; what is under way comes to its end. Opens a transaction.

    Raises: NotFound, TransitionRefused.
    """
    _move(broadcast_id, BroadcastState.PAUSED, actor=actor, halt=None)


def resume(broadcast_id: int, *, actor: str) -> None:
    """Go on where it stands. Opens a transaction. Raises: NotFound, TransitionRefused."""
    _move(broadcast_id, BroadcastState.SENDING, actor=actor, halt=None)


def stop(broadcast_id: int, *, actor: str) -> None:
    """End it for good: whoever has not got it does not get it. Opens a transaction.

    Raises: NotFound, TransitionRefused.
    """
    with transaction() as session:
        _move(broadcast_id, BroadcastState.STOPPED, actor=actor, finished_at=clock.now())
        waiting = (_line.broadcast_id == broadcast_id) & (_line.state == RecipientState.DUE)
        session.execute(update(_line).where(waiting).values(state=RecipientState.SKIPPED, reason=STOPPED))


def halt(broadcast_id: int, errcode: int) -> None:
    """Pause it because it cannot go on now: WeChat's number says why, or `Halt`. Opens a transaction."""
    with transaction():
        row = get_broadcast(broadcast_id)
        lock(row)
        if row.state == BroadcastState.SENDING:
            move_state(row, BROADCAST_MOVES, BroadcastState.PAUSED, cause="halted", halt=errcode)
            logger.warning("broadcast halted", extra={"broadcast_id": broadcast_id, "errcode": errcode})


def close_if_done(broadcast_id: int) -> bool:
    """End it when nobody is left to ask or being asked, and nothing is unclear. Opens a transaction."""
    left = exists().where(_line.broadcast_id == broadcast_id, _line.state.in_(UNDECIDED))
    if db.session.scalar(select(left)):
        return False
    return close(broadcast_id)


def close(broadcast_id: int) -> bool:
    """End it as its recipients stand; False when it was not being sent. Opens a transaction.

    What carries the automatic messages of a day goes on until the day is over.
    """
    with transaction():
        row = get_broadcast(broadcast_id)
        lock(row)
        if row.state != BroadcastState.SENDING or is_open(row.id):
            return False
        end = _end_of(broadcast_id)
        move_state(row, BROADCAST_MOVES, end, cause="done", finished_at=clock.now())
        logger.info("broadcast ended", extra={"broadcast_id": broadcast_id, "state": end})
    return True


def end_anew(broadcast_id: int) -> None:
    """WeChat told its counts after its word that it is done: maybe it reached not all. Opens a transaction."""
    with transaction():
        row = get_broadcast(broadcast_id)
        lock(row)
        if row.state not in (BroadcastState.FINISHED, BroadcastState.PARTIAL):
            return  # counting everybody whenever a call is done would hold up those that are not
        end = _end_of(broadcast_id)
        if end in BROADCAST_MOVES[row.state]:
            move_state(row, BROADCAST_MOVES, end, cause="counted")


def count_states(broadcast_id: int) -> Mapping[RecipientState, int]:
    """How many recipients are in each state."""
    query = select(_line.state, func.count()).where(_line.broadcast_id == broadcast_id)
    return dict(db.session.execute(query.group_by(_line.state)).all())


def _end_of(broadcast_id: int) -> BroadcastState:
    """What we skipped ourselves was told before and makes nothing partial; nor does whom WeChat's rules leave out."""
    counts, report = count_states(broadcast_id), read_report(list_parts(broadcast_id))
    not_sent = counts.get(RecipientState.REFUSED, 0) + counts.get(RecipientState.UNCLEAR, 0)
    not_sent += report.failed if report else 0
    if not counts.get(RecipientState.SENT):
        return BroadcastState.FAILED
    return BroadcastState.PARTIAL if not_sent else BroadcastState.FINISHED


def _move(broadcast_id: int, new: BroadcastState, *, actor: str, **values: object) -> None:
    with transaction():
        row: Broadcast = get_broadcast(broadcast_id)
        lock(row)
        if row.state == new:
            return
        if not move_state(row, BROADCAST_MOVES, new, cause="staff", actor=actor, **values):
            raise TransitionRefused(_("它的状态刚刚变了，请再看一遍"))
        audit.record(
            actor=actor,
            action="broadcast.moved",
            subject=f"broadcast:{row.id}",
            after={"name": row.name, "state": new},
        )
