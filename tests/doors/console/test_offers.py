"""The merchant's coupons, reductions, flash sales, freight templates, pick-up points and codes."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.delivery.models import FreightTemplate, PickupPoint
from app.orders import service as orders
from app.orders.models import Order, Pickup
from app.orders.states import OrderState
from app.promotions.models import Coupon, FlashSale, Reduction
from console.frame.form_fields import show_moment
from tests.factories import DESTINATION, FREIGHT, TTL, make_checkout, make_follower, make_sku
from tests.offers import make_coupon, make_flash, make_point
from tests.staff import Console


def span(*, starts_in: int = -1) -> dict[str, str]:
    """A week, as the browser's fields give it; it begins in so many hours."""
    begin = clock.now() + timedelta(hours=starts_in)
    return {"starts_at": show_moment(begin), "ends_at": show_moment(begin + timedelta(days=7))}


def one(app: Flask, model: type) -> object:
    with app.app_context():
        row = db.session.scalars(select(model)).one()
        db.session.expunge_all()
        return row


COUPON = {
    "title": "新客立减",
    "kind": "fixed",
    "value": "20",
    "threshold": "100",
    "per_person": "1",
    "is_listed": "1",
}


def test_a_coupon_is_made_and_told_in_words(app: Flask, console: Console) -> None:
    answer = console.post("/coupons/new", **COUPON, **span())

    coupon = one(app, Coupon)
    assert answer.status_code == 302
    assert isinstance(coupon, Coupon)
    assert (coupon.value, coupon.threshold_fen, coupon.is_active) == (2000, 10000, True)
    assert "满 ¥100.00 减 ¥20.00" in console.text("/coupons/")
    entry = one(app, AuditEntry)
    assert isinstance(entry, AuditEntry)
    assert (entry.action, entry.became["value"]) == ("coupon.save", 2000)


def test_a_percentage_is_written_in_tenths_and_comes_back_so(app: Flask, console: Console) -> None:
    console.post("/coupons/new", **COUPON | {"kind": "percent", "value": "8.5", "most": "50"}, **span())

    coupon = one(app, Coupon)
    assert isinstance(coupon, Coupon)
    assert (coupon.value, coupon.most_fen) == (15, 5000)
    page = console.text(f"/coupons/{coupon.id}")
    assert 'value="8.5"' in page
    assert "满 ¥100.00 打 8.5 折，最多减 ¥50.00" in console.text("/coupons/")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " "}, "请填写名称"),
        ({"value": "-5"}, "请填写减多少元"),
        ({"value": "1e9"}, "请填写减多少元"),
        ({"value": "100"}, "门槛要高于减的金额"),
        ({"kind": "percent", "value": "12"}, "折扣须在"),
        ({"kind": "percent", "value": "8.55"}, "折扣须在"),
        ({"per_person": "0"}, "请填写整数"),
        ({"pieces": "x"}, "请填写整数"),
        ({"ends_at": ""}, "请填写结束时间"),
        ({"ends_at": "2001-01-01T00:00"}, "结束时间要晚于开始时间"),
    ],
)
def test_a_coupon_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    app: Flask, console: Console, fields: dict[str, str], words: str
) -> None:
    answer = console.post("/coupons/new", **{**COUPON, **span(), "tag": "", **fields})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'value="{(COUPON | fields)["value"]}"' in page
    with app.app_context():
        assert db.session.scalars(select(Coupon)).all() == []


def test_what_a_coupon_is_worth_stays_once_somebody_has_it(app: Flask, console: Console) -> None:
    with app.app_context():
        coupon = make_coupon(issued=3, pieces=10)
        path = f"/coupons/{coupon.id}"

    worth = console.post(path, **COUPON, **span(), version="1")
    fewer = console.post(path, **COUPON | {"threshold": ""}, **span(), version="1", pieces="2")
    more = console.post(path, **COUPON | {"threshold": ""}, **span(), version="1", pieces="20")

    assert "已有人领取" in worth.get_data(as_text=True)
    assert "已领出 3 张" in fewer.get_data(as_text=True)
    assert more.status_code == 302


def test_the_second_of_two_editors_is_told(app: Flask, console: Console) -> None:
    with app.app_context():
        path = f"/coupons/{make_coupon().id}"
    console.post(path, **COUPON | {"title": "第一个人写的"}, **span(), version="1")

    answer = console.post(path, **COUPON | {"title": "第二个人写的"}, **span(), version="1")

    coupon = one(app, Coupon)
    assert answer.status_code == 409
    assert "第二个人写的" in answer.get_data(as_text=True)
    assert isinstance(coupon, Coupon)
    assert coupon.title == "第一个人写的"


def test_a_coupon_is_given_out_no_more_and_again(app: Flask, console: Console) -> None:
    with app.app_context():
        path = f"/coupons/{make_coupon().id}/switch"

    console.post(path, to="off")
    off = one(app, Coupon)
    console.post(path, to="on")

    assert isinstance(off, Coupon)
    assert not off.is_active
    assert "停止发放" in console.text("/coupons/")


def test_a_reduction_is_made_for_some_products(app: Flask, console: Console) -> None:
    with app.app_context():
        product_id = str(make_sku().product_id)

    token = console.token()
    fields = {"csrf_token": token, "title": "双十二满减", "goods": "some", "product": product_id, **span()}
    fields |= {"from": ["200", "300", ""], "off": ["20", "40", ""]}
    console.client.post("/console/reductions/new", data=fields)

    row = one(app, Reduction)
    assert isinstance(row, Reduction)
    assert [step["off_fen"] for step in row.steps] == [2000, 4000]
    assert row.product_ids == [int(product_id)]
    assert "满 ¥200.00 减 ¥20.00" in console.text("/reductions/")
    assert 'value="300"' in console.text(f"/reductions/{row.id}")


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "请填写 1 到 5 档"),
        ([("100", "100")], "要小于满的金额"),
        ([("100", "x")], "要小于满的金额"),
        ([("200", "20"), ("100", "30")], "都要高于前一档"),
    ],
)
def test_steps_that_make_no_sense_are_refused(
    console: Console, steps: list[tuple[str, str]], words: str
) -> None:
    fields = {"csrf_token": console.token(), "title": "满减", "goods": "all", **span()}
    fields |= {"from": [one for one, _two in steps], "off": [two for _one, two in steps]}  # type: ignore[dict-item]

    answer = console.client.post("/console/reductions/new", data=fields)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


@pytest.mark.both_databases
def test_a_flash_sale_is_planned_and_cannot_change_once_it_began(app: Flask, console: Console) -> None:
    with app.app_context():
        sku_id = make_sku(price_fen=6800).id
    numbers = {f"price-{sku_id}": "48", f"pieces-{sku_id}": "20", f"per_person-{sku_id}": "2"}

    planned = console.post("/flash-sales/new", title="周五秒杀", **numbers, **span(starts_in=2))
    sale = one(app, FlashSale)
    twice = console.post("/flash-sales/new", title="又一场", **numbers, **span(starts_in=3))
    with app.app_context(), transaction():
        db.session.scalars(select(FlashSale)).one().starts_at = clock.now() - timedelta(minutes=1)
    late = console.post(f"/flash-sales/{sale.id}", title="改名", version="1", **numbers, **span(starts_in=2))  # type: ignore[attr-defined]

    assert (planned.status_code, twice.status_code, late.status_code) == (302, 422, 302)
    assert "已有另一场秒杀" in twice.get_data(as_text=True)
    page = console.text("/flash-sales/")
    assert "已售 0 / 20，每人 2 件" in page
    assert "周五秒杀" in page
    assert "改名" not in page


@pytest.mark.parametrize(
    ("price", "pieces", "per_person", "words"),
    [
        ("68", "5", "1", "秒杀价要低于原价"),
        ("0", "5", "1", "秒杀价要低于原价"),
        ("abc", "5", "1", "秒杀价要低于原价"),
        ("48", "", "1", "请填写秒杀数量"),
        ("48", "5", "6", "每人限购要在"),
        ("", "5", "1", "请至少给一个规格"),
    ],
)
def test_numbers_of_a_sale_that_make_no_sense_are_refused(
    app: Flask, console: Console, price: str, pieces: str, per_person: str, words: str
) -> None:
    with app.app_context():
        number = make_sku(price_fen=6800).id
    fields = {f"price-{number}": price, f"pieces-{number}": pieces, f"per_person-{number}": per_person}

    answer = console.post("/flash-sales/new", title="秒杀", **fields, **span(starts_in=1))

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_a_sale_is_ended_before_its_time(app: Flask, console: Console) -> None:
    with app.app_context():
        sale_id = make_flash(make_sku()).sale_id

    console.post(f"/flash-sales/{sale_id}/stop")

    sale = one(app, FlashSale)
    assert isinstance(sale, FlashSale)
    assert not sale.is_active


ZONES = {
    "title": "标准运费",
    "counting": "weight",
    "z0-regions": ["浙江省", "江苏省/苏州市"],
    "z0-first": "1",
    "z0-fee": "6",
    "z0-next": "0.5",
    "z0-next_fee": "2",
    "z0-free": "99",
    "z1-regions": ["西藏自治区"],
    "z1-served": "no",
    "z1-first": "1",
    "z2-first": "1",
    "z2-fee": "10",
}


@pytest.mark.both_databases
def test_a_freight_template_is_made_line_by_line(app: Flask, console: Console) -> None:
    answer = console.client.post("/console/freight/new", data=ZONES | {"csrf_token": console.token()})

    template = one(app, FreightTemplate)
    assert answer.status_code == 302
    assert isinstance(template, FreightTemplate)
    assert template.is_default  # the first one
    first, second, rest = template.zones
    assert (first.regions, first.first_units, first.next_units) == (["浙江省", "江苏省/苏州市"], 1000, 500)
    assert (first.first_fee_fen, first.next_fee_fen, first.free_from_fen) == (600, 200, 9900)
    assert (second.is_served, rest.regions, rest.first_fee_fen) == (False, [], 1000)
    page = console.text("/freight/")
    assert "1 公斤内 ¥6.00，每加 0.5 公斤 ¥2.00，满 ¥99.00 免运费" in page
    assert "不配送" in page


def test_a_line_is_added_and_taken_out_without_losing_the_others(console: Console) -> None:
    fields = ZONES | {"csrf_token": console.token()}

    more = console.client.post("/console/freight/new", data=fields | {"more": "1"}).get_data(as_text=True)
    less = console.client.post("/console/freight/new", data=fields | {"remove": "1"}).get_data(as_text=True)

    assert (more.count("data-zone>"), less.count("data-zone>")) == (4, 2)
    assert "西藏自治区" not in less.split("data-picked")[1][:60]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"z0-regions": ["火星"]}, "有不认识的地区"),
        ({"z1-regions": ["浙江省"]}, "“浙江省”在上面已经写过了"),
        ({"z1-regions": []}, "只能有一行"),
        ({"z0-fee": "x"}, "请填写运费"),
        ({"z0-next": ""}, "有续费就要填写每续多少"),
        ({"z0-free": "0"}, "包邮金额"),
        ({"z2-first": "0"}, "请填写首件和续件的数量"),
    ],
)
def test_a_line_that_cannot_be_is_refused(console: Console, fields: dict[str, object], words: str) -> None:
    data = ZONES | {"csrf_token": console.token()} | fields

    answer = console.client.post("/console/freight/new", data=data)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


@pytest.mark.both_databases
def test_a_pick_up_point_is_made_and_closed(app: Flask, console: Console) -> None:
    console.post(
        "/pickup-points/new", title="湖滨店", address="湖滨南路 90 号", phone="0592-1234567", is_active="1"
    )
    point = one(app, PickupPoint)
    assert isinstance(point, PickupPoint)

    console.post(f"/pickup-points/{point.id}", title="湖滨店", address="湖滨南路 90 号", version="1")

    assert "暂停使用" in console.text("/pickup-points/")


# pick-up codes


@pytest.fixture
def fetched(app: Flask) -> tuple[str, str]:
    """Number and code of a paid order that the buyer comes for."""
    with app.app_context():
        order = place_fetched()
        with transaction():
            orders.mark_paid(order, paid_at=clock.now(), cause="notification")
        return order.order_no, db.session.scalars(select(Pickup.code)).one()


def place_fetched() -> Order:
    point_id, checkout = make_point().id, make_checkout(make_follower().id, make_sku(title="西湖龙井").id)
    wanted = {"pickup_point_id": point_id, "seen_total_fen": 6800, "destination": DESTINATION}
    return orders.place_order(
        orders.Checkout(checkout.follower_id, checkout.token, checkout.items, **wanted),
        freight=FREIGHT,
        ttl=TTL,
    )


@pytest.mark.both_databases
def test_a_code_shows_the_order_before_it_is_handed_over_and_works_once(
    app: Flask, console: Console, fetched: tuple[str, str]
) -> None:
    order_no, code = fetched

    shown = console.text(f"/pickup/?code={code[:4]}%20{code[4:]}")
    state_before = one(app, Order).state  # type: ignore[attr-defined]
    done = console.client.post(
        "/console/pickup/", data={"csrf_token": console.token(), "code": code}, follow_redirects=True
    ).get_data(as_text=True)
    again = console.client.post(
        "/console/pickup/", data={"csrf_token": console.token(), "code": code}, follow_redirects=True
    ).get_data(as_text=True)

    assert order_no in shown
    assert "西湖龙井" in shown
    assert "王小茶" not in shown
    assert state_before == OrderState.PAID
    assert "已核销，请把商品交给买家" in done
    assert "这个提货码已经用过了" in again
    assert "确认提货" not in again
    assert one(app, Order).state == OrderState.SHIPPED  # type: ignore[attr-defined]


def test_a_scanned_address_means_its_code(console: Console, fetched: tuple[str, str]) -> None:
    page = console.text(
        f"/pickup/?code=https%3A%2F%2Fshop.example.cn%2Fconsole%2Fpickup%2F%3Fcode%3D{fetched[1]}"
    )

    assert fetched[0] in page


@pytest.mark.parametrize("code", ["00000000", "1", "١٢٣٤٥٦٧٨", "<script>", "code=1234567890"])
def test_a_code_nobody_has_says_so(console: Console, fetched: tuple[str, str], code: str) -> None:
    answer = console.client.get("/console/pickup/", query_string={"code": code})

    assert answer.status_code == 404
    assert "没有这个提货码" in answer.get_data(as_text=True)
    assert "<script>" not in answer.get_data(as_text=True).partition("<main")[2]


def test_an_unpaid_order_is_not_handed_over(app: Flask, console: Console) -> None:
    with app.app_context():
        place_fetched()
        code = db.session.scalars(select(Pickup.code)).one()

    page = console.text(f"/pickup/?code={code}")
    console.post("/pickup/", code=code)

    assert "还没有付款，不能提货" in page
    assert "确认提货" not in page
    assert one(app, Order).state == OrderState.UNPAID  # type: ignore[attr-defined]


def test_an_order_that_is_fetched_is_not_shipped(
    app: Flask, console: Console, fetched: tuple[str, str]
) -> None:
    console.post(f"/orders/{fetched[0]}/ship", carrier="顺丰速运", tracking_no="SF1440012345678")

    assert one(app, Order).state == OrderState.PAID  # type: ignore[attr-defined]


def test_this_page_alone_may_ask_for_the_camera(console: Console) -> None:
    assert "camera=(self)" in console.get("/pickup/").headers["Permissions-Policy"]
    assert "camera=()" in console.get("/coupons/").headers["Permissions-Policy"]
