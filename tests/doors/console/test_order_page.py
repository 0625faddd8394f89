"""One order's page: its whole story, another price, closing, notes, a word to the buyer, paper."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.conversations import desk
from app.conversations.models import Conversation, Direction, Message
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.delivery.models import PickupPoint
from app.notices.models import Notice
from app.orders.models import Order, OrderNote, Pickup
from app.orders.service import mark_paid
from app.orders.states import OrderState
from app.payments.notifications import record_notification
from app.payments.service import start_payment
from tests.factories import make_follower, make_order, make_sku
from tests.fakes import FakeGateway
from tests.messages import make_message
from tests.staff import Console, open_console


@pytest.fixture
def console(gateway: FakeGateway, console: Console) -> Console:
    """With WeChat Pay to ask."""
    return console


@pytest.fixture
def order_no(app: Flask) -> str:
    """An unpaid order of ¥68 and ¥8 freight."""
    with app.app_context():
        return make_order(sku=make_sku(title="西湖龙井")).order_no


def get(order_no: str) -> Order:
    return db.session.scalars(select(Order).where(Order.order_no == order_no)).one()


def hear(app: Flask, order_no: str, words: str) -> None:
    """The buyer writes to the account."""
    with app.app_context():
        openid = get(order_no).follower.openid
        make_message(words, openid=openid, answered_by="person")
        desk.record_message(openid, clock.now(), words)


def sent(app: Flask) -> list[str]:
    with app.app_context():
        query = select(Message.content).where(Message.direction == Direction.OUT).order_by(Message.id)
        return list(db.session.scalars(query))


def test_the_whole_story_stands_in_one_order_of_time(
    app: Flask, console: Console, gateway: FakeGateway, order_no: str
) -> None:
    hear(app, order_no, "能便宜点吗，13912345678")
    with app.app_context():
        order = get(order_no)
        start_payment(order, gateway=gateway)
        gateway.pay(gateway.requests[-1].out_trade_no)
        record_notification(gateway, {}, gateway.requests[-1].out_trade_no.encode())
        with transaction() as session:
            refused = Notice(order_id=order.id, kind="paid", state="refused", errcode=45015)
            refused.created_at = clock.now() + timedelta(seconds=5)
            session.add(refused)
    console.post(f"/orders/{order_no}/notes", text="易碎，多包一层", token="n1")

    page = console.text(f"/orders/{order_no}")

    story = page[page.index('id="history"') :]
    told = [
        "付款成功通知：没有送达",
        "易碎，多包一层",
        "到账 ¥76.00（收到通知）",
        "微信支付已受理",
        "点了付款，应付 ¥76.00",
        "提交订单",
    ]
    places = [story.index(words) for words in told]
    assert places == sorted(places)
    assert "超过 48 小时没有互动" in story
    assert "收到支付通知：已处理" in story
    assert "能便宜点吗，139****5678" in story
    assert "13912345678" not in page


def test_how_each_notice_went_and_where_it_ended(app: Flask, console: Console, order_no: str) -> None:
    now, day = clock.now(), timedelta(days=1)
    ends = [
        {"state": "sent", "errcode": 45015, "msg_id": 1, "asked_at": now},
        {"state": "handed", "errcode": 45015, "msg_id": 2, "asked_at": now},
        {"state": "handed", "errcode": 45015, "msg_id": 3, "asked_at": now - day},
        {"state": "sending", "errcode": 45015, "asked_at": now - day},
        {"state": "sending", "errcode": 45009},
        {"state": "blocked", "errcode": 45015, "msg_id": 4, "asked_at": now},
        {"state": "refused", "errcode": 40037, "asked_at": now},
        {"state": "refused", "errcode": 45015, "is_template": False},
    ]
    with app.app_context(), transaction() as session:
        order = get(order_no)
        for number, end in enumerate(ends, 1):
            told = {"order_id": order.id, "kind": "shipped", "parcel_id": number, "is_template": True}
            session.add(Notice(**told | end))

    page = console.text(f"/orders/{order_no}")

    for words in (
        "发货通知（模板消息）：已送达",
        "发货通知（模板消息）：微信已接收<",
        "发货通知（模板消息）：微信已接收，没有回执",
        "发货通知（模板消息）：可能已送达",
        "发货通知（模板消息）：还没有发出",
        "发货通知（模板消息）：没有送达",
        "发货通知：没有送达",
        "对方关了公众号的通知",
        "公众号没有这个模板，可能已被删除",
        "在“通知模板”里给它选一个模板",
    ):
        assert words in page
    assert page.count("为什么不是客服消息") == 4


def test_who_may_not_read_talks_sees_none(app: Flask, console: Console, order_no: str) -> None:
    hear(app, order_no, "我想换地址")
    finance = open_console(app, "xiaocai", role="finance")

    page = finance.text(f"/orders/{order_no}")

    assert "我想换地址" in console.text(f"/orders/{order_no}")
    assert "我想换地址" not in page
    assert "联系买家" not in page
    assert "改价" not in page
    assert finance.post(f"/orders/{order_no}/talk/say", text="x", token="t").status_code == 403


@pytest.mark.parametrize(("way", "amount"), [("total", "70"), ("off", "6.00")])
def test_the_price_is_changed_by_total_or_by_what_is_taken_off(
    app: Flask, console: Console, order_no: str, way: str, amount: str
) -> None:
    fields = {"way": way, "amount": amount, "reason": "老客优惠", "seen": "7600"}
    answer = console.post(f"/orders/{order_no}/price", **fields)

    assert answer.status_code == 302
    page = console.text(f"/orders/{order_no}")
    for words in ("店主改价 · 老客优惠", "70.00", "改价：¥76.00 → ¥70.00"):
        assert words in page
    with app.app_context():
        assert get(order_no).total_fen == 7000


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": "", "reason": "老客"}, "请写一个金额"),
        ({"amount": "abc", "reason": "老客"}, "请写一个金额"),
        ({"amount": "76.01", "reason": "老客"}, "新的合计要在 ¥8.01 到 ¥76.00 之间"),
        ({"amount": "70", "reason": ""}, "请填写改价原因"),
        ({"amount": "70", "reason": "老客", "seen": "7000"}, "价格刚刚被改过"),
    ],
)
def test_a_price_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    app: Flask, console: Console, order_no: str, fields: dict[str, str], words: str
) -> None:
    answer = console.post(f"/orders/{order_no}/price", **{"way": "total", "seen": "7600"} | fields)

    page = answer.get_data(as_text=True)
    assert answer.status_code in (409, 422)
    assert words in page
    assert f'name="amount" value="{fields["amount"]}"' in page
    with app.app_context():
        assert get(order_no).total_fen == 7600


def test_while_wechat_is_silent_neither_price_nor_state_changes(
    app: Flask, console: Console, gateway: FakeGateway, order_no: str
) -> None:
    with app.app_context():
        start_payment(get(order_no), gateway=gateway)
    gateway.is_down = True

    price = console.post(f"/orders/{order_no}/price", way="total", amount="70", reason="x", seen="7600")
    console.post(f"/orders/{order_no}/close", because="shop_other")

    assert price.status_code == 503
    assert "价格没有改" in price.get_data(as_text=True)
    assert "订单没有关闭" in console.text(f"/orders/{order_no}")
    with app.app_context():
        assert (get(order_no).state, get(order_no).total_fen) == (OrderState.UNPAID, 7600)


def test_an_unpaid_order_is_closed_with_a_reason(app: Flask, console: Console, order_no: str) -> None:
    console.post(f"/orders/{order_no}/close", because="whatever")
    assert "请选择关闭的原因" in console.text(f"/orders/{order_no}")

    for _time in range(2):
        console.post(f"/orders/{order_no}/close", because="shop_no_stock")

    page = console.text(f"/orders/{order_no}")
    assert "关闭订单：缺货" in page
    assert page.count("关闭订单：缺货") == 1
    assert "改价或关闭" not in page
    log = console.text("/people/log/")
    assert "关闭了未付款的订单" in log
    assert "缺货" in log
    assert "shop_no_stock" not in log


def test_a_note_is_kept_once_and_the_log_knows_only_that_it_was(
    app: Flask, console: Console, order_no: str
) -> None:
    for _time in range(2):
        console.post(f"/orders/{order_no}/notes", text=" 王先生住三楼 ", token="n1")
    empty = console.post(f"/orders/{order_no}/notes", text="  ", token="n2")
    long = console.post(f"/orders/{order_no}/notes", text="长" * 501, token="n3")

    assert (empty.status_code, long.status_code) == (422, 422)
    assert order_no in console.text("/orders/?q=住三楼")
    assert order_no not in console.text("/orders/?q=住四楼")
    assert "长" * 501 in long.get_data(as_text=True)
    with app.app_context():
        assert list(db.session.scalars(select(OrderNote.text))) == ["王先生住三楼"]
        entries = db.session.scalars(select(AuditEntry)).all()
        assert [entry.action for entry in entries] == ["order.note_added"]
        assert "王先生" not in entries[0].after


def test_the_buyer_is_written_to_from_his_order(app: Flask, console: Console, order_no: str) -> None:
    hear(app, order_no, "在吗")

    for _time in range(2):
        console.post(f"/orders/{order_no}/talk/say", text="在的，给您改好价了", token="t1")
    console.post(f"/orders/{order_no}/talk/order", token="t2")

    words, card = sent(app)
    assert words == "在的，给您改好价了"
    assert order_no in card
    with app.app_context():
        row = db.session.scalars(select(Conversation)).one()
        assert (str(row.state), row.staff_id) == ("person", 1)
    assert "正在给买家发文字" in console.text(f"/orders/{order_no}")


def test_a_buyer_who_cannot_be_written_to_keeps_the_words_in_the_box(
    app: Flask, console: Console, order_no: str
) -> None:
    never = console.post(f"/orders/{order_no}/talk/say", text="您好", token="t1")
    hear(app, order_no, "在吗")
    other = open_console(app, "xiaolin")
    other.post(f"/orders/{order_no}/talk/say", text="我来", token="t2")
    held = console.post(f"/orders/{order_no}/talk/say", text="您好呀", token="t3")

    assert (never.status_code, held.status_code) == (409, 409)
    assert "您好</textarea>" in never.get_data(as_text=True)
    assert "还没有和公众号说过话" in never.get_data(as_text=True)
    assert "正由 xiaolin 接待" in held.get_data(as_text=True)
    assert sent(app) == ["我来"]


def test_orders_are_printed_with_what_to_pick_and_it_is_written_down(app: Flask, console: Console) -> None:
    with app.app_context():
        tea, cup = make_sku(title="西湖龙井"), make_sku(title="竹影盖碗")
        orders = [make_order(sku=tea, quantity=2), make_order(sku=tea), make_order(sku=cup)]
        numbers = [order.order_no for order in orders]
        with transaction():
            for order in orders[:2]:
                mark_paid(order, paid_at=clock.now(), cause="notification")
            orders[1].is_fetched = True
            point_code = Pickup(order_id=orders[1].id, point_id=_make_point(), code="12345678")
            db.session.add(point_code)

    ticked = console.client.post(
        "/console/orders/print", data={"csrf_token": console.token(), "no": numbers[:2]}
    ).get_data(as_text=True)
    every = console.post("/orders/print", all="1").get_data(as_text=True)
    nothing = console.post("/orders/print")

    for words in ("王小茶", "13800001234", "湖滨南路 88 号", "1234 5678", numbers[0], numbers[1]):
        assert words in ticked
    assert "<b>3</b>" in ticked[ticked.index("拣货单</h1>") : ticked.index("发货单</small>")]
    assert numbers[2] not in every  # not paid: nobody packs it
    assert nothing.status_code == 302
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry)).all()
        assert {entry.action for entry in entries} == {"order.printed"}
        assert len(entries) == 4
    assert "打印了发货单" in console.text(f"/orders/{numbers[0]}")


def test_what_was_fetched_is_not_called_sent(app: Flask, console: Console) -> None:
    with app.app_context():
        order = make_order(follower=make_follower())
        with transaction() as session:
            mark_paid(order, paid_at=clock.now(), cause="notification")
            order.is_fetched = True
            session.add(Pickup(order_id=order.id, point_id=_make_point(), code="12345678"))
        order_no = order.order_no
    waiting = console.text(f"/orders/{order_no}")
    console.post("/pickup/", code="12345678")

    assert "待自提" in waiting
    for page in (console.text(f"/orders/{order_no}"), console.text("/orders/")):
        assert "已自提" in page
        assert "已发货</span>" not in page


def _make_point() -> int:
    point = PickupPoint(
        title="小铺门店", address="x", phone="", hours="", is_active=True, position=1, version=1
    )
    db.session.add(point)
    db.session.flush()
    return point.id
