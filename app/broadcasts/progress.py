"""How far a broadcast is: numbers by state and reason, how fast it goes, how long it will take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.broadcasts.composing import get_broadcast
from app.broadcasts.ending import count_states
from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.states import RecipientState
from app.broadcasts.tallies import ReasonCount, count_reasons, read_kept, sum_states
from app.core import clock
from app.core.db import db

SAMPLE = 500  # messages sent last: from them the rate is told
RECENT = timedelta(seconds=30)  # older ones say nothing about now
_line = BroadcastRecipient
_OPEN = (RecipientState.DUE, RecipientState.ASKING)
_DONE = (RecipientState.SENT, RecipientState.HANDED)
_NOT_GOT = (RecipientState.SKIPPED, RecipientState.REFUSED)


@dataclass(frozen=True, slots=True)
class Progress:
    """`reasons`: why some were skipped or refused. `per_second`: messages of late; 0 when none were sent lately."""

    counts: Mapping[RecipientState, int]
    reasons: Sequence[ReasonCount]
    per_second: float

    def number(self, state: RecipientState) -> int:
        """How many are in this state."""
        return self.counts.get(state, 0)

    @property
    def total(self) -> int:
        """Everybody who was written down."""
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        """Who is still to be asked for, or is being asked for."""
        return sum(self.number(state) for state in _OPEN)

    @property
    def done(self) -> int:
        """Of whom it is known what became of him, or that nobody knows."""
        return self.total - self.left

    @property
    def seconds_left(self) -> int | None:
        """How long it takes at this rate; None when it does not move."""
        return round(self.left / self.per_second) if self.per_second else None


def read_progress(broadcast_id: int) -> Progress:
    """As it stands now. Raises: NotFound."""
    kept = read_kept(get_broadcast(broadcast_id))
    if kept is not None:
        return Progress(sum_states(kept), [each for each in kept if each.state in _NOT_GOT], 0.0)
    return Progress(count_states(broadcast_id), count_reasons(broadcast_id, _NOT_GOT), _rate(broadcast_id))


def _rate(broadcast_id: int) -> float:
    """From the last ones in the order of numbers, in which they are taken: it need not read all of them."""
    last = (
        select(_line.asked_at)
        .where(_line.broadcast_id == broadcast_id, _line.state.in_(_DONE))
        .order_by(_line.follower_id.desc())
        .limit(SAMPLE)
        .subquery()
    )
    recent = select(last.c.asked_at).where(last.c.asked_at > clock.now() - RECENT)
    moments = sorted(db.session.scalars(recent))
    seconds = (moments[-1] - moments[0]).total_seconds() if len(moments) > 1 else 0.0
    return len(moments) / seconds if seconds else float(len(moments)) / RECENT.total_seconds()
