"""What a broadcast brought: who opened it, what was ordered and paid through its links, who left; and how they compare.

Everything is counted from the entrance its links carry, so it holds for all that came through it, and for nobody else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.broadcasts.automatic.days import by_hand, find_rule_id
from app.broadcasts.automatic.models import AutomaticDay
from app.broadcasts.automatic.words import ref_of
from app.broadcasts.composing import get_broadcast
from app.broadcasts.counting import Counted, Span, count_bought, count_came, count_hours
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.states import ENDED, RecipientState
from app.broadcasts.tallies import count_lines
from app.core import clock
from app.core.db import db
from app.entrances.models import Entrance, EntranceKind

HORIZONS = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))
CAME_FINAL_AFTER = HORIZONS[-1] + timedelta(days=1)  # a visitor of the last day counts until midnight
FRESH_FOR = timedelta(minutes=30)  # what `keeping` counted is shown beside others so long
COMPARED = 50
_line = BroadcastRecipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Counted):
    """What came within `after` of its beginning."""

    after: timedelta
    is_over: bool  # so much time has passed: these numbers grow no more


@dataclass(frozen=True, slots=True)
class Compared:
    """One broadcast beside others, after seven days."""

    broadcast: Broadcast
    sent: int
    result: Result

    @property
    def opened_per_mille(self) -> int:
        return 1000 * self.result.visitors // self.sent if self.sent else 0


def read_results(broadcast_id: int) -> Sequence[Result]:
    """Its numbers after an hour, a day and a week; empty before it began.

    A day of automatic messages has none of its own: all days of a rule share one entrance.
    """
    row = get_broadcast(broadcast_id)
    if row.started_at is None or find_rule_id(row.id) is not None:
        return ()
    return _read([row], HORIZONS, fresh_for=timedelta(0))[0]


def compare() -> Sequence[Compared]:
    """The last ended ones, the newest first."""
    query = select(Broadcast).where(Broadcast.state.in_(ENDED), Broadcast.started_at.is_not(None), by_hand())
    ordered = query.order_by(Broadcast.started_at.desc(), Broadcast.id.desc()).limit(COMPARED)
    rows = db.session.scalars(ordered).all()
    counts = count_lines(rows)
    return [
        Compared(row, counts[row.id].get(RecipientState.SENT, 0), result)
        for row, [result] in zip(rows, _read(rows, HORIZONS[-1:], fresh_for=FRESH_FOR), strict=True)
    ]


def find_best_hour(found: Sequence[Compared]) -> int | None:
    """The Beijing hour of whose broadcasts the largest part was opened; None until two hours were tried."""
    sent: Counter[int] = Counter()
    opened: Counter[int] = Counter()
    for each in found:
        if each.broadcast.started_at and each.sent:
            hour = each.broadcast.started_at.astimezone(clock.BEIJING).hour
            sent[hour] += each.sent
            opened[hour] += each.result.visitors
    return max(sent, key=lambda hour: (opened[hour] / sent[hour], -hour)) if len(sent) > 1 else None


def read_rule_results(rule_id: int, days: int) -> tuple[Mapping[RecipientState, int], Result]:
    """An automatic rule's messages of the last days by what became of them, and what its links brought in that time."""
    now, after = clock.now(), timedelta(days=days)
    mine = (AutomaticDay.rule_id == rule_id) & (AutomaticDay.day >= clock.beijing_day(now - after))
    ids = db.session.scalars(select(AutomaticDay.broadcast_id).where(mine)).all()
    query = select(_line.state, func.count()).where(_line.broadcast_id.in_(ids)).group_by(_line.state)
    counts = dict(db.session.execute(query).all())
    ref = ref_of(rule_id)
    spans = [Span(ids, _find_entrances([ref]).get(ref, 0), now - after, [now])]
    [[came]], [[bought]] = count_came(spans), count_bought(spans)
    return counts, Result(after=after, is_over=True, **{**came, **bought})


def visitors_by_hour() -> Mapping[int, int]:
    """By hour of the Beijing day: how many first visits of a day the broadcasts of the last 90 days brought.

    Each counts until its last horizon.
    """
    recent = Broadcast.started_at > clock.now() - timedelta(days=90)
    rows = db.session.scalars(select(Broadcast).where(recent, by_hand())).all()
    kept = {row.id: _find_kept(row, FRESH_FOR) for row in rows}
    total = Counter(count_hours(spans_of([row for row in rows if kept[row.id] is None], HORIZONS)))
    for came in kept.values():
        for hour, number in came["hours"].items() if came else ():
            total[int(hour)] += number
    return total


def is_final(row: Broadcast) -> bool:
    """Whether its visits, and who left, were counted when they did not change any more."""
    return bool(row.came_at and row.started_at and row.came_at >= row.started_at + CAME_FINAL_AFTER)


def _find_kept(row: Broadcast, fresh_for: timedelta) -> Mapping[str, Any] | None:
    is_fresh = row.came_at is not None and row.came_at > clock.now() - fresh_for
    return row.came if is_fresh or is_final(row) else None


def spans_of(rows: Sequence[Broadcast], horizons: Sequence[timedelta]) -> Sequence[Span]:
    """What has to be counted for each of them."""
    entrances, spans = _find_entrances(str(row.id) for row in rows), []
    for row in rows:
        began = row.started_at or row.created_at
        ends = [began + after for after in horizons]
        spans.append(Span([row.id], entrances.get(str(row.id), 0), began, ends))
    return spans


def _read(
    rows: Sequence[Broadcast], horizons: Sequence[timedelta], *, fresh_for: timedelta
) -> Sequence[Sequence[Result]]:
    """Of each of them its numbers at each horizon, the last of `HORIZONS`. `fresh_for`: how old what is kept may be."""
    now, spans = clock.now(), spans_of(rows, horizons)
    kept = [_find_kept(row, fresh_for) for row in rows]
    counted = iter(count_came([span for span, came in zip(spans, kept, strict=True) if came is None]))
    found = []
    for span, known, bought in zip(spans, kept, count_bought(spans), strict=True):
        came = next(counted) if known is None else known["ends"][-len(horizons) :]
        found.append(
            [
                Result(after=after, is_over=now >= end, **{**his, **orders})
                for after, end, his, orders in zip(horizons, span.ends, came, bought, strict=True)
            ]
        )
    return found


def _find_entrances(refs: Iterable[str]) -> Mapping[str, int]:
    """By what they stand for; without those for which nobody was given a link."""
    query = select(Entrance.ref, Entrance.id).where(
        Entrance.kind == EntranceKind.BROADCAST, Entrance.ref.in_(list(refs))
    )
    return dict(db.session.execute(query).all())
