"""When people answer, what happens when nobody goes on, and how it looks today."""

from datetime import date, time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.conversations.idle import LONGEST_GOODBYE, IdleRule, keep_idle_rule, load_idle_rule
from app.conversations.service_hours import (
    MOST_SPANS,
    ServiceHours,
    Span,
    Spans,
    keep_service_hours,
    load_service_hours,
    make_spans,
    opening_words,
    weekday_name,
)
from app.core import clock
from app.core.errors import InputInvalid
from console.frame.member import get_member_here

blueprint = Blueprint("service_hours", __name__, url_prefix="/service-hours")

USUAL: Spans = (Span(9 * 60, 18 * 60),)
PREVIEWED_DAYS = 7
SPARE_ROWS = 2  # empty rows for special days, so that some can be added at once
LAST_MINUTE = 24 * 60


@blueprint.get("/")
def show() -> str:
    """The hours as they are."""
    return _show(load_service_hours())


@blueprint.post("/")
def keep() -> Response | tuple[str, int]:
    """Keep the hours."""
    try:
        keep_service_hours(_read_hours(), actor=get_member_here().actor)
    except InputInvalid as error:
        return _show(load_service_hours(), error.message), 422
    flash(_("服务时间已保存。"), "success")
    return redirect(url_for("console.service_hours.show"))


@blueprint.post("/idle")
def keep_idle() -> Response | tuple[str, int]:
    """Keep after how long a talk returns to the bot."""
    minutes = request.form.get("minutes", 0, type=int)
    try:
        keep_idle_rule(IdleRule(minutes, request.form.get("goodbye", "")), actor=get_member_here().actor)
    except InputInvalid as error:
        return _show(load_service_hours(), error.message), 422
    flash(_("已保存。"), "success")
    return redirect(url_for("console.service_hours.show"))


def _show(hours: ServiceHours, problem: str = "") -> str:
    now, today = clock.now(), clock.today()
    opening = hours.next_opening(now)
    week = hours.weekly if hours.weekly is not None else (USUAL,) * 5 + ((), ())
    special: list[tuple[date | None, Spans]] = [*sorted(hours.days.items()), *[(None, ())] * SPARE_ROWS]
    return render_template(
        "console/desk/service_hours.html",
        hours=hours,
        is_open=hours.is_open(now),
        opening=opening_words(opening, now=now) if opening else "",
        week=[(weekday_name(number), _boxes(spans)) for number, spans in enumerate(week)],
        special=[(day, _boxes(spans)) for day, spans in special],
        coming=[(day, weekday_name(day.weekday()), hours.spans_of(day)) for day in _days_from(today)],
        idle=load_idle_rule(),
        longest_goodbye=LONGEST_GOODBYE,
        problem=problem,
    )


def _days_from(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(PREVIEWED_DAYS)]


def _boxes(spans: Spans) -> list[tuple[str, str]]:
    """Start and end for each pair of time boxes; the end of a day is written as midnight."""
    pairs = [(_clock(span.start), _clock(span.end % LAST_MINUTE)) for span in spans]
    return pairs + [("", "")] * (MOST_SPANS - len(pairs))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _read_hours() -> ServiceHours:
    """Raises: InputInvalid."""
    if request.form.get("always") == "1":
        return ServiceHours()
    days: dict[date, Spans] = {}
    for number, text in enumerate(request.form.getlist("day")):
        if not text.strip():
            continue
        try:
            day = date.fromisoformat(text.strip())
        except ValueError as error:
            raise InputInvalid(_("日期的写法不对：%(text)s", text=text[:20])) from error
        days[day] = _read_spans(f"d{number}")
    return ServiceHours(tuple(_read_spans(f"w{number}") for number in range(7)), days)


def _read_spans(name: str) -> Spans:
    starts, ends = request.form.getlist(f"{name}-start"), request.form.getlist(f"{name}-end")
    pairs = [(start.strip(), end.strip()) for start, end in zip(starts, ends, strict=False)][:MOST_SPANS]
    if any(bool(start) != bool(end) for start, end in pairs):
        raise InputInvalid(_("开始和结束时间要一起填"))
    try:
        return make_spans(
            (time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs if start
        )
    except ValueError as error:
        raise InputInvalid(_("时间的写法不对，应像 09:00")) from error
