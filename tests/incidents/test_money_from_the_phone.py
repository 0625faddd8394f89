"""Four classes of holes that shops of this kind have had: the amount from the client, another amount for coupon
and payment, one coupon used twice by a race, and sums that come out wrong (records CVE-2026-108784, -109406,
-109407, -109410 of a well-known shop).
"""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import PriceChanged
from app.orders import service as orders
from app.orders.models import Order, OrderLine
from app.orders.quoting import price_items
from app.pricing.offers import CouponKind
from app.promotions import holding
from app.promotions.models import FollowerCoupon
from app.promotions.states import CouponState
from tests.factories import FREIGHT, TTL, make_checkout, make_follower, make_sku
from tests.follower_phone import HOME, Phone, hidden
from tests.offers import make_coupon, make_flash, make_reduction
from tests.threads import run_in_threads


def test_no_amount_of_the_phone_is_ever_taken(app: Flask) -> None:
    with app.app_context():
        sku_id = make_sku(price_fen=6800).id
    phone = Phone(app).log_in()
    phone.post("/shop/addresses/new", **HOME)
    page = phone.get("/shop/checkout", sku=sku_id, quantity=1, t="a-token-that-is-long-enough")
    names = ("total_fen", "pay_fen", "coupon_fen", "reduction_fen", "shipping_fen", "unit_price_fen", "price")
    fields: dict[str, object] = dict.fromkeys(names, "1")
    fields |= {
        name: hidden(page, name) for name in ("t", "terms", "item", "address", "coupon", "seen_total_fen")
    }

    lied = phone.post("/shop/checkout", **fields | {"seen_total_fen": "1"})
    phone.post("/shop/checkout", **fields)

    assert lied.status_code == 409
    with app.app_context():
        order = db.session.scalars(select(Order)).one()
        assert (order.total_fen, order.lines[0].unit_price_fen, order.coupon_fen) == (7600, 6800, 0)


def test_a_coupon_takes_off_what_its_row_says_and_only_from_its_owners_order(shop: Flask) -> None:
    owner, thief, sku = make_follower(), make_follower(), make_sku(price_fen=6800)
    copy = holding.collect(make_coupon(threshold_fen=10000).id, follower_id=owner.id)
    checkout = make_checkout(owner.id, sku.id)

    for who, seen in ((owner, 5600), (thief, 5600)):
        with pytest.raises(PriceChanged):
            orders.place_order(
                replace(checkout, follower_id=who.id, coupon_id=copy.id, seen_total_fen=seen),
                freight=FREIGHT,
                ttl=TTL,
            )

    assert db.session.scalar(select(func.count()).select_from(Order)) == 0


def test_a_race_for_one_coupon_between_checkouts_and_a_payment_uses_it_once(shop: Flask) -> None:
    follower, sku = make_follower(), make_sku(stock=20)
    copy_id = holding.collect(make_coupon().id, follower_id=follower.id).id
    checkouts = [with_coupon(make_checkout(follower.id, sku.id), copy_id) for _ in range(6)]

    placed = run_in_threads(shop, [lambda c=c: place(c) for c in checkouts])
    order = db.session.scalars(select(Order)).one()
    with transaction():
        orders.mark_paid(order, paid_at=clock.now(), cause="notification")
    again = run_in_threads(shop, [lambda c=c: place(c) for c in checkouts])

    assert placed.count(True) == 1
    assert again.count(True) == 1  # the very checkout that made the order gets its order again
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1
    assert db.session.get_one(FollowerCoupon, copy_id).state == CouponState.USED


def test_many_cheap_lines_and_odd_percentages_add_up_to_the_fen(shop: Flask) -> None:
    follower = make_follower()
    copy = holding.collect(
        make_coupon(kind=CouponKind.PERCENT, value=33, threshold_fen=0).id, follower_id=follower.id
    )
    make_reduction((500, 99))
    skus = [make_sku(price_fen=price) for price in (1, 2, 3, 99, 101, 333, 1999)]
    make_flash(skus[-1], price_fen=1777)
    checkout = make_checkout(follower.id, skus[0].id)
    items = tuple(orders.Item(sku.id, at % 3 + 1) for at, sku in enumerate(skus))

    order = orders.place_order(with_coupon(replace(checkout, items=items), copy.id), freight=FREIGHT, ttl=TTL)

    lines = db.session.scalars(select(OrderLine)).all()
    assert sum(line.paid_fen for line in lines) + order.shipping_fen == order.total_fen
    assert sum(line.unit_price_fen * line.quantity for line in lines) == order.goods_fen
    assert sum(line.coupon_fen for line in lines) == order.coupon_fen > 0
    assert sum(line.reduction_fen for line in lines) == order.reduction_fen == 99
    assert all(line.paid_fen >= 0 for line in lines)


def with_coupon(checkout: orders.Checkout, copy_id: int) -> orders.Checkout:
    wanted = replace(checkout, coupon_id=copy_id)
    return replace(wanted, seen_total_fen=price_items(wanted.wanted, FREIGHT).quote.total_fen)


def place(checkout: orders.Checkout) -> bool:
    try:
        orders.place_order(checkout, freight=FREIGHT, ttl=TTL)
    except PriceChanged:
        return False
    return True
