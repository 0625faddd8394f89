"""How many recipients of a broadcast are in each state, and why: counted, or as the row of an ended one keeps it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from app.broadcasts.models import Broadcast, BroadcastPart, BroadcastRecipient
from app.broadcasts.states import PartState, RecipientState, Way
from app.core.db import db

_line = BroadcastRecipient


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """So many are in this state for this reason: a word of ours, or WeChat's number; mostly there is none."""

    state: RecipientState
    reason: str
    number: int


def read_kept(row: Broadcast) -> Sequence[ReasonCount] | None:
    """All of them, the most first; None when they are still to be counted."""
    if row.final_lines is None:
        return None
    return [ReasonCount(RecipientState(state), reason, number) for state, reason, number in row.final_lines]


def forget_lines(broadcast_id: int) -> None:
    """One of them changed after all: they are counted anew. Joins the open transaction."""
    db.session.execute(update(Broadcast).where(Broadcast.id == broadcast_id).values(final_lines=None))


def write_kept(found: Iterable[ReasonCount]) -> list[list[Any]]:
    """As the row keeps them."""
    return [[each.state, each.reason, each.number] for each in found]


def count_reasons(
    broadcast_id: int, states: Collection[RecipientState] | None = None
) -> Sequence[ReasonCount]:
    """Of these states, or of all, the most first. At a million it takes a second or two on SQLite."""
    number = func.count()
    query = select(_line.state, _line.reason, number).where(_line.broadcast_id == broadcast_id)
    if states is not None:
        query = query.where(_line.state.in_(states))
    grouped = query.group_by(_line.state, _line.reason)
    ordered = grouped.order_by(number.desc(), _line.state, _line.reason)
    return [ReasonCount(*row) for row in db.session.execute(ordered)]


def sum_states(found: Iterable[ReasonCount]) -> Mapping[RecipientState, int]:
    """How many are in each state."""
    counts: Counter[RecipientState] = Counter()
    for each in found:
        counts[each.state] += each.number
    return counts


def count_lines(rows: Collection[Broadcast]) -> Mapping[int, Mapping[RecipientState, int]]:
    """How many recipients of each of these are in each state; one statement for those that are not kept.

    Of a mass message WeChat's own number of those who got it, where it told one.
    """
    counts = _count_states(rows)
    for broadcast_id, sent in _count_reported([row.id for row in rows if row.way is Way.MASS]):
        counts[broadcast_id][RecipientState.SENT] = sent
    return counts


def _count_states(rows: Collection[Broadcast]) -> dict[int, dict[RecipientState, int]]:
    kept = {row.id: read_kept(row) for row in rows}
    counts = {number: dict(sum_states(found or ())) for number, found in kept.items()}
    open_ids = [number for number, found in kept.items() if found is None]
    if not open_ids:
        return counts
    query = select(_line.broadcast_id, _line.state, func.count()).where(_line.broadcast_id.in_(open_ids))
    for broadcast_id, state, number in db.session.execute(query.group_by(_line.broadcast_id, _line.state)):
        counts[broadcast_id][state] = number
    return counts


def _count_reported(broadcast_ids: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Number of a broadcast, and how many got it, of those whose finish events are all here."""
    if not broadcast_ids:
        return ()
    part = BroadcastPart
    is_done = (part.broadcast_id.in_(broadcast_ids)) & (part.state == PartState.FINISHED)
    query = select(part.broadcast_id, func.sum(part.sent)).where(is_done).group_by(part.broadcast_id)
    rows = db.session.execute(query.having(func.count(part.sent) == func.count()))
    return [(number, int(sent)) for number, sent in rows]
