"""Notifications of which nobody knows what became of them, and events that come late, twice, or wait here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.broadcasts import claims, fanout
from app.broadcasts.notices import clearing, consents
from app.broadcasts.notices.clearing import clear_up_notices
from app.broadcasts.notices.outcomes import record_notice_event
from app.broadcasts.states import RecipientState
from app.conversations.models import Message, Sending
from app.conversations.settling import NOTICE_EVENT, settle_due
from app.core import clock, outbox
from app.core.db import db
from app.notice_templates.assigned import find_template_id
from app.notice_templates.purposes import Purpose
from app.tasks_broadcasts import BROADCAST_HANDLERS
from app.wechat import platform_errors
from app.wechat.callback.messages import Push
from app.wechat.client import AccountClient
from tests.broadcasts import begin, lines, send_all
from tests.factories import make_follower, make_sku
from tests.fake_platform import FakePlatform
from tests.notices import (
    SEND_SUBSCRIPTION,
    SEND_TEMPLATE,
    agree,
    make_notice,
    make_paid,
    push_notified,
    read,
    sent_by_template,
    tell_notified,
    tell_sent,
    use_template,
    write_notified,
)

Advance = Callable[[timedelta], None]
UNREACHABLE = str(platform_errors.UNREACHABLE)
DUE, UNCLEAR, HANDED, SENT = (RecipientState(name) for name in ("due", "unclear", "handed", "sent"))


@pytest.fixture
def advance(shop: Flask) -> object:
    with clock.frozen_at(datetime(2026, 11, 3, 4, tzinfo=UTC)) as move:
        yield move


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "FIRST_PAUSE_SECONDS", 0.01)


def lose(platform: FakePlatform, *openids: str) -> None:
    """WeChat's answers about these never come."""
    platform.answers[SEND_SUBSCRIPTION] = lambda asked: (
        (502, b"") if asked.json["touser"] in openids else {"errcode": 0, "errmsg": "ok"}
    )


def send_opening(platform: FakePlatform, *, lost: str = "") -> int:
    """A notification that a sale begins goes to all who agreed to it; its number."""
    lose(platform, lost)
    broadcast_id = make_notice(Purpose.OPENING, make_sku().product.slug)
    begin(broadcast_id)
    send_all()
    return broadcast_id


def work_off() -> None:
    """Do what is due."""
    outbox.run_due(BROADCAST_HANDLERS, lease=timedelta(minutes=1))


def logged() -> list[Message]:
    """The notifications that the log shows."""
    db.session.rollback()
    return db.session.query(Message).filter_by(kind="notice").all()


def test_an_agreement_is_not_given_back_when_the_event_was_quicker(
    account: AccountClient, platform: FakePlatform, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_template(Purpose.OPENING)
    lost, other = (make_follower().openid for _number in range(2))
    agree(lost, other)
    broadcast_id = send_opening(platform, lost=lost)
    tell_notified(other)
    advance(timedelta(minutes=12))

    def meanwhile(*_given: object) -> bool:
        tell_notified(lost)
        return True

    monkeypatch.setattr(clearing, "_are_others_told_of", meanwhile)
    clear_up_notices()

    assert lines(broadcast_id)[lost] == (SENT, "")
    assert consents.count_left(lost, find_template_id(Purpose.OPENING)) == 0


@pytest.mark.parametrize("place", ["at the door", "in the outbox"])
def test_an_event_that_waits_here_has_not_stayed_away(
    account: AccountClient, platform: FakePlatform, advance: Advance, place: str
) -> None:
    use_template(Purpose.OPENING)
    lost, other, third = (make_follower().openid for _number in range(3))
    agree(lost, other, third)
    broadcast_id = send_opening(platform, lost=lost)
    tell_notified(other)
    push_notified(lost)
    advance(timedelta(minutes=9))
    if place == "in the outbox":
        settle_due()
    advance(timedelta(minutes=3))

    clear_up_notices()

    assert lines(broadcast_id) == {lost: (UNCLEAR, UNREACHABLE), other: (SENT, ""), third: (HANDED, "")}
    settle_due()
    work_off()
    clear_up_notices()
    assert lines(broadcast_id) == {lost: (SENT, ""), other: (SENT, ""), third: (SENT, "silent")}


def test_the_event_of_a_later_notification_does_not_end_one_that_wechat_never_had(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    openid = make_follower().openid
    agree(openid, openid)
    lost = send_opening(platform, lost=openid)
    advance(timedelta(minutes=1))

    later = send_opening(platform)
    tell_notified(openid)

    assert (lines(lost)[openid], lines(later)[openid]) == ((UNCLEAR, UNREACHABLE), (SENT, ""))


def test_a_late_event_ends_what_was_asked_for_before_it(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    openid = make_follower().openid
    agree(openid, openid)
    first = send_opening(platform, lost=openid)
    event = read(write_notified(openid))
    advance(timedelta(minutes=1))
    second = send_opening(platform)

    record_notice_event(event, 1)

    assert (lines(first)[openid], lines(second)[openid]) == ((SENT, ""), (HANDED, ""))


def test_an_event_that_is_noted_twice_ends_one_notification(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    openid = make_follower().openid
    agree(openid, openid)
    first = send_opening(platform)
    tell_notified(openid, msg_id=71)
    second = send_opening(platform)

    tell_notified(openid, msg_id=71)

    assert (lines(first)[openid], lines(second)[openid]) == ((SENT, ""), (HANDED, ""))


def test_an_event_whose_number_cannot_be_read_ends_one_notification_each_time(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    openid = make_follower().openid
    agree(openid, openid)
    first, second = send_opening(platform), send_opening(platform)

    for _time in range(2):
        tell_notified(openid, msg_id=-1)

    assert lines(first)[openid] == lines(second)[openid] == (SENT, "")


def test_an_event_ends_a_notification_by_its_own_template(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    use_template(Purpose.BACK_IN_STOCK)
    openid = make_follower().openid
    agree(openid)
    broadcast_id = send_opening(platform)

    tell_notified(openid, template_id=find_template_id(Purpose.BACK_IN_STOCK))
    assert lines(broadcast_id)[openid] == (HANDED, "")
    tell_notified(openid, template_id=find_template_id(Purpose.OPENING))
    assert lines(broadcast_id)[openid] == (SENT, "")


def test_an_event_that_comes_before_it_is_asked_again_spares_the_asking(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.DELAY)
    order = make_paid()
    openid = order.follower.openid
    platform.answers[SEND_TEMPLATE] = lambda _asked: (502, b"")
    broadcast_id = make_notice(Purpose.DELAY, order.lines[0].product_slug)
    begin(broadcast_id)
    send_all()
    clear_up_notices()
    assert lines(broadcast_id)[openid] == (DUE, "")

    tell_sent(openid, 77)
    send_all()

    assert lines(broadcast_id)[openid] == (SENT, "")
    assert len(sent_by_template(platform)) == 1


def test_what_was_never_sent_does_not_stand_in_the_log(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    lost, other = (make_follower().openid for _number in range(2))
    agree(lost, other)
    broadcast_id = send_opening(platform, lost=lost)
    tell_notified(other)
    assert {row.openid: row.sending for row in logged()} == {lost: Sending.SENDING, other: Sending.SENT}

    advance(timedelta(minutes=12))
    clear_up_notices()
    assert [row.openid for row in logged()] == [other]
    lose(platform)
    send_all()

    assert lines(broadcast_id)[lost] == (HANDED, "")
    assert {row.openid: row.sending for row in logged()} == {lost: Sending.SENT, other: Sending.SENT}


def test_what_a_dead_worker_sent_stands_in_the_log_in_the_end(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    openid = make_follower().openid
    agree(openid)
    broadcast_id = make_notice(Purpose.OPENING, make_sku(title="铁观音").product.slug)
    begin(broadcast_id)
    claims.take(broadcast_id, 1, per_second=9)
    asked_at = clock.now()
    advance(timedelta(seconds=1))
    tell_notified(openid)

    work_off()
    assert logged() == []
    advance(timedelta(minutes=1))
    work_off()

    [message] = logged()
    assert (message.sending, message.at, message.openid) == (Sending.SENT, asked_at, openid)
    assert "铁观音" in str(message.reply)


def hand_over(platform: FakePlatform, number: int) -> tuple[int, list[str]]:
    """WeChat took a notification to so many, and its events are here, unread; the broadcast, and whose they are."""
    use_template(Purpose.OPENING)
    openids = [make_follower().openid for _number in range(number)]
    agree(*openids)
    broadcast_id = send_opening(platform)
    for openid in openids:
        push_notified(openid)
    settle_due()
    return broadcast_id, openids


def test_events_that_wait_are_noted_together(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    broadcast_id, openids = hand_over(platform, 3)

    assert outbox.run_due(BROADCAST_HANDLERS, lease=timedelta(minutes=1)) == 1

    assert lines(broadcast_id) == dict.fromkeys(openids, (SENT, ""))
    assert outbox.find_oldest(NOTICE_EVENT) is None


def test_an_event_that_cannot_be_noted_holds_up_no_other(
    account: AccountClient, platform: FakePlatform, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast_id, [one, bad, other] = hand_over(platform, 3)

    def stumble(push: Push, message_id: int) -> bool:
        if push.openid == bad:
            raise RuntimeError
        return record_notice_event(push, message_id)

    monkeypatch.setattr("app.tasks_broadcasts.record_notice_event", stumble)
    work_off()

    assert lines(broadcast_id) == {one: (SENT, ""), bad: (HANDED, ""), other: (SENT, "")}
    monkeypatch.undo()
    advance(timedelta(minutes=1))
    work_off()
    assert lines(broadcast_id)[bad] == (SENT, "")
