"""Numbers of ended broadcasts that are kept: the same as counted, and counted anew when something changes after all."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from app.broadcasts import claims
from app.broadcasts.ending import close, count_states, stop
from app.broadcasts.keeping import keep_numbers
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.progress import read_progress
from app.broadcasts.results import compare, is_final, read_results, visitors_by_hour
from app.broadcasts.states import RecipientState, Way
from app.broadcasts.tallies import count_lines
from app.core import clock
from app.core.db import db, transaction
from app.entrances.models import EntranceKind
from app.entrances.service import code_for, find_by_code
from app.entrances.visits import record_product_seen, record_visit
from app.followers.service import record_unfollow
from app.notice_templates.purposes import Purpose
from app.orders.models import Order
from app.wechat.client import AccountClient
from tests.broadcasts import begin, load, make_draft, make_writers, send_all
from tests.factories import make_follower
from tests.fake_platform import FakePlatform
from tests.fakes import FakeGateway
from tests.notices import tell_sent
from tests.refunds import make_paid_order
from tests.statements import count_statements

Advance = Callable[[timedelta], None]
COUNTED = ("broadcast_recipients", "entrance_visits", "unsubscribed_at")  # what takes long where many got it


def all_numbers(broadcast_id: int) -> object:
    db.session.rollback()
    [compared], progress = compare(), read_progress(broadcast_id)
    shown = (compared.sent, compared.result, read_results(broadcast_id), visitors_by_hour())
    return *shown, dict(progress.counts), progress.reasons, count_lines([load(broadcast_id)])


def test_what_is_kept_is_what_was_counted_and_is_not_counted_again(
    account: AccountClient, platform: FakePlatform, gateway: FakeGateway, advance: Advance
) -> None:
    openids = [each.openid for each in make_writers(4)]
    [make_follower() for _ in range(2)]  # outside the window: skipped
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()
    entrance = find_by_code(code_for(EntranceKind.BROADCAST, str(broadcast_id), "秋茶上新"))
    assert entrance is not None
    for hours, mark in ((0, "a"), (3, "b"), (30, "a"), (150, "c")):
        advance(timedelta(hours=hours))
        record_visit(entrance.id, mark, clock.today())
        record_product_seen(entrance.id, mark, clock.today())
        record_unfollow(openids.pop(), clock.now())
        order = make_paid_order(gateway)
        with transaction() as session:
            session.execute(update(Order).where(Order.id == order.id).values(entrance_id=entrance.id))
    advance(timedelta(days=3))
    counted = all_numbers(broadcast_id)

    keep_numbers(60)

    with count_statements() as statements:
        assert all_numbers(broadcast_id) == counted
    assert statements
    assert not [each for each in statements if any(name in each for name in COUNTED)]
    [before] = compare()
    with transaction() as session:
        session.execute(update(Order).where(Order.entrance_id == entrance.id).values(refunded_fen=1))
    [after] = compare()
    assert after.result.revenue_fen == before.result.revenue_fen - after.result.paid_orders


def test_nothing_is_kept_before_it_is_final(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    make_writers(3)
    broadcast_id = make_draft()
    begin(broadcast_id)
    [taken] = claims.take(broadcast_id, 1, per_second=10)
    keep_numbers(60)
    assert load(broadcast_id).final_lines is None
    stop(broadcast_id, actor="staff:1")
    keep_numbers(60)
    assert load(broadcast_id).final_lines is None  # a worker is still asking for one of them

    claims.skip([taken], "left")
    keep_numbers(60)
    assert load(broadcast_id).final_lines == [["skipped", "stopped", 2], ["skipped", "left", 1]]


def test_what_still_grows_is_counted_again_after_a_while(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    make_writers(1)
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()
    entrance = find_by_code(code_for(EntranceKind.BROADCAST, str(broadcast_id), "秋茶上新"))
    assert entrance is not None
    shown = []
    for minutes, mark in ((0, "a"), (5, "b"), (6, "c"), (31, "d")):
        advance(timedelta(minutes=minutes))
        record_visit(entrance.id, mark, clock.today())
        if mark != "d":  # the worker stands still
            keep_numbers(60)
        here, beside = read_results(broadcast_id)[-1], compare()[0].result
        shown.append((here.visitors, beside.visitors, sum(visitors_by_hour().values())))
    assert shown == [(1, 1, 1), (2, 1, 1), (3, 3, 3), (4, 4, 4)]


def test_what_came_is_final_a_day_after_the_week(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    make_writers(1)
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()
    for hours, is_over in ((7 * 24 + 23, False), (2, True)):
        advance(timedelta(hours=hours))
        keep_numbers(60)
        assert is_final(load(broadcast_id)) is is_over


def test_an_event_after_the_end_is_counted(shop: Flask, advance: Advance) -> None:
    follower, broadcast_id = make_follower(), make_draft()
    with transaction() as session:
        values = {"way": Way.NOTICE, "purpose": Purpose.DELAY, "state": "sending", "started_at": clock.now()}
        session.execute(update(Broadcast).where(Broadcast.id == broadcast_id).values(**values))
        line = {"openid": follower.openid, "state": RecipientState.UNCLEAR, "asked_at": clock.now()}
        session.add(BroadcastRecipient(broadcast_id=broadcast_id, follower_id=follower.id, msg_id=77, **line))
    assert close(broadcast_id)
    keep_numbers(60)
    assert load(broadcast_id).final_lines is None  # it may be cleared up
    advance(timedelta(days=2))
    keep_numbers(60)
    assert load(broadcast_id).final_lines == [["unclear", "", 1]]

    tell_sent(follower.openid, 77)

    assert dict(read_progress(broadcast_id).counts) == {RecipientState.SENT: 1} == count_states(broadcast_id)
    keep_numbers(60)
    assert load(broadcast_id).final_lines == [["sent", "", 1]]
