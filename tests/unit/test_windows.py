"""WeChat's windows for customer-service messages, counted without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from app.conversations.window import Closed, Said, Window, read_window

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def said(*moments: datetime) -> list[Said]:
    return [Said(moment) for moment in moments]


def test_a_message_allows_five_within_48_hours() -> None:
    window = read_window(NOON, None, said(NOON + SECOND, NOON + MINUTE), now=NOON + HOUR)

    assert window == Window(3, NOON + 48 * HOUR)


def test_a_new_message_starts_the_count_afresh() -> None:
    before = said(*(NOON + MINUTE * n for n in range(5)))

    assert read_window(NOON, None, before, now=NOON + HOUR).reason is Closed.USED_UP
    assert read_window(NOON + HOUR, None, before, now=NOON + HOUR).left == 5


@pytest.mark.parametrize(
    ("after", "left", "reason"),
    [(48 * HOUR - SECOND, 5, None), (48 * HOUR, 0, Closed.OVER)],
    ids=["the last second", "over"],
)
def test_the_window_ends_to_the_second(after: timedelta, left: int, reason: Closed | None) -> None:
    window = read_window(NOON, None, [], now=NOON + after)

    assert (window.left, window.reason) == (left, reason)


def test_a_tap_allows_three_within_a_minute() -> None:
    assert read_window(None, NOON, said(NOON + SECOND), now=NOON + 2 * SECOND) == Window(2, NOON + MINUTE)
    assert read_window(None, NOON, [], now=NOON + MINUTE).reason is Closed.NEVER_WROTE


def test_what_is_said_goes_on_the_account_of_the_window_that_ends_first() -> None:
    tap = NOON + HOUR
    four = said(*(tap + SECOND * n for n in range(4)))

    window = read_window(NOON, tap, four, now=tap + 10 * SECOND)

    assert window == Window(4, NOON + 48 * HOUR)  # three by the tap, one by the message


def test_what_wechat_says_counts_more_than_our_count() -> None:
    refused = [Said(NOON + MINUTE, is_shut_out=True)]

    assert read_window(NOON, None, refused, now=NOON + HOUR).reason is Closed.REFUSED
    assert read_window(NOON + HOUR, None, refused, now=NOON + 2 * HOUR).left == 5


def test_who_never_did_anything_cannot_be_written_to() -> None:
    window = read_window(None, None, [], now=NOON)

    assert not window.is_open
    assert window.reason is Closed.NEVER_WROTE
