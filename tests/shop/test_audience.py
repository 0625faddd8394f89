"""Who is meant by a broadcast, and who of them will get it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.broadcasts.audience import Audience, Condition, ConditionKind, match, read_audience
from app.broadcasts.models import Broadcast, BroadcastOptOut, BroadcastRecipient
from app.broadcasts.reach import forecast
from app.broadcasts.states import BroadcastState, RecipientState, Way
from app.carts.models import CartLine
from app.conversations.models import Conversation, Direction, Sending
from app.conversations.window import MESSAGE_ALLOWS
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.followers.models import Follower
from app.followers.tags import create_tag, put_on
from tests.broadcasts import make_writers
from tests.factories import make_follower, make_sku
from tests.fakes import FakeGateway
from tests.messages import make_message
from tests.refunds import make_paid_order

Advance = Callable[[timedelta], None]
Kind = ConditionKind


def meant(*conditions: Condition) -> set[int]:
    return set(db.session.scalars(match(Audience(conditions))))


def set_values(follower: Follower, **values: object) -> int:
    with transaction() as session:
        session.execute(update(Follower).where(Follower.id == follower.id).values(**values))
    return follower.id


def both_ways(condition: Condition, who: int, other: int) -> None:
    """It holds for one and not for the other, and turned round for the other alone."""
    turned = Condition(condition.kind, condition.value, is_not=True)
    assert meant(condition) & {who, other} == {who}
    assert meant(turned) & {who, other} == {other}


def test_without_conditions_everybody_who_may_be_written_to(shop: Flask) -> None:
    stays, left, blocked, erased = (make_follower() for _ in range(4))
    set_values(left, is_subscribed=False)
    set_values(blocked, is_blacklisted=True)
    set_values(erased, erased_at=clock.now())

    assert meant() == {stays.id}


def test_by_tag(shop: Flask) -> None:
    who, other = make_follower(), make_follower()
    tag_id = create_tag("老客")
    put_on(who.id, tag_id, origin="staff:1")

    both_ways(Condition(Kind.TAG, tag_id), who.id, other.id)


def test_by_what_was_bought(shop: Flask, gateway: FakeGateway) -> None:
    order, other = make_paid_order(gateway), make_follower()
    slug = order.lines[0].product_slug

    both_ways(Condition(Kind.BOUGHT, slug), order.follower_id, other.id)
    assert not meant(Condition(Kind.BOUGHT, "something-else"))


def test_by_having_bought_at_all_and_by_what_was_spent(shop: Flask) -> None:
    who, other = make_follower(), make_follower()
    set_values(who, paid_orders=2, spent_fen=20_000)

    both_ways(Condition(Kind.BOUGHT), who.id, other.id)
    both_ways(Condition(Kind.SPENT_OVER, 19_999), who.id, other.id)
    assert not meant(Condition(Kind.SPENT_OVER, 20_000))


def test_by_what_lies_in_the_cart(shop: Flask, advance: Advance) -> None:
    left, choosing, empty = make_follower(), make_follower(), make_follower()
    old, new = make_sku(), make_sku()
    with transaction() as session:
        session.add(CartLine(owner=f"follower:{left.id}", sku_id=old.id, quantity=1, seen_price_fen=1))
        session.add(CartLine(owner=f"follower:{choosing.id}", sku_id=old.id, quantity=1, seen_price_fen=1))
        session.add(CartLine(owner="visitor:abc", sku_id=old.id, quantity=1, seen_price_fen=1))
    advance(timedelta(days=2))
    with transaction() as session:
        session.add(CartLine(owner=f"follower:{choosing.id}", sku_id=new.id, quantity=1, seen_price_fen=1))

    both_ways(Condition(Kind.CART_LEFT, 1), left.id, empty.id)
    assert choosing.id not in meant(Condition(Kind.CART_LEFT, 1))


def test_by_time(shop: Flask, advance: Advance) -> None:
    new, old = make_follower(), make_follower()
    set_values(new, subscribed_at=clock.now() - timedelta(days=3), last_seen_at=clock.now())
    set_values(
        old,
        subscribed_at=clock.now() - timedelta(days=300),
        last_seen_at=clock.now() - timedelta(days=60),
        source="ADD_SCENE_SEARCH",
    )

    both_ways(Condition(Kind.NEW, 7), new.id, old.id)
    both_ways(Condition(Kind.SILENT, 30), old.id, new.id)
    both_ways(Condition(Kind.SOURCE, "ADD_SCENE_SEARCH"), old.id, new.id)


def test_all_conditions_have_to_hold(shop: Flask) -> None:
    both, one = make_follower(), make_follower()
    set_values(both, spent_fen=500, source="ADD_SCENE_SEARCH")
    set_values(one, spent_fen=500)

    conditions = (Condition(Kind.SPENT_OVER, 100), Condition(Kind.SOURCE, "ADD_SCENE_SEARCH"))
    assert meant(*conditions) == {both.id}
    assert read_audience(Audience(conditions).keep()) == Audience(conditions)


def say(openid: str, times: int, **values: object) -> None:
    usual = {"openid": openid, "direction": Direction.OUT, "answered_by": "staff:1", "sending": Sending.SENT}
    for _ in range(times):
        make_message("", **usual | values)


def test_the_window_for_many_is_the_one_for_each(shop: Flask, advance: Advance) -> None:
    fresh, busy, used_up, shut_out, refused_else, late = make_writers(6)
    silent = make_follower()
    say(busy.openid, MESSAGE_ALLOWS - 1)
    say(used_up.openid, MESSAGE_ALLOWS)
    say(shut_out.openid, 1, sending=Sending.REFUSED, errcode=45047)
    say(refused_else.openid, MESSAGE_ALLOWS, sending=Sending.REFUSED, errcode=45002)
    with transaction() as session:
        row = session.query(Conversation).filter_by(openid=late.openid).one()
        row.last_message_at = clock.now() - timedelta(hours=48)

    reached = {fresh.id, busy.id, refused_else.id}
    assert meant(Condition(Kind.IN_WINDOW)) == reached
    assert silent.id not in reached
    reach = forecast(Audience(), Way.CARD)
    assert (reach.matched, reach.no_window, reach.reached) == (7, 4, 3)


def had(follower: Follower, times: int, *, way: Way = Way.MASS) -> None:
    """He got so many of them just now."""
    for number in range(times):
        with transaction() as session:
            row = Broadcast(name=str(number), way=way, state=BroadcastState.FINISHED, content={}, audience={})
            session.add(row)
            session.flush()
            session.add(
                BroadcastRecipient(
                    broadcast_id=row.id,
                    follower_id=follower.id,
                    openid=follower.openid,
                    state=RecipientState.SENT,
                    asked_at=clock.now(),
                )
            )


@pytest.mark.parametrize(("days", "used_up"), [(0, 1), (10, 0)], ids=["this month", "next month"])
def test_four_mass_messages_a_month_are_all(shop: Flask, advance: Advance, days: int, used_up: int) -> None:
    full, three, cards, out = (make_follower() for _ in range(4))
    had(full, 4)
    had(three, 3)
    had(cards, 4, way=Way.CARD)
    with transaction() as session:
        session.add(BroadcastOptOut(follower_id=out.id, by="follower"))
    advance(timedelta(days=days))

    reach = forecast(Audience(), Way.MASS)
    assert (reach.matched, reach.opted_out, reach.used_up) == (4, 1, used_up)
    assert reach.reached == 3 - used_up


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        (Kind.TAG, -1, "选一个标签"),
        (Kind.SPENT_OVER, 2_000_000_00, "0 到 1000000 元"),
        (Kind.CART_LEFT, -1, "0 到 3650 天"),
        (Kind.NEW, 0, "1 到 3650 天"),
        (Kind.SILENT, 3651, "1 到 3650 天"),
    ],
)
def test_what_a_condition_lacks_is_said_in_its_own_words(kind: Kind, value: int, says: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        read_audience({"conditions": [{"kind": kind, "value": value}]})

    assert says in refused.value.message
