"""The merchant's orders: list, one order, its address, shipping."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.outbox import OutboxJob
from app.entrances.models import Entrance, EntranceKind
from app.orders.models import Order, OrderLine, Shipment
from app.orders.service import cancel, mark_paid
from app.orders.states import OrderState
from tests.factories import make_follower, make_order, make_sku
from tests.staff import Console, open_console
from tests.threads import run_in_threads

PARCEL = {"carrier": "顺丰速运", "tracking_no": "SF1440012345678"}


def place(
    app: Flask,
    *,
    state: OrderState = OrderState.PAID,
    title: str = "西湖龙井",
    quantity: int = 1,
    **columns: object,
) -> str:
    """An order in a state; returns its number."""
    with app.app_context():
        order = make_order(sku=make_sku(title=title), quantity=quantity)
        with transaction() as session:
            if columns:
                session.execute(update(Order).where(Order.id == order.id).values(**columns))
            if state == OrderState.CANCELLED:
                cancel(order, reason="expired")
            elif state == OrderState.PAID:
                mark_paid(order, paid_at=clock.now(), cause="notification")
        return order.order_no


def ask(app: Flask, query: object) -> list[object]:
    with app.app_context():
        return list(db.session.scalars(query).all())  # type: ignore[call-overload]


def test_the_list_says_what_was_bought_by_whom_and_where_from(app: Flask, console: Console) -> None:
    with app.app_context(), transaction() as session:
        entrance = Entrance(code="K1", kind=EntranceKind.KEYWORD, ref="7", label="关键词：茶")
        session.add(entrance)
        session.flush()
        entrance_id = entrance.id
    order_no = place(app, entrance_id=entrance_id)

    page = console.text("/orders/")

    for words in (order_no, "西湖龙井", "76.00", "关键词：茶", "待发货", "王**", "138****1234"):
        assert words in page
    assert "王小茶" not in page
    assert "13800001234" not in page
    assert "湖滨南路" not in page


def test_an_order_without_an_entrance_was_opened_directly(app: Flask, console: Console) -> None:
    place(app)

    assert "直接打开" in console.text("/orders/")


def test_an_openid_is_never_shown_whole(app: Flask, console: Console) -> None:
    with app.app_context():
        openid = make_follower().openid
        make_order(follower=make_follower(openid="oWholeOpenid1234567890123456"))
    order_no = str(ask(app, select(Order.order_no))[0])

    assert openid != "oWholeOpenid1234567890123456"
    for page in (console.text("/orders/"), console.text(f"/orders/{order_no}")):
        assert "oWholeOpenid1234567890123456" not in page
        assert "oWho…3456" in page


def test_tabs_count_and_filter(app: Flask, console: Console) -> None:
    paid = [place(app) for _number in range(2)]
    cancelled = place(app, state=OrderState.CANCELLED)

    every, to_ship = console.text("/orders/"), console.text("/orders/?state=paid")

    assert '待发货/自提 <span class="tab-count">2</span>' in every
    assert '已取消 <span class="tab-count">1</span>' in every
    assert cancelled in every
    assert all(order_no in to_ship for order_no in paid)
    assert cancelled not in to_ship


@pytest.mark.both_databases
def test_an_order_is_found_by_the_beginning_of_its_number(app: Flask, console: Console) -> None:
    wanted, other = place(app), place(app)

    page = console.text(f"/orders/?q=%20{wanted[:16]}%20")

    assert f"/console/orders/{wanted}" in page
    assert f"/console/orders/{other}" not in page


@pytest.mark.parametrize("search", ["999", "%25", "_", "'; DROP TABLE orders; --", "<script>x()</script>"])
def test_a_search_for_nothing_says_so_and_does_no_harm(app: Flask, console: Console, search: str) -> None:
    place(app)

    page = console.text(f"/orders/?q={search}")

    assert "没有找到订单" in page
    assert "<script>x()" not in page


@pytest.mark.parametrize(
    "query",
    [
        "?at=b1",
        "?at=a99999999999999999999-1",
        "?from=x&to=2026-13-01",
        "?least=-1&most=x",
        "?state=x&kind=y&money=z",
    ],
)
def test_nonsense_in_the_address_shows_the_list(app: Flask, console: Console, query: str) -> None:
    order_no = place(app)

    assert order_no in console.text(f"/orders/{query}")


def test_names_written_by_enemies_stay_text(app: Flask, console: Console) -> None:
    bad = "<img src=x onerror=alert(1)>"
    order_no = place(app, title=bad, receiver=bad, address=bad, note=f'{bad}" {{{{ 7*7 }}}}', region=bad)

    pages = [console.text("/"), console.text("/orders/"), console.text(f"/orders/{order_no}")]
    pages.append(console.post(f"/orders/{order_no}/address").get_data(as_text=True))
    pages.append(console.text("/products/"))

    for page in pages:
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
        assert "49" not in page.partition("买家留言")[2][:200]


def test_the_address_is_shown_on_demand_and_that_is_written_down(app: Flask, console: Console) -> None:
    order_no = place(app)
    before = console.text(f"/orders/{order_no}")

    shown = console.post(f"/orders/{order_no}/address").get_data(as_text=True)

    for secret in ("王小茶", "13800001234", "湖滨南路 88 号"):
        assert secret not in before
        assert secret in shown
        assert secret not in console.text(f"/orders/{order_no}")
    entry = ask(app, select(AuditEntry))[0]
    assert isinstance(entry, AuditEntry)
    assert (entry.action, entry.subject, entry.actor) == (
        "order.address_shown",
        f"order:{order_no}",
        "staff:1",
    )
    assert "查看了完整收货信息" in console.text(f"/orders/{order_no}")


def test_looking_at_an_order_writes_nothing_down(app: Flask, console: Console) -> None:
    order_no = place(app)
    console.text(f"/orders/{order_no}")
    console.get(f"/orders/{order_no}/address")

    assert ask(app, select(AuditEntry)) == []


def test_shipping_moves_the_order_and_tells_the_buyer(app: Flask, console: Console) -> None:
    order_no = place(app)

    answer = console.post(f"/orders/{order_no}/ship", carrier="顺丰速运", tracking_no=" sf 1440 0123 45678 ")

    assert answer.location == f"/console/orders/{order_no}"
    page = console.text(f"/orders/{order_no}")
    for words in ("已发货", "SF1440012345678", "顺丰速运", "owner"):
        assert words in page
    assert "标为已发货" not in page
    jobs = [job for job in ask(app, select(OutboxJob)) if job.args.get("notice") == "shipped"]  # type: ignore[attr-defined]
    assert len(jobs) == 1


def test_the_form_sent_twice_ships_once(app: Flask, console: Console) -> None:
    order_no = place(app)
    token = console.token()

    for _time in range(2):
        console.post(f"/orders/{order_no}/ship", csrf_token=token, **PARCEL)

    assert len(ask(app, select(Shipment))) == 1
    assert "没有重复发货" in console.text(f"/orders/{order_no}")


def test_the_second_of_two_people_learns_who_was_first(app: Flask, console: Console) -> None:
    order_no = place(app)
    other = open_console(app, "xiaolin")

    console.post(f"/orders/{order_no}/ship", **PARCEL)
    other.post(f"/orders/{order_no}/ship", carrier="中通", tracking_no="ZT99887766")

    page = other.text(f"/orders/{order_no}")
    assert "这笔订单已由 owner 于" in page
    assert "SF1440012345678" in page
    assert "ZT99887766" not in page


def test_an_order_may_leave_in_two_parcels(app: Flask, console: Console) -> None:
    order_no = place(app, quantity=3)
    name = f"quantity-{ask(app, select(OrderLine.id))[0]}"
    wrong = [console.post(f"/orders/{order_no}/ship", **PARCEL, **{name: text}) for text in ("4", "x", "0")]

    console.post(f"/orders/{order_no}/ship", **PARCEL, **{name: "2"})
    between = console.text(f"/orders/{order_no}")
    console.post(f"/orders/{order_no}/ship", carrier="中通", tracking_no="ZT99887766", **{name: "1"})

    assert [answer.status_code for answer in wrong] == [422, 422, 422]
    assert "还剩 3 件" in wrong[0].get_data(as_text=True)
    assert "其余商品还待发货" in between
    assert "分几个包裹寄时" not in between  # one piece is left: there is nothing to divide
    after = console.text(f"/orders/{order_no}")
    assert "寄出第 2 个包裹（中通 ZT99887766）" in after
    assert "标为已发货" not in after


def test_a_wrong_number_is_corrected_by_hand(app: Flask, console: Console) -> None:
    order_no = place(app)
    console.post(f"/orders/{order_no}/ship", **PARCEL)
    parcel_id = ask(app, select(Shipment.id))[0]
    path = f"/orders/{order_no}/parcels/{parcel_id}"

    console.post(path, carrier="中通", tracking_no="<b>")
    assert "运单号是 6 到 40 位" in console.text(f"/orders/{order_no}")
    console.post(path, carrier="中通", tracking_no="zt 99887766")

    page = console.text(f"/orders/{order_no}")
    assert "ZT99887766" in page
    assert "更正了运单号" in page
    assert console.post(f"/orders/{place(app)}/parcels/{parcel_id}", **PARCEL).status_code == 404


def test_two_people_at_the_same_instant_ship_once(app: Flask, console: Console) -> None:
    order_no = place(app)
    other = open_console(app, "xiaolin")
    tokens = {console: console.token(), other: other.token()}

    def ship(browser: Console) -> bool:
        answer = browser.post(f"/orders/{order_no}/ship", csrf_token=tokens[browser], **PARCEL)
        return answer.status_code == 302

    with app.app_context():
        assert all(run_in_threads(app, [lambda: ship(console), lambda: ship(other)]))

    assert len(ask(app, select(Shipment))) == 1
    pages = [browser.text(f"/orders/{order_no}") for browser in (console, other)]
    assert sorted("没有重复发货" in page for page in pages) == [False, True]


@pytest.mark.parametrize("state", [OrderState.UNPAID, OrderState.CANCELLED])
def test_an_order_without_money_cannot_be_shipped(app: Flask, console: Console, state: OrderState) -> None:
    order_no = place(app, state=state)
    assert "标为已发货" not in console.text(f"/orders/{order_no}")

    console.post(f"/orders/{order_no}/ship", **PARCEL)

    assert "不能发货" in console.text(f"/orders/{order_no}")
    assert ask(app, select(Shipment)) == []
    assert ask(app, select(Order.state)) == [state]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"carrier": "", "tracking_no": "SF1440012345678"}, "请选择快递公司"),
        ({"carrier": "飞毛腿", "tracking_no": "SF1440012345678"}, "请选择快递公司"),
        ({"carrier": "中通", "tracking_no": ""}, "请填写运单号"),
        ({"carrier": "中通", "tracking_no": "12345"}, "运单号是 6 到 40 位"),
        ({"carrier": "中通", "tracking_no": "A" * 41}, "运单号是 6 到 40 位"),
        ({"carrier": "中通", "tracking_no": "SF<script>"}, "运单号是 6 到 40 位"),
    ],
)
def test_a_parcel_that_cannot_be_is_refused(
    app: Flask, console: Console, fields: dict[str, str], words: str
) -> None:
    order_no = place(app)

    answer = console.post(f"/orders/{order_no}/ship", **fields)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert ask(app, select(Order.state)) == [OrderState.PAID]


@pytest.mark.parametrize("path", ["/orders/20261121000", "/orders/..%2f..", "/nowhere"])
def test_what_is_not_there_has_a_page_of_its_own(console: Console, path: str) -> None:
    answer = console.get(path)

    assert answer.status_code == 404
    assert "没有这个页面" in answer.get_data(as_text=True)


def test_an_order_that_is_not_there_can_be_neither_shown_nor_shipped(console: Console) -> None:
    assert console.post("/orders/1/address").status_code == 404
    assert console.post("/orders/1/ship", **PARCEL).status_code == 404
