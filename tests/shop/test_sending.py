"""Customer-service messages: in order, once, and honest about what WeChat said."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.conversations import sending
from app.conversations.desk import find_conversation, record_message, window_of
from app.conversations.models import Message, Sending
from app.conversations.sending import is_unclear, queue_reply, record_elsewhere, send_again, send_message
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, PlatformError
from app.core.outbox import OutboxJob
from app.notices.service import send_notice
from app.tasks import HANDLERS
from app.wechat.client import AccountClient
from app.wechat.replies import MediaReply, Reply, TextReply
from tests.factories import make_order
from tests.fake_platform import Asked, FakePlatform
from tests.pushes import OPENID

SEND = "/cgi-bin/message/custom/send"
OTHER = "oTeaShop_0000000000000000002"
Advance = Callable[[timedelta], None]


def say(text: str, *, openid: str = OPENID, key: str | None = None) -> int:
    return queue_reply(openid, TextReply(text), by="staff:1", dedupe_key=key)


def as_it_is(reply: Reply) -> Reply:
    return reply


def send(account: AccountClient, message_id: int) -> None:
    send_message(account, message_id, make_ready=as_it_is)


def state(message_id: int) -> tuple[Sending | None, int | None]:
    db.session.rollback()
    message = db.session.get_one(Message, message_id)
    return message.sending, message.errcode


def texts(platform: FakePlatform) -> list[str]:
    return [asked.json["text"]["content"] for asked in platform.asked if asked.path == SEND]


def refuse(platform: FakePlatform, errcode: int) -> None:
    platform.answers[SEND] = lambda _: {"errcode": errcode, "errmsg": "no"}


def test_what_is_queued_is_sent_by_the_worker(account: AccountClient, platform: FakePlatform) -> None:
    message_id = say("您好 <b>\U0001f375")

    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))

    assert state(message_id) == (Sending.SENT, None)
    assert platform.asked[-1].json == {
        "touser": OPENID,
        "msgtype": "text",
        "text": {"content": "您好 <b>\U0001f375"},
    }


def test_the_same_key_is_the_same_message(account: AccountClient, platform: FakePlatform) -> None:
    first, second = say("在的", key="desk:1"), say("在的", key="desk:1")

    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))

    assert first == second
    assert texts(platform) == ["在的"]


def test_a_job_that_is_done_twice_sends_once(account: AccountClient, platform: FakePlatform) -> None:
    message_id = say("一")

    send(account, message_id)
    send(account, message_id)

    assert texts(platform) == ["一"]


def test_the_order_is_kept_whichever_job_comes_first(account: AccountClient, platform: FakePlatform) -> None:
    say("一")
    say("别人", openid=OTHER)
    third = say("三")

    send(account, third)

    assert texts(platform) == ["一", "三"]


@pytest.mark.parametrize("errcode", [45015, 45047, 48002, 40003, 43004, 43019, 45002, 40007, 45009, 48001])
def test_what_wechat_refuses_is_kept_with_its_number(
    account: AccountClient, platform: FakePlatform, errcode: int
) -> None:
    refuse(platform, errcode)
    message_id = say("在吗")

    send(account, message_id)
    send(account, message_id)

    assert state(message_id) == (Sending.REFUSED, errcode)
    assert len(texts(platform)) == 1


def test_a_busy_wechat_is_asked_again_but_not_for_ever(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    refuse(platform, -1)
    message_id = say("在吗")

    with pytest.raises(PlatformError):
        send(account, message_id)
    assert state(message_id) == (Sending.DUE, -1)
    advance(sending.RETRIED_FOR)
    send(account, message_id)

    assert state(message_id) == (Sending.REFUSED, -1)


def test_without_a_token_nothing_has_arrived_for_certain(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    platform.answers["/cgi-bin/stable_token"] = lambda _: (502, b"bad gateway")
    message_id = say("在吗")

    with pytest.raises(PlatformError):
        send(account, message_id)

    assert state(message_id)[0] is Sending.DUE


def test_when_the_answer_is_lost_only_a_person_sends_again(
    account: AccountClient, platform: FakePlatform
) -> None:
    platform.answers[SEND] = lambda _: (504, b"")
    first = say("只说一次")
    send(account, first)
    send(account, first)
    assert len(texts(platform)) == 1
    assert is_unclear(db.session.get_one(Message, first))

    del platform.answers[SEND]
    again = send_again(first, by="staff:2")
    assert send_again(first, by="staff:2") == again  # pressed twice
    send(account, again)

    assert texts(platform) == ["只说一次"] * 2
    assert state(again)[0] is Sending.SENT


def test_a_killed_worker_leaves_what_may_have_arrived(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    first, second = say("一"), say("二")
    assert sending._claim(first, OPENID)  # and then the worker was gone
    with pytest.raises(InputInvalid):
        send_again(first, by="staff:1")  # it may still be under way

    send(account, second)
    assert texts(platform) == []  # the first may be under way
    advance(sending.UNDER_WAY_FOR + timedelta(seconds=1))
    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))

    assert texts(platform) == ["二"]
    assert state(first)[0] is Sending.SENDING
    assert is_unclear(db.session.get_one(Message, first))


def test_two_workers_never_send_to_one_follower_at_once(account: AccountClient, advance: Advance) -> None:
    first, second = say("一"), say("二")

    assert sending._claim(first, OPENID)
    assert not sending._claim(second, OPENID)
    assert not sending._claim(first, OPENID)
    jobs = db.session.scalars(select(OutboxJob.due_at).where(OutboxJob.due_at > clock.now())).all()
    assert len(jobs) >= 1  # what had to wait is looked at again


def test_a_picture_that_cannot_be_uploaded_is_refused(account: AccountClient, platform: FakePlatform) -> None:
    def gone(_reply: Reply) -> Reply:
        raise NotFound("deleted")

    message_id = queue_reply(OPENID, MediaReply(7, "image"), by="staff:1")

    send_message(account, message_id, make_ready=gone)

    assert state(message_id) == (Sending.REFUSED, 40007)
    assert texts(platform) == []


def test_what_was_sent_well_is_not_sent_again(account: AccountClient) -> None:
    message_id = say("一")
    send(account, message_id)

    with pytest.raises(InputInvalid):
        send_again(message_id, by="staff:1")
    with pytest.raises(InputInvalid):
        send_again(2**62, by="staff:1")


def test_a_deleted_message_is_no_error(account: AccountClient) -> None:
    send(account, 99)


def test_what_was_sent_elsewhere_is_only_logged(shop: Flask) -> None:
    record_elsewhere(OPENID, TextReply("您的订单已发货"), by="notice:shipped")

    message = db.session.scalars(select(Message)).one()
    assert (message.sending, message.answered_by, message.content) == (
        Sending.SENT,
        "notice:shipped",
        "您的订单已发货",
    )
    assert db.session.scalars(select(OutboxJob)).all() == []


def test_nothing_is_queued_when_the_cause_is_rolled_back(shop: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        say("一")
        _ = 1 / 0

    assert db.session.scalars(select(Message.id)).all() == []


def test_a_message_written_long_ago_is_unclear_only_when_it_was_asked_for(shop: Flask) -> None:
    message_id = say("一")
    assert not is_unclear(db.session.get_one(Message, message_id))
    with transaction() as session:
        session.execute(update(Message).values(sending=Sending.SENDING, asked_at=clock.now()))
    assert not is_unclear(db.session.get_one(Message, message_id))


def test_what_comes_in_while_wechat_is_slow_goes_out_next(
    shop: Flask, account: AccountClient, platform: FakePlatform
) -> None:
    later: list[int] = []

    def answer(_asked: Asked) -> dict[str, int]:
        if not later:
            with shop.app_context():
                later.append(say("二"))
        return {"errcode": 0}

    platform.answers[SEND] = answer
    send(account, say("一"))

    assert texts(platform) == ["一", "二"]


def test_a_notice_stands_in_the_log_and_counts(account: AccountClient, platform: FakePlatform) -> None:
    order = make_order()
    record_message(order.follower.openid, clock.now(), "在吗")
    send_notice(account, order_id=order.id, kind="paid", base_url="https://shop.example.cn")
    refuse(platform, 45047)
    send_notice(account, order_id=order.id, kind="shipped", base_url="https://shop.example.cn")

    rows = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(row.answered_by, row.sending, row.errcode) for row in rows] == [
        ("notice:paid", Sending.SENT, None),
        ("notice:shipped", Sending.REFUSED, 45047),
    ]
    assert order.order_no in rows[0].content
    conversation = find_conversation(order.follower.openid)
    assert conversation is not None
    assert not window_of(conversation).is_open  # WeChat knows of more than we counted
