"""A follower meets coupons, flash sales, freight by region and pick-up on the shop's pages."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db, transaction
from app.followers.models import Address
from app.orders import service as orders
from app.orders.models import Order, Pickup
from app.promotions.models import FollowerCoupon
from tests.doors.test_shop_checkout import TOKEN, Buyer, make_buyer
from tests.factories import make_sku
from tests.fakes import FakeGateway
from tests.follower_phone import HOME, SAFARI, Phone, hidden
from tests.offers import FLAT, make_coupon, make_flash, make_point, make_reduction, make_template


@pytest.fixture
def buyer(app: Flask) -> Buyer:
    return make_buyer(app)


def make(app: Flask, build: Any, *args: Any, **values: Any) -> int:
    with app.app_context():
        return int(build(*args, **values).id)


def submit(buyer: Buyer, page: Any, **differently: object) -> Any:
    names = ("coupon", "point", "receiver", "phone")
    fields = {name: hidden(page, name) for name in names if f'name="{name}" value' in page.text}
    return buyer.submit(page, **fields | differently)


def test_a_coupon_is_collected_once_and_listed_as_own(app: Flask, buyer: Buyer) -> None:
    coupon_id = make(app, make_coupon, title="新客立减")
    for _ in range(2):
        buyer.phone.post(f"/shop/coupons/{coupon_id}/collect")

    assert "已领取" in buyer.phone.get("/shop/coupons").text
    own = buyer.phone.get("/shop/coupons/mine").text
    assert own.count("新客立减") == 1
    with app.app_context():
        assert len(db.session.scalars(select(FollowerCoupon)).all()) == 1


def test_the_centre_can_be_read_before_login(app: Flask) -> None:
    make(app, make_coupon, title="新客立减")

    assert "新客立减" in Phone(app, agent=SAFARI).get("/shop/coupons").text


def test_wechat_logs_in_before_the_centre_so_that_no_tap_is_lost(app: Flask) -> None:
    coupon_id, phone = make(app, make_coupon), Phone(app)

    assert phone.get("/shop/coupons").location == "/shop/login?to=/shop/coupons"
    phone.log_in(to="/shop/coupons").post(f"/shop/coupons/{coupon_id}/collect")

    assert "已领取" in phone.get("/shop/coupons").text


def test_the_best_coupon_is_chosen_with_its_reason_and_the_costs_add_up(app: Flask, buyer: Buyer) -> None:
    for title, value in (("立减 5", 500), ("立减 20", 2000)):
        buyer.phone.post(f"/shop/coupons/{make(app, make_coupon, title=title, value=value)}/collect")
    make(app, make_reduction, (10000, 1000))

    page = buyer.open()
    submit(buyer, page)

    assert "已选最划算的一张" in page.text
    costs = re.search(r'<dl class="costs">(.*?)</dl>', page.text, re.S)
    assert costs is not None
    amounts = [int(text.replace(".", "")) for text in re.findall(r"(\d+\.\d\d)", costs[1])]
    assert amounts == [13600, 1000, 2000, 10600]
    assert "满减 · 满减" in costs[1]
    assert "优惠券 · 立减 20" in costs[1]
    (order,) = buyer.orders()
    assert (order.reduction_fen, order.coupon_fen, order.total_fen) == (1000, 2000, 10600)
    assert costs[1].strip() == _costs_of(buyer.phone.get(f"/shop/orders/{order.order_no}").text)


def _costs_of(page: str) -> str:
    found = re.search(r'<dl class="costs">(.*?)</dl>', page, re.S)
    assert found is not None
    return found[1].strip()


def test_another_coupon_or_none_can_be_chosen(app: Flask, buyer: Buyer) -> None:
    buyer.phone.post(f"/shop/coupons/{make(app, make_coupon)}/collect")
    with app.app_context():
        copy_id = db.session.scalars(select(FollowerCoupon.id)).one()

    assert hidden(buyer.open(), "seen_total_fen") == "11600"
    assert hidden(buyer.open(coupon=0), "seen_total_fen") == "13600"
    assert hidden(buyer.open(coupon=copy_id), "seen_total_fen") == "11600"
    assert hidden(buyer.open(coupon="1e9"), "seen_total_fen") == "11600"


def test_a_coupon_used_meanwhile_asks_to_confirm_the_new_total(app: Flask, buyer: Buyer) -> None:
    buyer.phone.post(f"/shop/coupons/{make(app, make_coupon)}/collect")
    page = buyer.open()
    submit(buyer, buyer.open(t="another-token-long-enough"))

    asked = submit(buyer, page)
    placed = submit(buyer, asked)

    assert asked.status_code == 409
    assert "合计已变动，确认 ¥136.00" in asked.text
    assert placed.status_code == 303
    assert [order.total_fen for order in buyer.orders()] == [11600, 13600]


def test_a_total_that_moved_since_the_last_look_is_said_on_the_button(buyer: Buyer) -> None:
    buyer.open()
    buyer.change_sku(price_fen=7000)

    assert "合计已变动，确认 ¥140.00" in buyer.open().text
    assert "提交订单 ¥140.00" in buyer.open().text


def test_a_flash_price_is_told_on_card_page_and_checkout(app: Flask, buyer: Buyer) -> None:
    with app.app_context():
        sku = make_sku(title="正山小种", price_fen=9800)
        slug, sku_id = sku.product.slug, sku.id
        make_flash(sku, price_fen=6800, pieces=3, per_person=1)

    shelf, page = buyer.phone.get("/shop/").text, buyer.phone.get(f"/shop/p/{slug}").text
    one, two = buyer.open(sku=sku_id, quantity=1), buyer.open(sku=sku_id, quantity=2)

    assert "秒杀剩" in shelf
    assert "¥98.00</del>" in shelf
    assert "每人限购 1 件，还剩 3 件" in page
    assert "data-seconds" in page
    assert hidden(one, "seen_total_fen") == "7600"
    assert "秒杀价 ¥68.00 只够 1 件" in two.text
    assert hidden(two, "seen_total_fen") == "19600"


def test_the_cart_names_what_is_not_sent_there_at_the_top(app: Flask, buyer: Buyer) -> None:
    make(app, make_template, {"regions": ["福建省"], "is_served": False}, FLAT)
    buyer.phone.post("/shop/cart/add", sku=buyer.sku_id, quantity=1)

    cart = buyer.phone.get("/shop/cart").text
    checkout = buyer.phone.get("/shop/checkout", t=TOKEN).text
    straight = buyer.submit(buyer.open(t="another-token-long-enough"))

    assert "“西湖龙井”不能送到厦门市，不会计入合计" in cart
    assert "没有可以结算的商品" in checkout
    assert straight.status_code == 409
    assert "不能送到这个地址" in straight.text
    assert buyer.orders() == []


def test_a_flash_price_that_began_is_named_in_the_cart(app: Flask, buyer: Buyer) -> None:
    buyer.phone.post("/shop/cart/add", sku=buyer.sku_id, quantity=1)
    with app.app_context():
        from app.catalog.models import Sku

        make_flash(db.session.get_one(Sku, buyer.sku_id), price_fen=4800)

    cart = buyer.phone.get("/shop/cart").text

    assert "“西湖龙井”的价格从 ¥68.00 变为 ¥48.00" in cart
    assert "¥68.00</del>" in cart


def test_freight_follows_the_region_and_an_unclear_one_is_asked_about(app: Flask, buyer: Buyer) -> None:
    make(app, make_template, {"regions": ["福建省/厦门市"], "first_fee_fen": 300, "first_units": 1}, FLAT)
    known = hidden(buyer.open(quantity=1), "seen_total_fen")
    buyer.phone.post("/shop/addresses/new", **HOME | {"city": "思明", "detail": "某路 1 号"})
    with app.app_context():
        unclear = db.session.scalars(select(Address.id).order_by(Address.id.desc())).first()

    page = buyer.open(quantity=1, address=unclear)
    refused = buyer.submit(page)
    answer = buyer.phone.post(
        f"/shop/addresses/{unclear}/region", region="福建省/厦门市", to=f"/shop/checkout?t={TOKEN}"
    )
    after = buyer.open(quantity=1, address=unclear)

    assert known == "7100"
    assert "属于哪个城市" in page.text
    assert "选择地址后计算" in page.text
    assert refused.status_code == 409
    assert "请先确认收货的省市" in refused.text
    assert answer.location == f"/shop/checkout?t={TOKEN}"
    assert hidden(after, "seen_total_fen") == "7100"
    assert "属于哪个城市" not in after.text


@pytest.mark.parametrize("region", ["", "福建省/杭州市", "火星/厦门市"])
def test_an_answer_that_is_no_region_is_refused(app: Flask, buyer: Buyer, region: str) -> None:
    with app.app_context():
        address_id = db.session.scalars(select(Address.id)).one()

    assert buyer.phone.post(f"/shop/addresses/{address_id}/region", region=region).status_code == 422


def test_goods_are_fetched_with_a_code_that_stands_on_the_paid_order(
    app: Flask, buyer: Buyer, gateway: FakeGateway
) -> None:
    point_id = make(app, make_point, title="湖滨店")
    page = buyer.open(quantity=1, point=point_id)
    assert hidden(page, "seen_total_fen") == "6800"

    submit(buyer, page, receiver="李晓", phone="13900002222")
    (order,) = buyer.orders()
    before = buyer.phone.get(f"/shop/orders/{order.order_no}").text
    with app.app_context():
        code = db.session.scalars(select(Pickup.code)).one()
        with transaction() as session:
            orders.mark_paid(session.get_one(Order, order.id), paid_at=clock.now(), cause="notification")
    after = buyer.phone.get(f"/shop/orders/{order.order_no}").text

    assert (order.shipping_fen, order.receiver, order.region) == (0, "李晓", "到店自提")
    assert f"{code[:4]} {code[4:]}" not in before
    assert f"{code[:4]} {code[4:]}" in after
    assert "待自提" in after
    assert "湖滨店" in before


@pytest.mark.parametrize(
    ("fields", "words"), [({"receiver": " "}, "请填写提货人姓名"), ({"phone": "12"}, "手机号应为 11 位数字")]
)
def test_who_comes_has_a_name_and_a_phone(
    app: Flask, buyer: Buyer, fields: dict[str, str], words: str
) -> None:
    page = buyer.open(quantity=1, point=make(app, make_point))

    answer = submit(buyer, page, **{"receiver": "李晓", "phone": "13900002222"} | fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert buyer.orders() == []
