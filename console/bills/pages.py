"""The calendar: a month of days, each with its mark; what is open, and how far the books are proved."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, render_template, request

from app.core import clock
from app.core.days import Days
from app.payments.gateways import find_alipay
from app.reconciliation.closing import KEPT_DAYS
from app.reconciliation.listing import WholeDay, count_open, count_standing, list_differences, read_days
from app.reconciliation.standing import read_standings
from app.reconciliation.words import name_kind, say_difference
from console.bills.words import (
    day_icon,
    day_label,
    day_tone,
    difference_label,
    difference_tone,
    say_day,
    say_problem,
)

blueprint = Blueprint("bills", __name__, url_prefix="/bills")

FIRST_MONTH = date(2011, 1, 1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the calendar."""

    day: date
    row: WholeDay | None
    differences: int
    is_over: bool
    is_here: bool  # of this month
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Its first day, and the months beside it; None where there is nothing to see."""

    first: date
    before: date | None
    after: date | None

    @property
    def days(self) -> Days:
        """All of its days."""
        return Days(self.first, _month_after(self.first) - timedelta(days=1))


@blueprint.get("/")
def index() -> str:
    """A month, and the differences that wait."""
    month = _month(request.args.get("month", ""))
    weeks = _weeks(month)
    return render_template(
        "console/bills/index.html",
        month=month,
        weeks=weeks,
        standings=read_standings(_until_yesterday(month.days)) if month.first < clock.today() else None,
        open_number=count_open(),
        found=list_differences(only_standing=True, per_page=10),
        has_any=any(cell.row for week in weeks for cell in week),
        kept_days=KEPT_DAYS,
        has_alipay=find_alipay() is not None,
        **words(),
    )


def words() -> dict[str, object]:
    """What templates of these pages call things by."""
    return {
        "day_label": day_label,
        "day_tone": day_tone,
        "day_icon": day_icon,
        "say_day": say_day,
        "say_problem": say_problem,
        "difference_label": difference_label,
        "difference_tone": difference_tone,
        "name_kind": name_kind,
        "say_difference": say_difference,
    }


def _until_yesterday(days: Days) -> Days:
    return Days(days.first, max(days.first, min(days.last, clock.today() - timedelta(days=1))))


def _weeks(month: Month) -> Sequence[Sequence[Cell]]:
    weeks = Calendar().monthdatescalendar(month.first.year, month.first.month)
    shown = Days(weeks[0][0], weeks[-1][-1])
    rows, differences, today = read_days(shown), count_standing(shown), clock.today()
    return [
        [
            Cell(
                day,
                rows.get(day),
                differences.get(day, 0),
                is_over=day < today,
                is_here=day.month == month.first.month,
                is_today=day == today,
            )
            for day in week
        ]
        for week in weeks
    ]


def _month(text: str) -> Month:
    """As `2026-11`; whatever makes no sense is yesterday's month: the newest bill is about yesterday."""
    this = clock.today().replace(day=1)
    usual = (clock.today() - timedelta(days=1)).replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = usual
    first = first if FIRST_MONTH <= first <= this else usual
    before = (first - timedelta(days=1)).replace(day=1) if first > FIRST_MONTH else None
    return Month(first, before, _month_after(first) if first < this else None)


def _month_after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
