"""When people answer: weekly hours, single days, the next opening in words."""

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from flask_babel import Babel

from app.conversations.service_hours import ServiceHours, Span, make_spans, opening_words
from app.core.clock import BEIJING
from app.core.errors import InputInvalid

DAY = make_spans([(time(9), time(12)), (time(13, 30), time(18))])
WEEK = ServiceHours((DAY,) * 5 + ((Span(600, 960),), ()), {date(2026, 11, 25): ()})  # Monday first


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Beijing; the 21st is a Saturday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BEIJING).astimezone(UTC)


@pytest.fixture(autouse=True)
def words() -> object:
    app = Flask(__name__)
    Babel(app, default_locale="zh")
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(20, 9), True),
        (at(20, 8, 59), False),
        (at(20, 12), False),
        (at(20, 13, 29), False),
        (at(20, 17, 59), True),
        (at(20, 18), False),
        (at(21, 10), True),
        (at(22, 10), False),
        (at(25, 10), False),
        (at(26, 10), True),
    ],
)
def test_open_or_closed(moment: datetime, is_open: bool) -> None:
    assert WEEK.is_open(moment) is is_open


def test_without_hours_people_always_answer() -> None:
    assert ServiceHours().is_open(at(22, 3))
    assert ServiceHours().next_opening(at(22, 3)) is None


@pytest.mark.parametrize(
    ("now", "opening", "said"),
    [
        (at(20, 7), at(20, 9), "今天 9:00"),
        (at(20, 12, 30), at(20, 13, 30), "今天 13:30"),
        (at(20, 19), at(21, 10), "明天 10:00"),
        (at(21, 17), at(23, 9), "周一 9:00"),
        (at(24, 20), at(26, 9), "周四 9:00"),
    ],
)
def test_the_next_opening(now: datetime, opening: datetime, said: str) -> None:
    assert WEEK.next_opening(now) == opening
    assert opening_words(opening, now=now) == said


def test_far_away_openings_are_said_by_date() -> None:
    closed = ServiceHours(((),) * 7, {date(2026, 12, 1): DAY})

    opening = closed.next_opening(at(21, 10))

    assert opening is not None
    assert opening_words(opening, now=at(21, 10)) == "12月1日 9:00"
    assert ServiceHours(((),) * 7).next_opening(at(21, 10)) is None


def test_nothing_opens_while_it_is_open() -> None:
    assert WEEK.next_opening(at(20, 10)) is None


def test_a_week_in_one_line() -> None:
    assert WEEK.words() == "周一至周五 9:00–12:00 13:30–18:00，周六 10:00–16:00，周日 休息"
    assert ServiceHours().words() == "全天"


def test_midnight_as_an_end_is_the_end_of_the_day() -> None:
    assert make_spans([(time(0), time(0))]) == (Span(0, 1440),)


@pytest.mark.parametrize(
    "pairs",
    [[(time(9), time(9))], [(time(12), time(9))], [(time(9), time(12)), (time(11), time(14))]],
    ids=["empty", "backwards", "overlapping"],
)
def test_hours_that_make_no_sense_are_refused(pairs: list[tuple[time, time]]) -> None:
    with pytest.raises(InputInvalid):
        make_spans(pairs)
