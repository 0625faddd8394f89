"""Notices of orders outside the 48 hours: by the template the merchant chose, once, and what WeChat's events say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.conversations.desk import find_conversation, record_message, window_of
from app.conversations.models import Message, Sending
from app.conversations.window import NOTICE
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import PlatformError
from app.notice_templates.assigned import find_template, remove
from app.notice_templates.purposes import Purpose
from app.notice_templates.values import NOTHING
from app.notices import by_template
from app.notices.facts import facts_of
from app.notices.models import Notice
from app.notices.service import send_notice
from app.orders.models import Order, Shipment
from app.orders.shipping import Parcel, ship
from app.payments.refunds.models import Refund
from app.wechat.client import AccountClient
from tests.broadcasts import begin, send_all
from tests.fake_platform import FakePlatform
from tests.fakes import FakeGateway
from tests.notices import (
    SEND_TEMPLATE,
    hear_sent,
    make_notice,
    make_paid,
    number_of,
    numbered,
    sent_by_template,
    use_template,
)
from tests.refunds import ask, make_paid_order

Advance = Callable[[timedelta], None]
SEND_TEXT = "/cgi-bin/message/custom/send"
BASE = "https://shop.example.cn"


@pytest.fixture
def advance(shop: Flask) -> object:
    with clock.frozen_at(datetime(2026, 11, 3, 4, tzinfo=UTC)) as move:
        yield move


@pytest.fixture
def order(account: AccountClient, platform: FakePlatform, advance: Advance) -> Order:
    """Its parcel has left; the window is shut; a template serves it."""
    use_template(Purpose.SHIPPED)
    refuse_texts(platform)
    platform.answers[SEND_TEMPLATE] = numbered()
    order = make_paid()
    ship(order, Parcel("顺丰速运", "SF1300000000001"), actor="staff:1")
    return order


def refuse_texts(platform: FakePlatform, errcode: int = 45015) -> None:
    platform.answers[SEND_TEXT] = lambda _: {"errcode": errcode, "errmsg": "no"}


def tell_shipped(account: AccountClient, order: Order) -> None:
    """As the job does it."""
    parcel = db.session.scalars(select(Shipment.id).where(Shipment.order_id == order.id)).one()
    send_notice(account, order_id=order.id, kind="shipped", base_url=BASE, parcel_id=parcel)
    db.session.rollback()


def notice_of(order: Order) -> Notice:
    db.session.rollback()
    return db.session.scalars(select(Notice).where(Notice.order_id == order.id)).one()


def asked(platform: FakePlatform) -> tuple[int, int]:
    """How often for a text, and for a template message."""
    return platform.count()[SEND_TEXT], platform.count()[SEND_TEMPLATE]


def logged() -> list[tuple[str, Sending | None, int | None]]:
    rows = db.session.scalars(select(Message).where(Message.kind == NOTICE).order_by(Message.id)).all()
    return [(row.answered_by, row.sending, row.errcode) for row in rows]


def test_outside_the_window_the_chosen_template_tells_him_once(
    account: AccountClient, platform: FakePlatform, order: Order
) -> None:
    for _time in range(2):
        tell_shipped(account, order)

    assert asked(platform) == (1, 1)
    body = sent_by_template(platform)[0]
    template = find_template(Purpose.SHIPPED)
    assert template is not None
    assert (body["touser"], body["template_id"]) == (order.follower.openid, template.template_id)
    assert body["url"] == f"{BASE}/shop/orders/{order.order_no}"
    assert body["client_msg_id"] == f"n{notice_of(order).id}"
    assert {key: value["value"] for key, value in body["data"].items()} == {
        "thing1": "西湖龙井",
        "character_string2": "SF1300000000001",
        "thing3": "顺丰速运",
        "character_string4": order.order_no,
        "time5": "2026年11月3日 12:00",
    }
    notice = notice_of(order)
    assert (notice.state, notice.is_template, notice.errcode, notice.msg_id) == ("handed", True, 45015, 500)
    assert logged() == [("notice:shipped", Sending.SENT, None)]
    shown = db.session.scalars(select(Message.reply).where(Message.kind == NOTICE)).one()
    assert "SF1300000000001" in str(shown)


def test_without_a_template_it_is_refused_as_before(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    refuse_texts(platform)
    use_template(Purpose.REFUNDED)  # serves another purpose
    order = make_paid()
    ship(order, Parcel("顺丰速运", "SF1300000000001"), actor="staff:1")

    tell_shipped(account, order)

    assert asked(platform) == (1, 0)
    assert (notice_of(order).state, notice_of(order).errcode) == ("refused", 45015)


def test_inside_the_window_it_stays_a_text(
    account: AccountClient, platform: FakePlatform, order: Order
) -> None:
    del platform.answers[SEND_TEXT]
    record_message(order.follower.openid, clock.now(), "在吗")

    tell_shipped(account, order)

    assert (asked(platform), notice_of(order).state) == ((1, 0), "sent")
    conversation = find_conversation(order.follower.openid)
    assert conversation is not None
    assert window_of(conversation).left == 4


@pytest.mark.parametrize(("errcode", "by_template"), [(45047, 1), (48002, 0), (43004, 0)])
def test_only_a_shut_window_makes_it_a_template_message(
    account: AccountClient, platform: FakePlatform, order: Order, errcode: int, by_template: int
) -> None:
    refuse_texts(platform, errcode)

    tell_shipped(account, order)

    assert asked(platform) == (1, by_template)
    assert notice_of(order).errcode == errcode


@pytest.mark.parametrize(
    ("status", "state", "sending"),
    [
        ("success", "sent", Sending.SENT),
        ("failed:user block", "blocked", Sending.REFUSED),
        ("failed: system failed", "failed", Sending.REFUSED),
    ],
)
def test_its_event_says_what_became_of_it(
    account: AccountClient, platform: FakePlatform, order: Order, status: str, state: str, sending: Sending
) -> None:
    tell_shipped(account, order)

    hear_sent(order.follower.openid, 500, status)
    hear_sent(order.follower.openid, 500, "success")  # told twice, the first counts

    assert notice_of(order).state == state
    assert logged() == [("notice:shipped", sending, None)]


def test_an_event_settles_the_message_it_names(
    account: AccountClient, platform: FakePlatform, order: Order
) -> None:
    """A broadcast's goes to its line, though the notice's number is not known; the notice's own goes to the notice."""
    use_template(Purpose.DELAY)
    platform.answers[SEND_TEMPLATE] = numbered(900)
    openid = order.follower.openid
    delayed = make_paid(follower=order.follower)
    broadcast_id = make_notice(Purpose.DELAY, delayed.lines[0].product_slug)
    begin(broadcast_id)
    send_all()
    his = number_of(broadcast_id, openid)
    platform.answers[SEND_TEMPLATE] = lambda _: (504, b"")
    with pytest.raises(PlatformError):
        tell_shipped(account, order)

    for _time in range(2):
        hear_sent(openid, his)
    assert notice_of(order).state == "sending"
    hear_sent(openid, 7)
    assert (notice_of(order).state, notice_of(order).msg_id) == ("sent", 7)


def test_a_killed_worker_leaves_what_the_next_asks_for_under_the_same_number(
    account: AccountClient,
    platform: FakePlatform,
    order: Order,
    advance: Advance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(by_template, "_finish", die)
        tell_shipped(account, order)
    assert notice_of(order).state == "sending"
    advance(timedelta(minutes=7))

    tell_shipped(account, order)

    assert asked(platform) == (1, 2)
    assert len({body["client_msg_id"] for body in sent_by_template(platform)}) == 1
    assert (notice_of(order).state, notice_of(order).msg_id) == ("handed", 500)
    assert logged() == [("notice:shipped", Sending.SENT, None)]


def die(*_given: object, **_named: object) -> None:
    raise KeyboardInterrupt


def test_nobody_asks_again_once_wechat_has_forgotten_the_number(
    account: AccountClient, platform: FakePlatform, order: Order, advance: Advance
) -> None:
    platform.answers[SEND_TEMPLATE] = lambda _: (504, b"")
    with pytest.raises(PlatformError):
        tell_shipped(account, order)
    advance(timedelta(minutes=7))
    with pytest.raises(PlatformError):
        tell_shipped(account, order)
    advance(timedelta(minutes=2))

    tell_shipped(account, order)
    assert asked(platform) == (1, 2)
    assert notice_of(order).state == "unclear"

    hear_sent(order.follower.openid, 500)  # it had arrived
    tell_shipped(account, order)
    assert (asked(platform), notice_of(order).state) == ((1, 2), "sent")
    assert logged() == [("notice:shipped", Sending.SENT, None)]


def test_an_event_may_be_quicker_than_the_answer(
    account: AccountClient, platform: FakePlatform, order: Order
) -> None:
    platform.answers[SEND_TEMPLATE] = lambda _: (504, b"")
    with pytest.raises(PlatformError):
        tell_shipped(account, order)

    hear_sent(order.follower.openid, 500, "failed:user block")
    tell_shipped(account, order)

    assert (asked(platform), notice_of(order).state) == ((1, 1), "blocked")
    assert logged() == [("notice:shipped", Sending.REFUSED, None)]


def test_an_event_of_another_day_says_nothing_of_it(
    account: AccountClient, platform: FakePlatform, order: Order, advance: Advance
) -> None:
    platform.answers[SEND_TEMPLATE] = lambda _: (504, b"")
    with pytest.raises(PlatformError):
        tell_shipped(account, order)
    advance(timedelta(hours=1))
    tell_shipped(account, order)

    hear_sent(order.follower.openid, 7)

    assert notice_of(order).state == "unclear"
    assert logged() == [("notice:shipped", Sending.SENDING, None)]


def test_what_wechat_did_not_take_is_asked_for_until_it_does(
    account: AccountClient, platform: FakePlatform, order: Order, advance: Advance
) -> None:
    platform.answers[SEND_TEMPLATE] = lambda _: {"errcode": 45009, "errmsg": "quota"}
    with pytest.raises(PlatformError):
        tell_shipped(account, order)
    assert (notice_of(order).state, notice_of(order).errcode, logged()) == ("sending", 45009, [])
    advance(timedelta(hours=3))
    platform.answers[SEND_TEMPLATE] = numbered()

    tell_shipped(account, order)

    assert (asked(platform), notice_of(order).state) == ((1, 2), "handed")


@pytest.mark.parametrize("errcode", [43004, 40037, 47003, 48001])
def test_what_wechat_refuses_for_good_is_told_with_its_number(
    account: AccountClient, platform: FakePlatform, order: Order, errcode: int
) -> None:
    platform.answers[SEND_TEMPLATE] = lambda _: {"errcode": errcode, "errmsg": "no"}

    for _time in range(2):
        tell_shipped(account, order)

    assert asked(platform) == (1, 1)
    assert (notice_of(order).state, notice_of(order).errcode) == ("refused", errcode)
    assert logged() == [("notice:shipped", Sending.REFUSED, errcode)]


def test_a_template_taken_away_meanwhile_ends_it(
    account: AccountClient, platform: FakePlatform, order: Order
) -> None:
    platform.answers[SEND_TEMPLATE] = lambda _: {"errcode": -1, "errmsg": "busy"}
    with pytest.raises(PlatformError):
        tell_shipped(account, order)
    remove(Purpose.SHIPPED, version=1, actor="staff:1")

    tell_shipped(account, order)

    assert (asked(platform), notice_of(order).state) == ((1, 1), "refused")


def test_a_refund_names_its_sum_its_reason_and_where_it_goes(
    account: AccountClient, platform: FakePlatform, advance: Advance, gateway: FakeGateway
) -> None:
    use_template(Purpose.REFUNDED)
    refuse_texts(platform)
    order = make_paid_order(gateway)
    refund = ask(order)
    with transaction() as session:
        row = session.get_one(Refund, refund.id)
        row.reason, row.received_account, row.succeeded_at = "缺货 " * 9, "", clock.now()

    send_notice(account, order_id=order.id, kind="refunded", base_url=BASE, parcel_id=refund.id)

    data = {key: value["value"] for key, value in sent_by_template(platform)[0]["data"].items()}
    assert data == {
        "character_string1": order.order_no,
        "amount2": f"{order.total_fen / 100:.2f}元",
        "thing3": "缺货 缺货 缺货 缺货 缺货 缺货 缺…",
        "thing4": "原支付方式",
        "time5": "2026年11月3日 12:00",
    }


def test_a_value_wechat_would_not_take_is_left_out(
    account: AccountClient, platform: FakePlatform, order: Order
) -> None:
    with transaction() as session:
        parcel = session.scalars(select(Shipment)).one()
        parcel.tracking_no, parcel.carrier = "自己送", ""

    tell_shipped(account, order)

    data = sent_by_template(platform)[0]["data"]
    assert (data["character_string2"]["value"], data["thing3"]["value"]) == (NOTHING, NOTHING)


def test_several_goods_are_counted_and_the_name_stays_short_enough(shop: Flask) -> None:
    order = make_paid()
    line = order.lines[0]
    line.title = "武夷山大红袍传统炭焙浓香型礼盒装"
    assert facts_of(order, "paid", 0).goods == line.title
    order.lines.append(type(line)(title="杯", quantity=1))
    assert facts_of(order, "paid", 0).goods == "武夷山大红袍传统炭焙浓香型… 等 2 种"
    db.session.rollback()
