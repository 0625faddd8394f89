"""Notifications by template: for whom, in which words, once to each, and what WeChat's events make of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.broadcasts import fanout
from app.broadcasts.audience import Audience
from app.broadcasts.composing import confirm, read_draft
from app.broadcasts.ending import pause, resume
from app.broadcasts.gathering import gather_more
from app.broadcasts.models import BroadcastOptOut
from app.broadcasts.notices import consents
from app.broadcasts.notices.clearing import clear_up_notices
from app.broadcasts.reach import forecast
from app.broadcasts.states import BroadcastState, Halt, RecipientState, Way
from app.catalog.models import Product
from app.catalog.states import ProductState
from app.conversations.models import Conversation, Message
from app.conversations.window import find_windows
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, TransitionRefused
from app.followers.service import get_or_create
from app.notice_templates.assigned import find_template, find_template_id, remove
from app.notice_templates.purposes import Purpose
from app.orders.models import Order
from app.orders.states import OrderState
from app.wechat.client import AccountClient
from tests.broadcasts import begin, confirm_now, lines, load, make_writers, send_all, state
from tests.factories import make_follower, make_order, make_sku
from tests.fake_platform import Answer, Asked, FakePlatform
from tests.notices import (
    SEND_SUBSCRIPTION,
    SEND_TEMPLATE,
    agree,
    make_notice,
    make_paid,
    notified,
    number_of,
    numbered,
    sent_by_template,
    tell,
    tell_notified,
    tell_sent,
    use_template,
)

Advance = Callable[[timedelta], None]
DUE, UNCLEAR, HANDED = RecipientState.DUE, RecipientState.UNCLEAR, RecipientState.HANDED
SENT, SKIPPED, REFUSED = RecipientState.SENT, RecipientState.SKIPPED, RecipientState.REFUSED


@pytest.fixture
def advance(shop: Flask) -> object:
    with clock.frozen_at(datetime(2026, 11, 3, 4, tzinfo=UTC)) as move:
        yield move


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "FIRST_PAUSE_SECONDS", 0.01)


def send_delay(platform: FakePlatform, answer: Answer) -> tuple[int, str]:
    """A notification about one order is sent; its number, and whose order it is."""
    use_template(Purpose.DELAY)
    order = make_paid()
    platform.answers[SEND_TEMPLATE] = answer
    broadcast_id = make_notice(Purpose.DELAY, order.lines[0].product_slug)
    begin(broadcast_id)
    send_all()
    return broadcast_id, order.follower.openid


def test_a_delay_reaches_only_whose_order_waits_and_names_it(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.DELAY)
    sku = make_sku(title="铁观音")
    order, unpaid, stranger = make_paid(sku=sku), make_order(sku=sku), make_follower()
    unwilling = make_paid(sku=sku)
    with transaction() as session:
        session.add(BroadcastOptOut(follower_id=unwilling.follower_id))
    platform.answers[SEND_TEMPLATE] = numbered()
    broadcast_id = make_notice(Purpose.DELAY, sku.product.slug, words="周五前发出")

    begin(broadcast_id)
    send_all()

    bodies = {body["touser"]: body for body in sent_by_template(platform)}
    assert set(bodies) == {
        order.follower.openid,
        unwilling.follower.openid,
    }  # it is about his order, no advertising
    body = bodies[order.follower.openid]
    assert body["template_id"] == find_template_id(Purpose.DELAY)
    assert body["client_msg_id"] == f"b{broadcast_id}-{order.follower_id}"
    assert f"/shop/orders/{order.order_no}?e=" in body["url"]
    assert {key: value["value"] for key, value in body["data"].items()} == {
        "character_string1": order.order_no,
        "thing2": "铁观音",
        "thing5": "周五前发出",
    }
    for openid in (unpaid.follower.openid, stranger.openid):
        assert lines(broadcast_id)[openid] == (SKIPPED, "not_concerned")


def test_it_is_sent_when_the_event_says_so(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.DELAY)
    sku = make_sku()
    good, blocked = (make_paid(sku=sku).follower.openid for _number in range(2))
    platform.answers[SEND_TEMPLATE] = numbered()
    broadcast_id = make_notice(Purpose.DELAY, sku.product.slug)
    begin(broadcast_id)
    send_all()
    clear_up_notices()
    assert (lines(broadcast_id)[good], state(broadcast_id)) == ((HANDED, ""), BroadcastState.SENDING)

    for _time in range(2):
        tell_sent(good, number_of(broadcast_id, good))
    tell_sent(blocked, number_of(broadcast_id, blocked), "failed:user block")
    clear_up_notices()

    assert lines(broadcast_id) == {good: (SENT, ""), blocked: (REFUSED, "blocked")}
    assert state(broadcast_id) == BroadcastState.PARTIAL


def test_an_event_of_another_message_settles_nothing(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    broadcast_id, openid = send_delay(platform, numbered())

    tell_sent(openid, 9)
    tell_notified(openid)

    assert lines(broadcast_id)[openid] == (HANDED, "")


def test_an_event_that_stays_away_is_waited_for_ten_minutes(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    broadcast_id, openid = send_delay(platform, numbered())

    advance(timedelta(minutes=11))
    clear_up_notices()

    assert lines(broadcast_id)[openid] == (SENT, "silent")
    assert state(broadcast_id) == BroadcastState.FINISHED


def test_an_event_that_is_here_before_the_answer_counts(
    account: AccountClient, platform: FakePlatform, shop: Flask, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    openid = make_follower().openid
    agree(openid)

    def answer(asked: Asked) -> dict[str, Any]:
        with shop.app_context():
            tell_notified(openid)
        return {"errcode": 0, "errmsg": "ok"}

    platform.answers[SEND_SUBSCRIPTION] = answer
    broadcast_id = make_notice(Purpose.OPENING, make_sku().product.slug)
    begin(broadcast_id)
    send_all()

    assert lines(broadcast_id)[openid] == (SENT, "")


def test_who_agreed_once_is_notified_once(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    once, twice, never, unwilling = (make_follower().openid for _number in range(4))
    agree(once, twice, twice, unwilling)
    with transaction() as session:
        session.add(BroadcastOptOut(follower_id=get_or_create(unwilling).id))
    slug = make_sku().product.slug
    reach = forecast(Audience(), Way.NOTICE, Purpose.OPENING, slug)
    assert (reach.matched, reach.no_consent, reach.opted_out, reach.reached) == (4, 1, 1, 2)

    first, second = (make_notice(Purpose.OPENING, slug) for _number in range(2))
    begin(first)
    send_all()
    confirm(second, version=1, at=None, actor="staff:1", repeats=True)
    while gather_more(second):
        pass
    send_all()

    assert notified(platform) == sorted([once, twice, twice])
    assert lines(second)[once] == lines(second)[never] == (SKIPPED, "no_consent")
    assert consents.count_left(twice, find_template_id(Purpose.OPENING)) == 0


def test_a_long_term_template_uses_no_agreement_up(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING, is_lasting=True)
    openid = make_follower().openid
    agree(openid)
    begin(make_notice(Purpose.OPENING, make_sku().product.slug))
    send_all()

    assert notified(platform) == [openid]
    assert consents.count_left(openid, find_template_id(Purpose.OPENING)) == 1


def test_what_wechat_says_is_used_up_is_used_up(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    openid = make_follower().openid
    agree(openid, openid)
    platform.answers[SEND_SUBSCRIPTION] = lambda _asked: {
        "errcode": 43101,
        "errmsg": "user refuse to accept the msg",
    }
    broadcast_id = make_notice(Purpose.OPENING, make_sku().product.slug)
    begin(broadcast_id)
    send_all()

    assert lines(broadcast_id)[openid] == (REFUSED, "43101")
    assert consents.count_left(openid, find_template_id(Purpose.OPENING)) == 0


def test_what_the_account_may_not_do_pauses_it_and_uses_nothing_up(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    openid = make_follower().openid
    agree(openid)
    platform.answers[SEND_SUBSCRIPTION] = lambda _asked: {
        "errcode": 45009,
        "errmsg": "reach max api daily quota limit",
    }
    broadcast_id = make_notice(Purpose.OPENING, make_sku().product.slug)
    begin(broadcast_id)
    send_all()

    assert (load(broadcast_id).halt, lines(broadcast_id)[openid][0]) == (45009, DUE)
    assert consents.count_left(openid, find_template_id(Purpose.OPENING)) == 1


def test_a_template_message_without_an_answer_is_asked_for_with_the_same_number(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    broadcast_id, openid = send_delay(platform, lambda _asked: (502, b""))
    assert lines(broadcast_id)[openid][0] == UNCLEAR

    platform.answers[SEND_TEMPLATE] = numbered()
    clear_up_notices()
    send_all()

    first, second = sent_by_template(platform)
    assert first == second
    assert lines(broadcast_id)[openid] == (HANDED, "")


def test_what_was_held_up_until_wechat_forgot_its_number_is_left_to_the_events(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    broadcast_id, openid = send_delay(platform, lambda _asked: (502, b""))
    clear_up_notices()
    assert lines(broadcast_id)[openid] == (DUE, "")

    pause(broadcast_id, actor="staff:1")
    advance(timedelta(minutes=9))
    resume(broadcast_id, actor="staff:1")
    send_all()

    assert len(sent_by_template(platform)) == 1
    assert lines(broadcast_id)[openid] == (UNCLEAR, "")


def test_a_busy_wechat_is_asked_again_as_if_it_had_not_been(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    answers = [{"errcode": -1}, {"errcode": -1}, (502, b""), {"errcode": 0, "msgid": 7}]
    broadcast_id, openid = send_delay(platform, lambda _asked: answers.pop(0))
    clear_up_notices()
    send_all()

    assert (answers, lines(broadcast_id)[openid]) == ([], (HANDED, ""))


def test_later_than_wechat_remembers_it_is_not_asked_for_again(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    broadcast_id, openid = send_delay(platform, lambda _asked: (502, b""))

    advance(timedelta(minutes=9))
    clear_up_notices()
    send_all()

    assert len(sent_by_template(platform)) == 1
    tell_sent(openid, 77)  # it had arrived
    assert lines(broadcast_id)[openid] == (SENT, "")


@pytest.mark.parametrize(("told", "becomes"), [(True, DUE), (False, UNCLEAR)])
def test_what_no_event_tells_of_is_sent_again_only_if_all_others_were_told_of(
    account: AccountClient, platform: FakePlatform, advance: Advance, told: bool, becomes: RecipientState
) -> None:
    use_template(Purpose.OPENING)
    lost, other = (make_follower().openid for _number in range(2))
    agree(lost, other)
    platform.answers[SEND_SUBSCRIPTION] = lambda asked: (
        (502, b"") if asked.json["touser"] == lost else {"errcode": 0, "errmsg": "ok"}
    )
    broadcast_id = make_notice(Purpose.OPENING, make_sku().product.slug)
    begin(broadcast_id)
    send_all()
    if told:
        tell_notified(other)

    advance(timedelta(minutes=12))
    clear_up_notices()

    assert lines(broadcast_id)[lost][0] == becomes
    left = consents.count_left(lost, find_template_id(Purpose.OPENING))
    assert left == (1 if told else 0)


def test_a_notification_stands_in_the_log_and_uses_up_no_window(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    [writer] = make_writers(1)
    agree(writer.openid)
    begin(make_notice(Purpose.OPENING, make_sku(title="铁观音").product.slug))
    send_all()

    message = db.session.query(Message).filter_by(openid=writer.openid, kind="notice").one()
    assert "铁观音" in str(message.reply)
    conversation = db.session.query(Conversation).filter_by(openid=writer.openid).one()
    assert find_windows([conversation])[writer.openid].left == 5


def test_without_a_template_or_with_advertising_it_cannot_be_confirmed(shop: Flask) -> None:
    slug = make_sku().product.slug
    with pytest.raises(InputInvalid, match="模板"):
        confirm_now(make_notice(Purpose.OPENING, slug))
    use_template(Purpose.OPENING)
    with pytest.raises(InputInvalid, match="限时"):
        confirm_now(make_notice(Purpose.OPENING, slug, words="限时开售"))
    confirm_now(make_notice(Purpose.OPENING, slug, words="现在开售"))


def test_a_template_that_went_meanwhile_pauses_it(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.OPENING)
    agree(make_follower().openid)
    broadcast_id = make_notice(Purpose.OPENING, make_sku().product.slug)
    begin(broadcast_id)
    remove(Purpose.OPENING, version=1, actor="staff:1")

    send_all()

    assert load(broadcast_id).halt == Halt.NO_TEMPLATE
    assert notified(platform) == []


def test_something_wrong_with_goods_can_be_told_when_they_are_sold_no_more(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.RECALL)
    order = make_paid()
    with transaction() as session:
        session.query(Product).update({"state": ProductState.OFF_SALE})
    platform.answers[SEND_TEMPLATE] = numbered()

    begin(make_notice(Purpose.RECALL, order.lines[0].product_slug))
    send_all()

    assert [body["touser"] for body in sent_by_template(platform)] == [order.follower.openid]


def test_an_order_that_was_sent_meanwhile_is_not_told_of(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    use_template(Purpose.DELAY)
    order = make_paid()
    broadcast_id = make_notice(Purpose.DELAY, order.lines[0].product_slug)
    begin(broadcast_id)
    with transaction() as session:
        session.query(Order).update({"state": OrderState.SHIPPED})

    send_all()

    assert lines(broadcast_id)[order.follower.openid] == (SKIPPED, "not_concerned")


def test_who_agrees_is_counted_once_however_often_it_is_told(shop: Flask) -> None:
    at = clock.now()
    with transaction():
        for _time in range(2):
            consents.record_accepted(71, "oTea_1", "T1", at)
    assert consents.count_left("oTea_1", "T1") == 1


def test_who_turns_it_off_has_agreed_to_nothing_until_he_agrees_again(shop: Flask, advance: Advance) -> None:
    def popup(status: str) -> str:
        row = f"<TemplateId>T1</TemplateId><SubscribeStatusString>{status}</SubscribeStatusString>"
        return f"<List>{row}<PopupScene>1</PopupScene></List>"

    def agrees(status: str) -> None:
        tell(
            "subscribe_msg_popup_event",
            "oTea_1",
            f"<SubscribeMsgPopupEvent>{popup(status)}</SubscribeMsgPopupEvent>",
        )

    agrees("accept")
    agrees("reject")  # he did not agree a second time; the first stands
    assert consents.count_left("oTea_1", "T1") == 1
    advance(timedelta(minutes=1))
    tell(
        "subscribe_msg_change_event",
        "oTea_1",
        f"<SubscribeMsgChangeEvent>{popup('reject')}</SubscribeMsgChangeEvent>",
    )
    assert consents.count_left("oTea_1", "T1") == 0
    advance(timedelta(minutes=1))
    agrees("accept")
    assert consents.count_left("oTea_1", "T1") == 1


def test_two_who_choose_a_template_do_not_undo_each_other(shop: Flask) -> None:
    use_template(Purpose.OPENING)
    with pytest.raises(TransitionRefused):
        use_template(Purpose.OPENING)
    template = find_template(Purpose.OPENING)
    assert template is not None
    assert template.version == 1


@pytest.mark.parametrize("purpose", ["", "nonsense", Purpose.BACK_IN_STOCK])
def test_a_notification_for_nothing_is_refused(shop: Flask, purpose: str) -> None:
    with pytest.raises(InputInvalid):
        read_draft("通知", Way.NOTICE, {}, {}, purpose=purpose)
