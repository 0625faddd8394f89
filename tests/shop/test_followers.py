"""Who follows and who visits."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db, transaction
from app.followers.models import Follower
from app.followers.service import (
    find,
    get_or_create,
    record_chat,
    record_follow,
    record_unfollow,
    touch,
)
from tests.pushes import OPENID

Advance = Callable[[timedelta], None]


def get() -> Follower:
    db.session.rollback()
    follower = find(OPENID)
    assert follower is not None
    return follower


def test_a_visitor_is_known_but_does_not_follow(shop: Flask) -> None:
    follower = get_or_create(OPENID)

    assert (follower.openid, follower.is_subscribed) == (OPENID, False)


def test_a_visitor_is_made_once(shop: Flask) -> None:
    assert get_or_create(OPENID).id == get_or_create(OPENID).id


def test_a_visitor_is_made_inside_a_transaction_as_well(shop: Flask) -> None:
    with transaction():
        get_or_create(OPENID)

    assert get().openid == OPENID


def test_many_pages_of_one_new_visitor_make_one_row(app: Flask) -> None:
    start = threading.Barrier(8)

    def visit(_: int) -> int:
        start.wait()
        with app.app_context():
            return get_or_create(OPENID).id

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(visit, range(8)))

    assert len(found) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(Follower.id))) == 1


def test_following_and_leaving_are_dated(shop: Flask, advance: Advance) -> None:
    record_follow(OPENID, clock.now())
    advance(timedelta(days=1))

    record_unfollow(OPENID, clock.now())

    follower = get()
    assert not follower.is_subscribed
    assert follower.subscribed_at is not None
    assert follower.unsubscribed_at == clock.now()


def test_who_comes_back_follows_again(shop: Flask, advance: Advance) -> None:
    record_follow(OPENID, clock.now())
    record_unfollow(OPENID, clock.now() + timedelta(minutes=1))

    record_follow(OPENID, clock.now() + timedelta(minutes=2))

    assert get().is_subscribed


def test_a_late_push_of_an_older_event_changes_nothing(shop: Flask, advance: Advance) -> None:
    earlier, later = clock.now(), clock.now() + timedelta(minutes=1)
    record_unfollow(OPENID, later)

    record_follow(OPENID, earlier)

    assert not get().is_subscribed


def test_a_late_unfollow_does_not_undo_a_newer_follow(shop: Flask, advance: Advance) -> None:
    earlier, later = clock.now(), clock.now() + timedelta(minutes=1)
    record_follow(OPENID, later)

    record_unfollow(OPENID, earlier)

    assert get().is_subscribed


def test_who_writes_must_be_following(shop: Flask) -> None:
    record_chat(OPENID)

    assert get().is_subscribed


def test_a_late_message_does_not_bring_back_who_left(shop: Flask) -> None:
    record_follow(OPENID, clock.now() - timedelta(minutes=1))
    record_unfollow(OPENID)

    record_chat(OPENID)

    assert not get().is_subscribed


def test_a_visit_is_noted_at_most_once_a_minute(shop: Flask, advance: Advance) -> None:
    started = clock.now()
    touch(OPENID)
    advance(timedelta(seconds=59))
    touch(OPENID)
    assert get().last_seen_at == started
    advance(timedelta(seconds=2))

    touch(OPENID)

    assert get().last_seen_at == clock.now()


def test_a_visitor_who_begins_to_chat_is_a_follower(shop: Flask) -> None:
    get_or_create(OPENID)

    record_chat(OPENID)

    assert get().is_subscribed
