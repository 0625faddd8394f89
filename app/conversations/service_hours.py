"""When people answer (客服时间): hours of each weekday, and single days that are different. Beijing time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import InputInvalid
from app.core.preferences import find_preference, keep_preference

PREFERENCE = "service_hours"
MOST_SPANS, MOST_DAYS = 2, 60
LOOK_AHEAD_DAYS = 60
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` to `end`, in minutes since midnight; the end is 24:00 at most and not part of it."""

    start: int
    end: int

    def words(self) -> str:
        """`9:00–18:00`."""
        return f"{_clock_words(self.start)}–{_clock_words(self.end)}"


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """`weekly`: Monday first, empty for a closed day; None: always open. `days`: what is different on a day."""

    weekly: tuple[Spans, ...] | None = None
    days: Mapping[date, Spans] = field(default_factory=dict)

    def spans_of(self, day: date) -> Spans:
        """The hours of a Beijing day."""
        if self.weekly is None:
            return (Span(0, DAY_MINUTES),)
        return self.days[day] if day in self.days else self.weekly[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Whether people answer at `at` (aware)."""
        if self.weekly is None:
            return True
        local = at.astimezone(clock.BEIJING)
        minute = local.hour * 60 + local.minute
        return any(span.start <= minute < span.end for span in self.spans_of(local.date()))

    def next_opening(self, after: datetime) -> datetime | None:
        """When people answer again (aware UTC); None when they do at `after`, or never."""
        if self.is_open(after):
            return None
        today = clock.beijing_day(after)
        for ahead in range(LOOK_AHEAD_DAYS):
            day = today + timedelta(days=ahead)
            for span in self.spans_of(day):
                if (start := _moment(day, span.start)) > after:
                    return start
        return None

    def words(self) -> str:
        """The week in one line: `周一至周五 9:00–18:00，周六、周日休息`."""
        if self.weekly is None:
            return _("全天")
        runs: list[tuple[int, int, Spans]] = []
        for number, spans in enumerate(self.weekly):
            if runs and runs[-1][2] == spans:
                runs[-1] = (runs[-1][0], number, spans)
            else:
                runs.append((number, number, spans))
        return _("，").join(
            f"{_days_words(first, last)} {_spans_words(spans)}" for first, last, spans in runs
        )


def load_service_hours() -> ServiceHours:
    """What the merchant set; always open before that."""
    kept = find_preference(PREFERENCE)
    return _read(kept) if kept else ServiceHours()


def keep_service_hours(hours: ServiceHours, *, actor: str) -> None:
    """Set them. Opens a transaction. Raises: InputInvalid."""
    if len(hours.days) > MOST_DAYS:
        raise InputInvalid(_("特别的日子最多 %(limit)d 天", limit=MOST_DAYS))
    keep_preference(PREFERENCE, _write(hours), actor=actor)


def make_spans(pairs: Iterable[tuple[time, time]]) -> Spans:
    """Hours from start and end; midnight as an end means 24:00.

    Raises: InputInvalid when one ends before it begins, or two overlap.
    """
    spans = sorted(Span(_minutes(start), _minutes(end) or DAY_MINUTES) for start, end in pairs)
    if any(span.end <= span.start for span in spans):
        raise InputInvalid(_("结束时间要晚于开始时间"))
    if any(later.start < earlier.end for earlier, later in pairwise(spans)):
        raise InputInvalid(_("同一天的两段时间重叠了"))
    return tuple(spans)


def opening_words(opening: datetime, *, now: datetime) -> str:
    """`今天 14:00`, `明天 9:00`, `周一 9:00`, `12月1日 9:00`."""
    local = opening.astimezone(clock.BEIJING)
    at = _clock_words(local.hour * 60 + local.minute)
    days = (local.date() - clock.beijing_day(now)).days
    if days < 2:
        return f"{_('明天') if days else _('今天')} {at}"
    if days < 7:
        return f"{weekday_name(local.weekday())} {at}"
    return _("%(month)d月%(day)d日 %(at)s", month=local.month, day=local.day, at=at)


def weekday_name(number: int) -> str:
    """0 is Monday."""
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][number]


def _days_words(first: int, last: int) -> str:
    if first == last:
        return weekday_name(first)
    return _("%(first)s至%(last)s", first=weekday_name(first), last=weekday_name(last))


def _spans_words(spans: Spans) -> str:
    if not spans:
        return _("休息")
    return _("全天") if spans == (Span(0, DAY_MINUTES),) else " ".join(span.words() for span in spans)


def _clock_words(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), clock.BEIJING) + timedelta(minutes=minutes)


def _write(hours: ServiceHours) -> dict[str, Any]:
    weekly = None if hours.weekly is None else [_pairs(spans) for spans in hours.weekly]
    return {"weekly": weekly, "days": {day.isoformat(): _pairs(spans) for day, spans in hours.days.items()}}


def _pairs(spans: Spans) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


def _read(kept: Mapping[str, Any]) -> ServiceHours:
    weekly = None if kept["weekly"] is None else tuple(_spans(pairs) for pairs in kept["weekly"])
    return ServiceHours(
        weekly, {date.fromisoformat(day): _spans(pairs) for day, pairs in kept["days"].items()}
    )


def _spans(pairs: Iterable[Iterable[int]]) -> Spans:
    return tuple(Span(*pair) for pair in pairs)
