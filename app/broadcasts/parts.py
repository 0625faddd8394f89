"""The calls a mass message takes: to all at once, or to lists of up to 10,000, each of them one job at WeChat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from app.broadcasts.composing import audience_of, get_broadcast
from app.broadcasts.models import Broadcast, BroadcastPart, BroadcastRecipient
from app.broadcasts.states import PART_MOVES, BroadcastState, PartState, RecipientState
from app.core import clock, ids
from app.core.db import db, lock, transaction
from app.core.states import move_state

FEWEST, MOST = 2, 10_000  # openids of one call
OPEN = (PartState.DUE, PartState.ASKING, PartState.ACCEPTED)
_line, _part = BroadcastRecipient, BroadcastPart


@dataclass(frozen=True, slots=True)
class Report:
    """What WeChat counted of a mass message; it does not say who is who. `left_out`: by its own rules."""

    sent: int
    failed: int
    left_out: int


class TooFew(Exception):
    """A list needs two people."""


def split(broadcast_id: int) -> bool:
    """Share the recipients out among calls, unless it was done; False when there is nobody. Opens a transaction.

    Everybody who follows is one call: WeChat knows them, and leaves out whoever it must. That holds only when nobody
    was left out by us: WeChat knows nothing of who opted out here.
    Raises: TooFew.
    """
    with transaction() as session:
        row = get_broadcast(broadcast_id)
        lock(row)
        if session.scalar(select(func.count()).where(_part.broadcast_id == row.id)):
            return True
        due = (_line.broadcast_id == row.id) & (_line.state == RecipientState.DUE)
        number = session.scalar(select(func.count()).where(due)) or 0
        if not number:
            return False
        left_out = (_line.broadcast_id == row.id) & (_line.state == RecipientState.SKIPPED)
        row.is_to_all = not audience_of(row).conditions and not session.scalar(
            select(func.count()).where(left_out)
        )
        if not row.is_to_all and number < FEWEST:
            raise TooFew
        _write_parts(row, number)
        return True


def _write_parts(row: Broadcast, number: int) -> None:
    """As even as can be, so that no call is left with one person alone."""
    session = db.session
    calls = 1 if row.is_to_all else -(-number // MOST)
    due = (_line.broadcast_id == row.id) & (_line.state == RecipientState.DUE) & (_line.part == 0)
    for call in range(calls):
        size = number // calls + (call < number % calls)
        last = select(_line.follower_id).where(due).order_by(_line.follower_id).limit(size).subquery()
        upto = session.scalar(select(func.max(last.c.follower_id)))
        session.execute(
            update(_line)
            .where(due, _line.follower_id <= upto)
            .values(part=call + 1)
            .execution_options(synchronize_session=False)
        )
        # Drawn once and kept: whoever asks again, after whatever crash, asks for the same job.
        session.add(
            _part(
                broadcast_id=row.id,
                number=call + 1,
                state=PartState.DUE,
                clientmsgid=f"b{row.id}-{call + 1}-{ids.new_code(12)}",
            )
        )


def find_open(broadcast_id: int, states: Sequence[PartState] = OPEN) -> BroadcastPart | None:
    """The call that is to be made or asked about next; those WeChat already has come last."""
    query = select(_part).where(_part.broadcast_id == broadcast_id, _part.state.in_(states))
    accepted = _part.state == PartState.ACCEPTED
    return db.session.scalars(query.order_by(accepted, _part.asked_at.nulls_first(), _part.number)).first()


def list_parts(broadcast_id: int) -> Sequence[BroadcastPart]:
    query = select(_part).where(_part.broadcast_id == broadcast_id).order_by(_part.number)
    return db.session.scalars(query).all()


def read_report(calls: Sequence[BroadcastPart]) -> Report | None:
    """The finish events of all calls that WeChat sent, added up; None while one of them is missing."""
    done = [part for part in calls if part.state == PartState.FINISHED]
    if not done or any(part.sent is None for part in done):
        return None
    left_out = sum((part.total or 0) - (part.filtered or 0) for part in done)
    return Report(sum(part.sent or 0 for part in done), sum(part.failed or 0 for part in done), left_out)


def openids_of(part: BroadcastPart) -> Sequence[str]:
    """Whom this call is for."""
    mine = (_line.broadcast_id == part.broadcast_id) & (_line.part == part.number)
    meant = mine & _line.state.in_((RecipientState.DUE, RecipientState.ASKING))
    return db.session.scalars(select(_line.openid).where(meant).order_by(_line.follower_id)).all()


def begin(part_id: int, media_id: str) -> BroadcastPart | None:
    """Note that WeChat is about to be asked; None when the broadcast was paused meanwhile. Opens a transaction."""
    with transaction() as session:
        part = session.get_one(_part, part_id)
        lock(part)
        state = get_broadcast(part.broadcast_id).state
        if state != BroadcastState.SENDING or part.state not in (PartState.DUE, PartState.ASKING):
            return None
        now = clock.now()
        if not move_state(part, PART_MOVES, PartState.ASKING, cause="asked", media_id=media_id, asked_at=now):
            part.asked_at = now  # once more, for the same job
        move_lines(part, RecipientState.ASKING, asked_at=now)
        return part


def put_back(part_id: int, errcode: int, *, keeps_draft: bool) -> None:
    """WeChat did not take it. Opens a transaction."""
    with transaction() as session:
        part = session.get_one(_part, part_id)
        lock(part)
        if part.state != PartState.ASKING:
            return
        values = {"errcode": errcode, "asked_at": None, "media_id": part.media_id if keeps_draft else ""}
        move_state(part, PART_MOVES, PartState.DUE, cause="refused", **values)
        move_lines(part, RecipientState.DUE, asked_at=None)


def note(part_id: int, errcode: int) -> None:
    """Why WeChat has not taken it yet. Opens a transaction."""
    with transaction() as session:
        asking = (_part.id == part_id) & (_part.state == PartState.ASKING)
        session.execute(update(_part).where(asking).values(errcode=errcode))


def is_asking() -> bool:
    """Whether WeChat is being asked for a job whose number we do not know yet."""
    return db.session.scalar(select(_part.id).where(_part.state == PartState.ASKING).limit(1)) is not None


def accept(part_id: int, msg_id: int, msg_data_id: int | None) -> None:
    """WeChat has the job. Opens a transaction."""
    with transaction() as session:
        part = session.get_one(_part, part_id)
        lock(part)
        if part.state == PartState.ASKING:
            values = {"errcode": None, "msg_id": msg_id, "msg_data_id": msg_data_id}
            move_state(part, PART_MOVES, PartState.ACCEPTED, cause="accepted", **values)


def move_lines(part: BroadcastPart, new: RecipientState, **values: Any) -> None:
    """What becomes of everybody of this call that we did not skip. Joins the open transaction."""
    mine = (_line.broadcast_id == part.broadcast_id) & (_line.part == part.number)
    movable = mine & _line.state.in_((RecipientState.DUE, RecipientState.ASKING, RecipientState.SENT))
    statement = update(_line).where(movable).values(state=new, **values)
    db.session.execute(statement.execution_options(synchronize_session=False))
