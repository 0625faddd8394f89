"""What a broadcast brought, counted through its own links."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from app.broadcasts.results import compare, read_results, visitors_by_hour
from app.core import clock
from app.core.db import transaction
from app.entrances.models import EntranceKind
from app.entrances.service import code_for, find_by_code
from app.entrances.visits import record_product_seen, record_visit
from app.followers.service import record_unfollow
from app.orders.models import Order
from app.wechat.client import AccountClient
from tests.broadcasts import begin, make_draft, make_writers, send_all
from tests.factories import make_order
from tests.fake_platform import FakePlatform
from tests.fakes import FakeGateway
from tests.refunds import make_paid_order
from tests.statements import count_statements

Advance = Callable[[timedelta], None]


def entrance_of(broadcast_id: int) -> int:
    entrance = find_by_code(code_for(EntranceKind.BROADCAST, str(broadcast_id), "秋茶上新"))
    assert entrance is not None
    return entrance.id


def come_in(entrance_id: int, mark: str, *, looks: bool = False) -> None:
    record_visit(entrance_id, mark, clock.today())
    if looks:
        record_product_seen(entrance_id, mark, clock.today())


def ascribe(order: Order, entrance_id: int) -> int:
    with transaction() as session:
        session.execute(update(Order).where(Order.id == order.id).values(entrance_id=entrance_id))
    return order.total_fen


def test_hours_days_and_a_week_later(
    account: AccountClient, platform: FakePlatform, gateway: FakeGateway, advance: Advance
) -> None:
    openids = [each.openid for each in make_writers(3)]
    broadcast_id = make_draft()
    begin(broadcast_id)
    send_all()
    entrance_id = entrance_of(broadcast_id)
    come_in(entrance_id, "a", looks=True)
    come_in(entrance_id, "a")
    come_in(entrance_id, "b")
    advance(timedelta(hours=2))
    first = ascribe(make_paid_order(gateway), entrance_id)
    ascribe(make_order(), entrance_id)
    make_paid_order(gateway)
    record_unfollow(openids[0], clock.now())
    advance(timedelta(days=2))
    come_in(entrance_id, "a")
    come_in(entrance_id, "c")
    second = ascribe(make_paid_order(gateway), entrance_id)

    hour, day, week = read_results(broadcast_id)
    assert (hour.visitors, hour.visits, hour.lookers, hour.orders, hour.revenue_fen) == (2, 3, 1, 0, 0)
    assert (day.visitors, day.orders, day.paid_orders, day.revenue_fen, day.left) == (2, 2, 1, first, 1)
    assert (week.visitors, week.visits, week.paid_orders) == (3, 5, 2)
    assert week.revenue_fen == first + second
    assert [each.is_over for each in (hour, day, week)] == [True, True, False]

    [compared] = compare()
    assert (compared.broadcast.id, compared.sent, compared.opened_per_mille) == (broadcast_id, 3, 1000)
    assert visitors_by_hour() == {10: 2, 12: 2}


def test_several_are_told_apart_and_read_at_once(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    openids = [each.openid for each in make_writers(3)]
    earlier, later = make_draft(name="早"), make_draft(name="晚")
    begin(earlier)
    send_all()
    come_in(entrance_of(earlier), "a")
    record_unfollow(openids[0], clock.now())
    advance(timedelta(hours=2))
    with count_statements() as of_one:
        assert [each.broadcast.id for each in compare()] == [earlier]
    begin(later)
    send_all()
    come_in(entrance_of(later), "a", looks=True)
    come_in(entrance_of(later), "b")
    advance(timedelta(minutes=5))
    record_unfollow(openids[1], clock.now())

    with count_statements() as of_two:
        found = compare()
    assert len(of_two) == len(of_one)
    numbers = [(each.sent, each.result.visitors, each.result.lookers, each.result.left) for each in found]
    assert numbers == [(2, 2, 1, 1), (3, 1, 0, 2)]
    assert [each.left for each in read_results(earlier)] == [1, 2, 2]


def test_before_it_begins_there_is_nothing(shop: Flask) -> None:
    assert read_results(make_draft()) == ()
    assert compare() == []
