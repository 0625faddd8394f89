"""Numbers of ended broadcasts, kept on their rows, so that nobody counts a million lines to look at a page.

What became of the recipients is kept once it is final: none is undecided, or some have been unclear for a day, when
whoever looks after them has given up. An event that comes even later has them counted anew (`tallies.forget_lines`).
Visits, and who left, are counted every ten minutes until they are final. Orders are few, and refunds change what they
brought: they are counted each time.
"""

import time
from datetime import timedelta

from sqlalchemy import func, null, or_, select

from app.broadcasts.automatic.days import by_hand
from app.broadcasts.counting import count_came, count_hours
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.results import HORIZONS, is_final, spans_of
from app.broadcasts.states import ENDED, UNDECIDED, RecipientState
from app.broadcasts.tallies import count_reasons, sum_states, write_kept
from app.core import clock
from app.core.db import db, lock, transaction

LOOKED_AFTER = timedelta(days=1)  # after its end; those who clear up stop sooner
COUNT_EVERY = timedelta(minutes=10)  # what still grows
LOOK_BACK = timedelta(days=30)  # so long a worker may have been away
_line = BroadcastRecipient


def keep_numbers(seconds: float) -> None:
    """Keep what has become final, and what still grows as it is now. Opens transactions.

    What is left after so many seconds comes with the next turn.
    """
    until = time.monotonic() + seconds
    has_ended = Broadcast.state.in_(ENDED)
    uncounted = select(Broadcast).where(has_ended, Broadcast.final_lines.is_(null()))
    looked_at = or_(Broadcast.came_at.is_(None), Broadcast.started_at > clock.now() - LOOK_BACK)
    growing = select(Broadcast).where(has_ended, Broadcast.started_at.is_not(None), looked_at, by_hand())
    for query, keep in ((uncounted, _keep_lines), (growing, _keep_came)):
        for row in db.session.scalars(query.order_by(Broadcast.id.desc())).all():
            if time.monotonic() > until:
                return
            keep(row)


def _keep_lines(row: Broadcast) -> None:
    """Counted before the lock, for which all others would wait: if an event came meanwhile, fewer are unclear now."""
    if _count_unclear(row) is None:
        return
    found = count_reasons(row.id)
    with transaction():
        lock(row)
        if sum_states(found).get(RecipientState.UNCLEAR, 0) == _count_unclear(row):
            row.final_lines = write_kept(found)


def _count_unclear(row: Broadcast) -> int | None:
    """How many are unclear for good; None when something is still to be decided."""
    query = select(_line.state, func.count()).where(_line.broadcast_id == row.id, _line.state.in_(UNDECIDED))
    found = dict(db.session.execute(query.group_by(_line.state)).all())
    unclear = int(found.pop(RecipientState.UNCLEAR, 0))
    is_given_up = row.finished_at is None or row.finished_at < clock.now() - LOOKED_AFTER
    return None if found or (unclear and not is_given_up) else unclear


def _keep_came(row: Broadcast) -> None:
    now = clock.now()
    if is_final(row) or (row.came_at and row.came_at > now - COUNT_EVERY):
        return
    spans = spans_of([row], HORIZONS)
    [ends], hours = count_came(spans), count_hours(spans)
    with transaction():
        row.came = {"ends": ends, "hours": {str(hour): number for hour, number in hours.items()}}
        row.came_at = now
