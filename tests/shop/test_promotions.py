"""Coupons and flash sales in an order: reserved once, given back once, whoever presses at the same instant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import NotFound, OutOfStock, PriceChanged, TransitionRefused
from app.followers.models import FollowerTag, Tag
from app.orders import service as orders
from app.orders.models import Order, OrderLine
from app.orders.quoting import list_choices, price_items, price_with_best_coupon
from app.pricing.offers import CouponKind
from app.promotions import flash, holding
from app.promotions.models import Coupon, FlashItem, FlashTake, FollowerCoupon
from app.promotions.states import CouponState
from tests.factories import FREIGHT, TTL, make_checkout, make_follower, make_sku
from tests.offers import make_coupon, make_flash, make_reduction
from tests.threads import run_in_threads


def with_coupon(checkout: orders.Checkout, copy_id: int) -> orders.Checkout:
    """The same checkout with this coupon, and the total its page would show."""
    wanted = replace(checkout, coupon_id=copy_id)
    return replace(wanted, seen_total_fen=price_items(wanted.wanted, FREIGHT).quote.total_fen)


def place(checkout: orders.Checkout) -> Order:
    return orders.place_order(checkout, freight=FREIGHT, ttl=TTL)


def try_to_place(checkout: orders.Checkout) -> bool:
    try:
        place(checkout)
    except (PriceChanged, OutOfStock):
        return False
    return True


def cancel(order: Order) -> None:
    with transaction():
        assert orders.cancel(order, reason="expired")


def pay(order: Order) -> bool:
    with transaction():
        return orders.mark_paid(order, paid_at=clock.now(), cause="notification")


def held(follower_id: int, **coupon: object) -> int:
    return holding.collect(make_coupon(**coupon).id, follower_id=follower_id).id


def state_of(copy_id: int) -> CouponState:
    return db.session.scalars(select(FollowerCoupon.state).where(FollowerCoupon.id == copy_id)).one()


def sold(item: FlashItem) -> tuple[int, int]:
    """Pieces counted at the item, and in people's hands."""
    counted = db.session.scalar(select(FlashItem.sold).where(FlashItem.id == item.id))
    in_hands = db.session.scalar(select(func.sum(FlashTake.quantity)).where(FlashTake.item_id == item.id))
    return int(counted or 0), int(in_hands or 0)


# coupons


def test_a_coupon_is_locked_by_the_order_and_used_by_its_payment(shop: Flask) -> None:
    follower = make_follower()
    copy_id = held(follower.id)

    order = place(with_coupon(make_checkout(follower.id, make_sku(price_fen=6800).id), copy_id))
    locked = state_of(copy_id)
    pay(order)

    assert (order.goods_fen, order.coupon_fen, order.shipping_fen, order.total_fen) == (6800, 2000, 800, 5600)
    assert order.coupon_label == "立减 20"
    assert (locked, state_of(copy_id)) == (CouponState.LOCKED, CouponState.USED)


def test_shares_of_lines_are_kept_with_the_order_and_add_up(shop: Flask) -> None:
    follower = make_follower()
    copy_id = held(follower.id)
    make_reduction((10000, 1000))
    skus = [make_sku(price_fen=price) for price in (3333, 3334, 6667)]
    checkout = make_checkout(follower.id, skus[0].id)
    checkout = replace(checkout, items=tuple(orders.Item(sku.id, 1) for sku in skus))

    order = place(with_coupon(checkout, copy_id))

    assert sum(line.reduction_fen for line in order.lines) == order.reduction_fen == 1000
    assert sum(line.coupon_fen for line in order.lines) == order.coupon_fen == 2000
    assert sum(line.paid_fen for line in order.lines) + order.shipping_fen == order.total_fen
    assert [line.coupon_fen for line in order.lines] == [500, 500, 1000]


def test_an_order_given_up_gives_its_coupon_back_with_the_time_it_had(shop: Flask) -> None:
    follower = make_follower()
    copy_id = held(follower.id)
    before = db.session.get_one(FollowerCoupon, copy_id).expires_at
    order = place(with_coupon(make_checkout(follower.id, make_sku().id), copy_id))

    cancel(order)

    copy = db.session.get_one(FollowerCoupon, copy_id)
    assert (copy.state, copy.order_no, copy.expires_at) == (CouponState.FREE, "", before)
    assert [usable.id for usable in holding.list_usable(follower.id)] == [copy_id]


def test_late_money_takes_the_coupon_again_and_goes_back_when_it_is_gone(shop: Flask) -> None:
    follower, sku = make_follower(), make_sku()
    copy_id = held(follower.id)
    first = place(with_coupon(make_checkout(follower.id, sku.id), copy_id))
    cancel(first)
    second = place(with_coupon(make_checkout(follower.id, sku.id), copy_id))

    assert not pay(first)
    cancel(second)
    assert pay(first)
    assert state_of(copy_id) == CouponState.USED


def test_eight_checkouts_with_one_coupon_at_the_same_instant_use_it_once(shop: Flask) -> None:
    follower, sku = make_follower(), make_sku(stock=50)
    copy_id = held(follower.id)
    checkouts = [with_coupon(make_checkout(follower.id, sku.id), copy_id) for _ in range(8)]

    placed = run_in_threads(shop, [lambda c=c: try_to_place(c) for c in checkouts])

    assert placed.count(True) == 1
    assert db.session.scalar(select(func.count()).select_from(Order).where(Order.coupon_fen > 0)) == 1


@pytest.mark.parametrize("whose", ["others", "expired", "nobodys"])
def test_a_coupon_that_is_not_his_or_over_takes_nothing_off(
    shop: Flask, advance: Callable[[timedelta], None], whose: str
) -> None:
    follower = make_follower()
    owner = make_follower() if whose == "others" else follower
    copy_id = held(owner.id, valid_days=1)
    if whose == "expired":
        advance(timedelta(days=2))
    number = copy_id + 99 if whose == "nobodys" else copy_id
    checkout = replace(make_checkout(follower.id, make_sku(price_fen=6800).id), coupon_id=number)

    with pytest.raises(PriceChanged):
        place(replace(checkout, seen_total_fen=5600))

    assert place(checkout).total_fen == 7600
    assert state_of(copy_id) == CouponState.FREE


def test_the_best_coupon_is_picked_and_each_says_what_it_would_do(shop: Flask) -> None:
    follower, sku = make_follower(), make_sku(price_fen=6800)
    held(follower.id, title="立减 5", value=500)
    best = held(follower.id, title="8 折", kind=CouponKind.PERCENT, value=20)
    held(follower.id, title="满百减 30", value=3000, threshold_fen=10000)

    priced = price_with_best_coupon(make_checkout(follower.id, sku.id).wanted, FREIGHT)

    assert priced.quote.coupon is not None
    assert (priced.quote.coupon.id, priced.quote.coupon_fen) == (best, 1360)
    choices = list_choices(follower.id, priced.quote)
    assert [(choice.off_fen, choice.short_of_fen) for choice in choices] == [(1360, 0), (500, 0), (0, 3200)]


def test_a_follower_gets_his_share_and_no_more(shop: Flask) -> None:
    follower, coupon = make_follower(), make_coupon(per_person=2)

    for _ in range(2):
        holding.collect(coupon.id, follower_id=follower.id)
    with pytest.raises(TransitionRefused):
        holding.collect(coupon.id, follower_id=follower.id)

    assert db.session.get_one(Coupon, coupon.id).issued == 2


def test_twenty_taps_for_five_coupons_give_out_five(shop: Flask) -> None:
    coupon_id = make_coupon(pieces=5).id
    people = [make_follower().id for _ in range(10)] * 2

    got = run_in_threads(shop, [lambda who=who: try_to_collect(coupon_id, who) for who in people])

    assert got.count(True) == 5
    assert db.session.get_one(Coupon, coupon_id).issued == 5
    assert db.session.scalar(select(func.count()).select_from(FollowerCoupon)) == 5


def try_to_collect(coupon_id: int, follower_id: int) -> bool:
    try:
        holding.collect(coupon_id, follower_id=follower_id)
    except TransitionRefused:
        return False
    return True


def test_a_coupon_for_a_tag_is_seen_and_taken_by_its_people_alone(shop: Flask) -> None:
    regular, stranger = make_follower(), make_follower()
    with transaction() as session:
        tag = Tag(name="老客", created_at=clock.now())
        session.add(tag)
        session.flush()
        session.add(FollowerTag(follower_id=regular.id, tag_id=tag.id))
    coupon_id = make_coupon(tag_id=tag.id).id

    assert [one.coupon.id for one in holding.list_offered(regular.id)] == [coupon_id]
    assert holding.list_offered(stranger.id) == holding.list_offered(None) == []
    with pytest.raises(NotFound):
        holding.collect(coupon_id, follower_id=stranger.id)
    assert holding.collect(coupon_id, follower_id=regular.id).follower_id == regular.id


# flash sales


def test_a_flash_price_counts_while_the_sale_is_on(shop: Flask, advance: Callable[[timedelta], None]) -> None:
    sku = make_sku(price_fen=6800)
    make_flash(sku, ends_at=clock.now() + timedelta(hours=2))
    follower = make_follower()

    order = place(make_checkout(follower.id, sku.id))
    advance(timedelta(hours=3))

    line = order.lines[0]
    assert (line.unit_price_fen, line.list_price_fen, order.total_fen) == (4800, 6800, 5600)
    assert place(make_checkout(follower.id, sku.id)).lines[0].unit_price_fen == 6800


def test_twenty_buyers_of_five_flash_pieces_get_five(shop: Flask) -> None:
    sku = make_sku(stock=50)
    item = make_flash(sku, pieces=5)
    checkouts = [make_checkout(make_follower().id, sku.id) for _ in range(20)]

    bought = run_in_threads(shop, [lambda c=c: try_to_place(c) for c in checkouts])

    assert bought.count(True) == 5
    assert sold(item) == (5, 5)
    assert db.session.scalar(select(func.sum(OrderLine.quantity))) == 5


def test_one_buyer_pressing_eight_times_stays_below_the_limit(shop: Flask) -> None:
    sku, follower = make_sku(stock=50), make_follower()
    item = make_flash(sku, pieces=20, per_person=2)
    checkouts = [make_checkout(follower.id, sku.id) for _ in range(8)]

    run_in_threads(shop, [lambda c=c: try_to_place(c) for c in checkouts])

    assert sold(item) == (2, 2)


def test_the_limit_holds_across_cancellations(shop: Flask) -> None:
    sku, follower = make_sku(stock=50), make_follower()
    item = make_flash(sku, pieces=20, per_person=1)
    first = place(make_checkout(follower.id, sku.id))

    cancel(first)
    second = place(make_checkout(follower.id, sku.id))
    third = place(make_checkout(follower.id, sku.id))

    assert [order.lines[0].unit_price_fen for order in (second, third)] == [4800, 6800]
    assert sold(item) == (1, 1)
    assert not pay(first)  # late money for a price that was his once: it goes back
    assert sold(item) == (1, 1)


def test_more_than_the_limit_costs_the_usual_price(shop: Flask) -> None:
    sku, follower = make_sku(price_fen=6800), make_follower()
    item = make_flash(sku, per_person=2)

    order = place(make_checkout(follower.id, sku.id, 3))

    assert order.goods_fen == 3 * 6800
    assert sold(item) == (0, 0)


def test_pieces_that_went_to_somebody_else_meanwhile_change_the_total(shop: Flask) -> None:
    sku = make_sku(stock=50)
    item = make_flash(sku, pieces=1)
    late = make_checkout(make_follower().id, sku.id)
    place(make_checkout(make_follower().id, sku.id))

    with pytest.raises(PriceChanged):
        place(late)

    assert sold(item) == (1, 1)


def test_a_sale_that_is_stopped_counts_no_more(shop: Flask) -> None:
    sku = make_sku()
    item = make_flash(sku, is_active=False)

    assert flash.find_offers([sku.id]) == {}
    assert sold(item) == (0, 0)
