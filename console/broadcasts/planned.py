"""The calendar: what is planned and what was sent, day by day, with what is left of the month's four."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request

from app.broadcasts.listing import list_in
from app.broadcasts.models import Broadcast
from app.broadcasts.reach import A_MONTH
from app.broadcasts.states import BroadcastState, Way
from app.core import clock
from app.core.days import Days
from console.broadcasts import words

blueprint = Blueprint("broadcast_calendar", __name__, url_prefix="/broadcasts/calendar")

FIRST_MONTH = date(2011, 1, 1)
AHEAD = timedelta(days=100)  # nothing can be planned farther


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the calendar."""

    day: date
    rows: Sequence[Broadcast]
    is_here: bool  # of this month
    is_today: bool

    @property
    def mass(self) -> int:
        """Mass messages of this day."""
        return sum(map(_counts, self.rows))


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks. `mass_sent`, `mass_planned`: of its mass messages."""

    first: date
    weeks: Sequence[Sequence[Cell]]
    mass_sent: int
    mass_planned: int

    @property
    def before(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        """The first day of the month after."""
        return _month_after(self.first)


@blueprint.get("/")
def show() -> str:
    """A month."""
    month = _read(_first(request.args.get("month", "")))
    return render_template(
        "console/broadcasts/calendar.html",
        month=month,
        time_of=time_of,
        has_before=month.first > FIRST_MONTH,
        has_after=month.after <= clock.today() + AHEAD,
        most=A_MONTH,
        way_label=words.way_label,
        way_icon=words.WAY_ICONS,
        broadcast_label=words.broadcast_label,
        broadcast_colour=lambda state: words.COLOURS.get(state, "secondary"),
    )


def time_of(row: Broadcast) -> datetime:
    """When it began, or is to begin, in Beijing."""
    at = row.started_at or row.scheduled_at or row.confirmed_at or row.created_at
    return at.astimezone(clock.BEIJING)


def _read(first: date) -> Month:
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    by_day: defaultdict[date, list[Broadcast]] = defaultdict(list)
    for row in list_in(Days(weeks[0][0], weeks[-1][-1])):
        by_day[time_of(row).date()].append(row)
    today = clock.today()
    cells = [
        [Cell(day, by_day[day], day.month == first.month, day == today) for day in week] for week in weeks
    ]
    mass = [row for day, rows in by_day.items() if day.month == first.month for row in rows if _counts(row)]
    planned = sum(row.state is BroadcastState.SCHEDULED for row in mass)
    return Month(first, cells, len(mass) - planned, planned)


def _counts(row: Broadcast) -> bool:
    """Whether it takes one of the month's: nobody has what failed."""
    return row.way is Way.MASS and row.state is not BroadcastState.FAILED


def _first(text: str) -> date:
    """As `2026-11`; whatever makes no sense is this month."""
    this = clock.today().replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    return first if FIRST_MONTH <= first <= this + AHEAD else this


def _month_after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
