"""Finding followers, what they spent, and tags that conditions put on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.followers import tags
from app.followers.auto_tags import apply_auto_tag, apply_auto_tags, count_fitting
from app.followers.listing import (
    Sort,
    Wanted,
    Who,
    count_followers,
    count_totals,
    every_follower,
    list_followers,
)
from app.followers.models import AutoTag, Follower, FollowerTag
from app.orders.models import Order
from app.orders.service import mark_paid
from app.orders.spending import recount_differing, spending_of
from app.orders.states import OrderState
from tests.factories import make_follower, make_order, make_sku

Advance = Callable[[timedelta], None]


def make(number: int, **columns: object) -> list[int]:
    """Followers who were here one after the other, the first one last; columns are the same for all."""
    ids = [make_follower().id for _ in range(number)]
    with transaction() as session:
        for position, follower_id in enumerate(ids):
            seen = {
                "last_seen_at": clock.now() - timedelta(minutes=position // 3)
            }  # three at the same moment
            session.execute(update(Follower).where(Follower.id == follower_id).values(**{**seen, **columns}))
    return ids


def walk(wanted: Wanted, per_page: int = 4) -> list[int]:
    """Every page after the other, forwards, and back again."""
    page = list_followers(wanted, per_page=per_page)
    pages = [[row.id for row in page.rows]]
    while page.older:
        page = list_followers(wanted, place=page.older, per_page=per_page)
        pages.append([row.id for row in page.rows])
    back = [pages[-1]]
    while page.newer:
        page = list_followers(wanted, place=page.newer, per_page=per_page)
        back.append([row.id for row in page.rows])
    assert back[::-1] == pages
    return [each for rows in pages for each in rows]


def buy(follower: Follower, *, times: int = 1, paid: bool = True) -> list[Order]:
    sku = make_sku(stock=100)
    orders = [make_order(follower=follower, sku=sku) for _ in range(times)]
    for order in orders:
        if paid:
            with transaction():
                mark_paid(order, paid_at=clock.now(), cause="notification")
    return orders


@pytest.mark.parametrize("number", [0, 1, 4, 5, 11])
def test_pages_go_forth_and_back_and_miss_nobody(shop: Flask, advance: Advance, number: int) -> None:
    ids = make(number)

    found = walk(Wanted())

    assert sorted(found) == sorted(ids)


def test_the_list_by_spending_begins_with_who_spent_most(shop: Flask) -> None:
    little, much, nothing = (make_follower() for _ in range(3))
    buy(little)
    buy(much, times=3)

    assert walk(Wanted(sort=Sort.SPENT), per_page=1) == [much.id, little.id, nothing.id]


@pytest.mark.parametrize(
    "place",
    [
        "",
        "x",
        "a",
        "a1",
        "a-1",
        "b--",
        "a99999999999999999999-1",
        "a1-99999999999999999999",
        "a１-１",
        "a" * 99,
    ],
)
def test_a_place_that_cannot_be_read_is_the_first_page(shop: Flask, place: str) -> None:
    ids = make(2)

    assert sorted(row.id for row in list_followers(Wanted(), place=place).rows) == ids


def test_each_tab_holds_what_it_counts(shop: Flask) -> None:
    make(3)
    (left,) = make(1, is_subscribed=False)
    (barred,) = make(1, is_blacklisted=True)
    buyer = make_follower()
    buy(buyer)

    totals = count_totals()

    assert (totals.all, totals.following, totals.left, totals.bought, totals.blacklisted) == (6, 5, 1, 1, 1)
    for who, only in ((Who.LEFT, left), (Who.BLACKLISTED, barred), (Who.BOUGHT, buyer.id)):
        assert walk(Wanted(who=who)) == [only]
        assert count_followers(Wanted(who=who)) == 1


def test_followers_are_found_by_remark_nickname_openid_and_tag(shop: Flask) -> None:
    (named,) = make(1, nickname="王小茶🎉", remark="老客户")
    (other,) = make(1, nickname="100%_真")
    tag_id = tags.create_tag("常客")
    tags.put_on(other, tag_id, origin="scan")
    openid = db.session.get_one(Follower, named).openid

    for words in ("小茶", "老客", "🎉", openid):
        assert walk(Wanted(search=words)) == [named], words
    assert walk(Wanted(search="0%_")) == [other]
    assert walk(Wanted(tag_id=tag_id)) == [other]
    assert walk(Wanted(tag_id=tag_id, search="小茶")) == []
    assert walk(Wanted(search="'; DROP TABLE followers; --")) == []


def test_an_export_reads_everybody_in_batches(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.followers.listing.EXPORT_BATCH", 4)
    ids = make(10)

    batches = [[row.id for row in rows] for rows in every_follower(Wanted())]

    assert [len(rows) for rows in batches] == [4, 4, 2]
    assert sorted(each for rows in batches for each in rows) == ids


def test_spending_is_counted_from_paid_orders(shop: Flask) -> None:
    follower = make_follower()
    buy(follower, times=2)
    buy(follower, paid=False)
    db.session.expire_all()

    spent = spending_of(db.session.get_one(Follower, follower.id))

    assert (spent.paid_orders, spent.total_fen, spent.average_fen) == (2, 15200, 7600)
    assert spent.last_paid_at is not None


def test_figures_that_are_wrong_are_put_right(shop: Flask) -> None:
    buyer, other = make_follower(), make_follower()
    (order,) = buy(buyer)
    buy(other)
    with transaction() as session:
        session.execute(update(Order).where(Order.id == order.id).values(state=OrderState.CANCELLED))
        session.execute(update(Follower).where(Follower.id == other.id).values(spent_fen=1, paid_orders=9))

    assert recount_differing() == 2
    assert recount_differing() == 0

    db.session.expire_all()
    assert db.session.get_one(Follower, buyer.id).spent_fen == 0
    assert db.session.get_one(Follower, buyer.id).last_paid_at is None
    assert db.session.get_one(Follower, other.id).spent_fen == 7600


def carriers(tag_id: int) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(FollowerTag.follower_id).where(FollowerTag.tag_id == tag_id)))


def test_a_condition_puts_a_tag_on_and_takes_it_off(shop: Flask) -> None:
    buyer, big, nobody = make_follower(), make_follower(), make_follower()
    buy(buyer)
    buy(big, times=3)
    bought = tags.create_tag("买过", auto=AutoTag.BOUGHT)
    large = tags.create_tag("大客户", auto=AutoTag.SPENT_OVER, auto_value=20000)

    apply_auto_tags()
    assert carriers(bought) == {buyer.id, big.id}
    assert carriers(large) == {big.id}
    assert count_fitting(AutoTag.SPENT_OVER, 20000) == 1

    tags.change_tag(large, "大客户", auto=AutoTag.SPENT_OVER, auto_value=22799)
    assert apply_auto_tag(large) == (0, 0)
    tags.change_tag(large, "大客户", auto=AutoTag.SPENT_OVER, auto_value=22800)
    assert apply_auto_tag(large) == (0, 1)
    assert apply_auto_tag(bought) == (0, 0)
    assert nobody.id not in carriers(bought)


def test_who_is_silent_is_found_and_loses_the_tag_when_he_comes(shop: Flask, advance: Advance) -> None:
    (silent,) = make(1, last_seen_at=clock.now() - timedelta(days=30, seconds=1))
    make(1, last_seen_at=clock.now() - timedelta(days=29))
    make(1, last_seen_at=clock.from_timestamp(0))
    make(1, last_seen_at=clock.now() - timedelta(days=90), is_subscribed=False)
    tag_id = tags.create_tag("沉默", auto=AutoTag.SILENT_FOR, auto_value=30)

    assert apply_auto_tag(tag_id) == (1, 0)
    assert carriers(tag_id) == {silent}

    with transaction() as session:
        session.execute(update(Follower).where(Follower.id == silent).values(last_seen_at=clock.now()))
    assert apply_auto_tag(tag_id) == (0, 1)


def test_people_do_not_put_on_what_a_condition_decides(shop: Flask) -> None:
    tag_id = tags.create_tag("买过", auto=AutoTag.BOUGHT)
    follower_id = make_follower().id

    with pytest.raises(InputInvalid, match="自动标签"):
        tags.put_on_many([follower_id], tag_id, actor="staff:1")
    assert not tags.put_on(follower_id, tag_id, origin="scan")


@pytest.mark.parametrize(
    ("auto", "value"),
    [
        (AutoTag.SPENT_OVER, None),
        (AutoTag.SPENT_OVER, -1),
        (AutoTag.SPENT_OVER, 10**12),
        (AutoTag.SILENT_FOR, None),
        (AutoTag.SILENT_FOR, 0),
        (AutoTag.SILENT_FOR, 99999),
    ],
)
def test_a_condition_without_a_sane_value_is_refused(shop: Flask, auto: AutoTag, value: int | None) -> None:
    with pytest.raises(InputInvalid):
        tags.create_tag("条件", auto=auto, auto_value=value)
