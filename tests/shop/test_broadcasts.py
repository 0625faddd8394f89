"""Broadcasts: composed, confirmed once, sent once to each, and honest about how it ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.broadcasts import claims, fanout, segments, unclear
from app.broadcasts.audience import Audience, Condition, ConditionKind
from app.broadcasts.composing import change, confirm, copy, discard, get_broadcast, read_draft, take_back
from app.broadcasts.content import Item
from app.broadcasts.ending import pause, resume, stop
from app.broadcasts.gathering import gather_more, start_due
from app.broadcasts.models import Broadcast, BroadcastOptOut, BroadcastRecipient
from app.broadcasts.states import BroadcastState, RecipientState
from app.broadcasts.telling import make_teller
from app.broadcasts.unclear import clear_up
from app.catalog.models import Product
from app.catalog.states import ProductState
from app.conversations.models import Conversation, Message, Sending
from app.conversations.sending import record_elsewhere
from app.conversations.window import find_windows
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.tasks_broadcasts import BROADCAST_HANDLERS
from app.wechat.client import AccountClient
from app.wechat.replies import NewsReply, Reply, TextReply
from tests.broadcasts import (
    RECORDS,
    SEND,
    begin,
    confirm_now,
    counts,
    lines,
    load,
    make_draft,
    make_writers,
    received,
    record_of,
    send_all,
    state,
)
from tests.factories import make_follower, make_sku
from tests.fake_platform import Asked, FakePlatform

Advance = Callable[[timedelta], None]
SENT, SKIPPED, REFUSED = RecipientState.SENT, RecipientState.SKIPPED, RecipientState.REFUSED
DUE, ASKING, UNCLEAR = RecipientState.DUE, RecipientState.ASKING, RecipientState.UNCLEAR


def test_everybody_who_can_be_reached_gets_the_card_once(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    followers, silent = make_writers(5), make_follower()
    broadcast_id = make_draft()

    begin(broadcast_id)
    send_all()

    assert received(platform) == {each.openid: 1 for each in followers}
    assert lines(broadcast_id)[silent.openid] == (SKIPPED, "no_window")
    assert state(broadcast_id) == BroadcastState.FINISHED
    [body] = {str(asked.json["news"]) for asked in platform.asked if asked.path == SEND}
    assert "铁观音 ¥68" in body
    assert "/shop/p/tea-" in body
    assert "?e=" in body


def test_a_sent_card_uses_up_one_of_the_messages(account: AccountClient, platform: FakePlatform) -> None:
    [follower] = make_writers(1)

    begin(make_draft())
    send_all()

    talk = db.session.scalars(select(Conversation).where(Conversation.openid == follower.openid)).one()
    assert find_windows([talk])[follower.openid].left == 4
    message = db.session.scalars(select(Message)).one()
    assert message.answered_by.startswith("broadcast:")


def test_who_opts_out_or_leaves_meanwhile_is_not_written_to(
    account: AccountClient, platform: FakePlatform
) -> None:
    stays, leaves, opts_out = make_writers(3)
    broadcast_id = make_draft()
    begin(broadcast_id)
    with transaction() as session:
        session.get_one(type(leaves), leaves.id).is_subscribed = False
        session.add(BroadcastOptOut(follower_id=opts_out.id, by="follower"))

    send_all()

    assert received(platform) == {stays.openid: 1}
    assert lines(broadcast_id)[leaves.openid] == (SKIPPED, "left")
    assert lines(broadcast_id)[opts_out.openid] == (SKIPPED, "opted_out")


def test_what_wechat_refuses_one_person_is_partial(account: AccountClient, platform: FakePlatform) -> None:
    good, used_up, unknown = make_writers(3)
    codes = {used_up.openid: 45047, unknown.openid: 40003}
    platform.answers[SEND] = lambda asked: {"errcode": codes.get(asked.json["touser"], 0), "errmsg": ""}
    broadcast_id = make_draft()

    begin(broadcast_id)
    send_all()

    assert lines(broadcast_id) == {
        good.openid: (SENT, ""),
        used_up.openid: (REFUSED, "45047"),
        unknown.openid: (REFUSED, "40003"),
    }
    assert state(broadcast_id) == BroadcastState.PARTIAL


def test_nobody_reached_is_a_failure(account: AccountClient, platform: FakePlatform) -> None:
    make_writers(2)
    platform.answers[SEND] = lambda _: {"errcode": 48002, "errmsg": "user block receive message"}
    broadcast_id = make_draft()

    begin(broadcast_id)
    send_all()

    assert state(broadcast_id) == BroadcastState.FAILED


def test_an_exhausted_account_pauses_it_and_loses_nobody(
    account: AccountClient, platform: FakePlatform
) -> None:
    followers = make_writers(40)
    platform.answers[SEND] = lambda _: {"errcode": 45009, "errmsg": "reach max api daily quota limit"}
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()

    assert (state(broadcast_id), load(broadcast_id).halt) == (BroadcastState.PAUSED, 45009)
    assert counts(broadcast_id) == {DUE: 40}

    del platform.answers[SEND]
    platform.asked.clear()
    resume(broadcast_id, actor="staff:1")
    send_all()

    assert received(platform) == {each.openid: 1 for each in followers}
    assert state(broadcast_id) == BroadcastState.FINISHED


def test_a_token_that_died_is_replaced_on_the_way(account: AccountClient, platform: FakePlatform) -> None:
    followers = make_writers(3)
    broadcast_id = make_draft()
    begin(broadcast_id)
    platform.refused_tokens.add(account.access_token)

    send_all()

    assert counts(broadcast_id) == {SENT: len(followers)}


def test_a_busy_wechat_is_asked_again(
    account: AccountClient, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "FIRST_PAUSE_SECONDS", 0.01)
    make_writers(2)
    tries: list[str] = []

    def answer(asked: Asked) -> dict[str, object]:
        tries.append(asked.json["touser"])
        return {"errcode": -1 if len(tries) <= 2 else 0, "errmsg": ""}

    platform.answers[SEND] = answer
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()

    assert counts(broadcast_id) == {SENT: 2}


def test_a_wechat_that_does_not_answer_is_not_asked_for_all(
    account: AccountClient, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "FIRST_PAUSE_SECONDS", 0.01)
    make_writers(300)
    platform.answers[SEND] = lambda _: (502, b"")
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()

    most = fanout.THREADS * (fanout.MOST_UNCLEAR + 1)
    assert load(broadcast_id).halt == -1001
    assert counts(broadcast_id)[UNCLEAR] <= most
    assert counts(broadcast_id)[DUE] >= 300 - most


def test_the_rate_is_kept_by_all_workers_together(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    make_writers(20)
    broadcast_id = make_draft()
    begin(broadcast_id)

    first = claims.take(broadcast_id, 8, per_second=10)
    second = claims.take(broadcast_id, 8, per_second=10)
    third = claims.take(broadcast_id, 8, per_second=10)
    advance(timedelta(seconds=1))
    fourth = claims.take(broadcast_id, 8, per_second=10)

    assert [len(taken) for taken in (first, second, third, fourth)] == [8, 2, 0, 8]
    assert len({claim.openid for taken in (first, second, fourth) for claim in taken}) == 18


def test_a_paused_one_asks_for_nobody_and_goes_on_where_it_stood(
    account: AccountClient, platform: FakePlatform
) -> None:
    make_writers(3)
    broadcast_id = make_draft()
    begin(broadcast_id)
    pause(broadcast_id, actor="staff:1")
    send_all()
    assert received(platform) == {}

    resume(broadcast_id, actor="staff:1")
    send_all()
    assert counts(broadcast_id) == {SENT: 3}


def test_a_stopped_one_says_who_did_not_get_it(account: AccountClient, platform: FakePlatform) -> None:
    make_writers(3)
    broadcast_id = make_draft()
    begin(broadcast_id)
    [taken] = claims.take(broadcast_id, 1, per_second=10)
    stop(broadcast_id, actor="staff:1")
    send_all()

    assert counts(broadcast_id) == {ASKING: 1, SKIPPED: 2}
    assert state(broadcast_id) == BroadcastState.STOPPED
    with pytest.raises(TransitionRefused):
        resume(broadcast_id, actor="staff:1")
    assert lines(broadcast_id)[taken.openid] == (ASKING, "")


# What a dead worker leaves


def test_what_the_record_shows_has_arrived_and_what_it_lacks_is_sent(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    make_writers(6)
    broadcast_id = make_draft()
    begin(broadcast_id)
    arrived, lost = (claim.openid for claim in claims.take(broadcast_id, 2, per_second=9))
    send_all()
    witnesses = list(received(platform))
    record = record_of([arrived, *witnesses])
    platform.answers[RECORDS] = lambda _: record
    advance(timedelta(minutes=4))

    clear_up(account)
    assert lines(broadcast_id)[arrived] == (SENT, "")
    assert lines(broadcast_id)[lost] == (DUE, "")
    platform.asked.clear()
    send_all()

    assert received(platform) == {lost: 1}
    assert state(broadcast_id) == BroadcastState.FINISHED
    asked_at = clock.now() - timedelta(minutes=4)
    advance(timedelta(minutes=2))
    outbox.run_due(BROADCAST_HANDLERS, lease=timedelta(minutes=1))
    message = db.session.query(Message).filter_by(openid=arrived).one()  # it uses up one that WeChat allows
    assert (message.sending, message.at, message.asked_at) == (Sending.SENT, asked_at, None)


@pytest.mark.parametrize("witnesses_shown", [0, 3], ids=["none", "not all"])
def test_a_record_that_leaves_things_out_proves_nothing(
    account: AccountClient, platform: FakePlatform, advance: Advance, witnesses_shown: int
) -> None:
    make_writers(5)
    broadcast_id = make_draft()
    begin(broadcast_id)
    [lost] = (claim.openid for claim in claims.take(broadcast_id, 1, per_second=9))
    send_all()
    record = record_of(list(received(platform))[:witnesses_shown])
    platform.answers[RECORDS] = lambda _: record
    advance(timedelta(minutes=4))

    clear_up(account)
    assert lines(broadcast_id)[lost] == (UNCLEAR, "")
    assert state(broadcast_id) == BroadcastState.SENDING

    advance(timedelta(hours=21))
    clear_up(account)
    assert lines(broadcast_id)[lost] == (UNCLEAR, "")
    assert state(broadcast_id) == BroadcastState.PARTIAL


def test_what_only_the_record_told_of_bears_no_witness_to_it(
    account: AccountClient, platform: FakePlatform, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "FIRST_PAUSE_SECONDS", 0.01)
    shown, lost = (each.openid for each in make_writers(2))
    platform.answers[SEND] = lambda _asked: (502, b"")
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()
    record = record_of([shown])
    platform.answers[RECORDS] = lambda _: record
    advance(timedelta(minutes=4))

    clear_up(account)
    clear_up(account)

    found = lines(broadcast_id)
    assert (found[shown][0], found[lost][0]) == (SENT, UNCLEAR)


def test_witnesses_of_one_hour_prove_nothing_of_another(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    first, second = (each.openid for each in make_writers(2))
    other = make_follower().openid
    broadcast_id = make_draft()
    begin(broadcast_id)
    [alone] = claims.take(broadcast_id, 1, per_second=9)
    advance(timedelta(hours=1))
    claims.take(broadcast_id, 1, per_second=9)
    advance(timedelta(seconds=5))
    record_elsewhere(other, NewsReply(()), by="staff:1")
    record = record_of([other])
    platform.answers[RECORDS] = lambda _: record
    advance(timedelta(minutes=4))

    clear_up(account)

    [witnessed] = {first, second} - {alone.openid}
    found = lines(broadcast_id)
    assert (found[alone.openid], found[witnessed]) == ((UNCLEAR, ""), (DUE, ""))


def test_of_many_witnesses_some_are_asked_for_from_all_of_the_minutes(
    account: AccountClient, platform: FakePlatform, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unclear, "WITNESSES", 2)
    start = clock.now()
    for _ in range(9):
        record_elsewhere(make_follower().openid, NewsReply(()), by="staff:1")
        advance(timedelta(seconds=1))

    found = unclear._find_witnesses(start - unclear.AROUND, clock.now() + unclear.AROUND)

    assert [(at - start).total_seconds() for at in found.values()] == [4]


@pytest.mark.parametrize(
    ("reply", "after", "outcome"),
    [
        (NewsReply(()), timedelta(seconds=20), DUE),
        (TextReply("好的"), timedelta(seconds=20), UNCLEAR),
        (NewsReply(()), timedelta(minutes=3), UNCLEAR),
    ],
    ids=["a card", "words", "a card later"],
)
def test_a_lone_message_is_witnessed_by_another_card_of_the_same_minutes_alone(
    account: AccountClient,
    platform: FakePlatform,
    advance: Advance,
    reply: Reply,
    after: timedelta,
    outcome: str,
) -> None:
    [lost], other = (each.openid for each in make_writers(1)), make_follower().openid
    broadcast_id = make_draft()
    begin(broadcast_id)
    claims.take(broadcast_id, 1, per_second=9)
    advance(after)
    record_elsewhere(other, reply, by="staff:1")
    record = record_of([other])
    platform.answers[RECORDS] = lambda _: record
    advance(timedelta(minutes=4))

    clear_up(account)

    assert lines(broadcast_id)[lost] == (outcome, "")


def test_a_message_without_an_answer_counts_as_said_until_it_is_known(
    account: AccountClient, platform: FakePlatform, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "FIRST_PAUSE_SECONDS", 0.01)
    lost, other = (each.openid for each in make_writers(2))
    platform.answers[SEND] = lambda asked: (502, b"") if asked.json["touser"] == lost else {"errcode": 0}
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()
    assert lines(broadcast_id)[lost] == (UNCLEAR, "-1001")
    record = record_of([other])
    platform.answers[RECORDS] = lambda _: record
    del platform.answers[SEND]
    advance(timedelta(minutes=4))

    clear_up(account)
    send_all()

    assert received(platform)[lost] == 2
    rows = db.session.scalars(select(Message).where(Message.openid == lost)).all()
    assert len(rows) == 1


def test_what_was_being_asked_when_it_was_stopped_is_found_out_too(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    make_writers(3)
    broadcast_id = make_draft()
    begin(broadcast_id)
    [lost] = (claim.openid for claim in claims.take(broadcast_id, 1, per_second=9))
    [other] = (claim for claim in claims.take(broadcast_id, 1, per_second=9))
    told = make_teller(account, load(broadcast_id), base_url="https://shop.example").find([other.follower_id])
    claims.note([claims.Outcome(other, told[other.follower_id], SENT)])
    stop(broadcast_id, actor="staff:1")
    record = record_of([other.openid])
    platform.answers[RECORDS] = lambda _: record
    advance(timedelta(minutes=4))

    clear_up(account)

    assert lines(broadcast_id)[lost] == (SKIPPED, "")
    assert state(broadcast_id) == BroadcastState.STOPPED


# Composing


def test_confirmed_twice_it_is_sent_once(account: AccountClient, platform: FakePlatform) -> None:
    make_writers(1)
    broadcast_id = make_draft()
    confirm_now(broadcast_id)

    with pytest.raises(TransitionRefused):
        confirm(broadcast_id, version=1, at=None, actor="staff:2")


def test_what_changed_since_it_was_shown_is_not_sent(shop: Flask) -> None:
    broadcast_id = make_draft()
    row = get_broadcast(broadcast_id)
    draft = read_draft("改过的", row.way, row.content, row.audience)
    change(broadcast_id, draft, version=1, actor="staff:2")

    with pytest.raises(TransitionRefused):
        confirm(broadcast_id, version=1, at=None, actor="staff:1")
    with pytest.raises(TransitionRefused):
        change(broadcast_id, draft, version=1, actor="staff:1")


def test_the_same_to_the_same_within_a_day_asks_first(shop: Flask, advance: Advance) -> None:
    first = make_draft(Condition(ConditionKind.NEW, 30))
    confirm_now(first)
    second = copy(first, actor="staff:1")

    with pytest.raises(InputInvalid) as refused:
        confirm_now(second)
    assert refused.value.details["same"] == first
    advance(timedelta(hours=25))
    confirm_now(second)
    third = copy(first, actor="staff:1")
    confirm(third, version=1, at=None, actor="staff:1", repeats=True)


def test_the_same_is_looked_for_around_the_time_it_goes(shop: Flask, advance: Advance) -> None:
    first = make_draft()
    confirm(first, version=1, at=clock.now() + timedelta(days=3), actor="staff:1")
    second = copy(first, actor="staff:1")

    confirm(
        copy(first, actor="staff:1"), version=1, at=None, actor="staff:1"
    )  # three days before is no repetition
    with pytest.raises(InputInvalid) as planned:
        confirm(second, version=1, at=clock.now() + timedelta(days=3, hours=-20), actor="staff:1")
    assert planned.value.details["same"] == first
    advance(timedelta(days=3))
    start_due()
    with pytest.raises(InputInvalid) as begun:  # though it was confirmed three days ago
        confirm_now(second)
    assert begun.value.details["same"] == first


def test_the_same_people_are_the_same_by_a_name_too(shop: Flask) -> None:
    condition = Condition(ConditionKind.NEW, 30)
    first = make_draft(condition)
    confirm_now(first)
    number = segments.create("新朋友", Audience((condition,)), actor="staff:1")
    second = copy(first, actor="staff:1")
    with transaction() as session:
        row = session.get_one(Broadcast, second)
        row.segment_id, row.audience = number, {}

    with pytest.raises(InputInvalid) as refused:
        confirm_now(second)
    assert refused.value.details["same"] == first


def test_what_nobody_got_is_no_repetition(shop: Flask) -> None:
    first = make_draft()
    confirm_now(first)
    with transaction() as session:
        session.get_one(Broadcast, first).state = BroadcastState.FAILED

    second = copy(first, actor="staff:1")
    confirm_now(second)
    assert state(second) is BroadcastState.GATHERING


def test_it_begins_at_its_time_and_can_be_taken_back_before(shop: Flask, advance: Advance) -> None:
    early, late = make_draft(), make_draft()
    for broadcast_id, hours in ((early, 1), (late, 2)):
        confirm(broadcast_id, version=1, at=clock.now() + timedelta(hours=hours), actor="staff:1")
    advance(timedelta(hours=1))
    start_due()
    take_back(late, actor="staff:1")
    advance(timedelta(hours=1))
    start_due()

    assert (state(early), state(late)) == (BroadcastState.GATHERING, BroadcastState.DRAFT)
    with pytest.raises(TransitionRefused):
        take_back(early, actor="staff:1")


@pytest.mark.parametrize("hours", [-1, 24 * 91])
def test_a_time_that_makes_no_sense_is_refused(shop: Flask, hours: int) -> None:
    with pytest.raises(InputInvalid):
        confirm(make_draft(), version=1, at=clock.now() + timedelta(hours=hours), actor="staff:1")


def test_a_product_that_is_not_on_sale_stops_it_before_and_pauses_it_later(
    account: AccountClient, platform: FakePlatform
) -> None:
    make_writers(1)
    sku = make_sku()
    broadcast_id = make_draft(items=[Item(sku.product.slug)])
    begin(broadcast_id)
    take_off = update(Product).values(state=ProductState.OFF_SALE)
    with transaction() as session:
        session.execute(take_off)

    send_all()
    assert (state(broadcast_id), load(broadcast_id).halt) == (BroadcastState.PAUSED, 0)
    with pytest.raises(InputInvalid):
        confirm_now(copy(broadcast_id, actor="staff:1"))


def test_a_draft_can_be_thrown_away_and_nothing_else(shop: Flask) -> None:
    draft, sent = make_draft(), make_draft(name="已确认")
    confirm_now(sent)

    discard(draft, actor="staff:1")
    with pytest.raises(NotFound):
        get_broadcast(draft)
    with pytest.raises(TransitionRefused):
        discard(sent, actor="staff:1")


def test_writing_down_goes_on_where_it_was_cut_off(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.broadcasts.gathering.BATCH", 2)
    make_writers(5)
    broadcast_id = make_draft()
    confirm_now(broadcast_id)

    assert gather_more(broadcast_id)
    db.session.remove()
    while gather_more(broadcast_id):
        pass

    assert db.session.query(BroadcastRecipient).count() == 5
    assert not gather_more(broadcast_id)


@pytest.mark.parametrize(
    ("name", "way", "content", "audience"),
    [
        ("", "card", {}, {}),
        ("茶" * 61, "card", {}, {}),
        ("茶", "pigeon", {}, {}),
        ("茶", "card", {"items": "x"}, {}),
        ("茶", "card", {"items": [{"slug": "a"}, {"slug": "b"}]}, {}),
        ("茶", "mass", {"items": [{"slug": "a"}, {"slug": "a"}]}, {}),
        ("茶", "card", {"items": [{"slug": "a", "title": "长" * 33}]}, {}),
        ("茶", "card", {}, {"conditions": "x"}),
        ("茶", "card", {}, {"conditions": [{"kind": "age", "value": 3}]}),
        ("茶", "card", {}, {"conditions": [{"kind": "tag", "value": "3"}]}),
        ("茶", "card", {}, {"conditions": [{"kind": "tag", "value": True}]}),
        ("茶", "card", {}, {"conditions": [{"kind": "silent", "value": 0}]}),
        ("茶", "card", {}, {"conditions": [{"kind": "bought", "value": "x" * 61}]}),
        ("茶", "card", {}, {"conditions": [{"kind": "in_window"}] * 11}),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(
    shop: Flask, name: str, way: str, content: dict[str, object], audience: dict[str, object]
) -> None:
    with pytest.raises(InputInvalid):
        read_draft(name, way, content, audience)


def test_a_segment_that_is_gone_is_refused(shop: Flask) -> None:
    with pytest.raises(InputInvalid):
        read_draft("茶", "card", {}, {}, segment_id=7)
