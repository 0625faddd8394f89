"""Who answers a follower, and how it passes on."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.conversations import desk
from app.conversations.desk import (
    TakenByOther,
    WindowClosed,
    ask_for_person,
    find_conversation,
    give_back,
    record_event,
    record_message,
    say,
    say_again,
    take,
    take_over,
    window_of,
)
from app.conversations.idle import IdleRule, check_wechat_sessions, give_back_idle, keep_idle_rule
from app.conversations.lists import count_waiting, desk_mark, load_desk
from app.conversations.log import conversation_of
from app.conversations.models import Conversation, Direction, Holder, Message, Sending
from app.conversations.quick_replies import (
    add_quick_reply,
    change_quick_reply,
    list_quick_replies,
    move_up,
    remove_quick_reply,
)
from app.conversations.sending import queue_reply
from app.conversations.thread import LineKind, find_context, load_thread, thread_mark
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.wechat.replies import Article, NewsReply, TextReply, keep
from tests.factories import make_follower
from tests.pushes import OPENID
from tests.staff import make_staff

OTHER = "oTeaShop_0000000000000000002"
Advance = Callable[[timedelta], None]


def push(words: str, *, openid: str = OPENID, kind: str = "text", reply: object = None) -> int:
    """What he sent, as the fast path keeps it and settling records it."""
    now = clock.now()
    with transaction() as session:
        row = Message(
            at=now,
            openid=openid,
            direction=Direction.IN,
            kind=kind,
            content=words,
            payload="<xml></xml>",
            reply=reply,
            answered_by="rule:7" if reply else "",
        )
        session.add(row)
        session.flush()
        record_event(openid, now) if kind.startswith("event:") else record_message(openid, now, words)
        return row.id


def waiting(openid: str = OPENID) -> int:
    """A follower who wrote 人工; returns the conversation's id."""
    push("人工", openid=openid)
    assert ask_for_person(openid, clock.now())
    row = find_conversation(openid)
    assert row is not None
    return row.id


def holder(openid: str = OPENID) -> tuple[Holder, int | None]:
    db.session.rollback()
    row = find_conversation(openid)
    assert row is not None
    return row.state, row.staff_id


def test_the_last_message_counts_whatever_order_they_are_recorded_in(shop: Flask, advance: Advance) -> None:
    first = clock.now()
    advance(timedelta(minutes=5))
    record_message(OPENID, clock.now(), "后来的")

    record_message(OPENID, first, "先来的")
    record_message(OPENID, clock.now(), "又一遍")

    row = find_conversation(OPENID)
    assert row is not None
    assert (row.last_in, row.last_message_at) == ("后来的", clock.now())
    assert window_of(row).left == 5


def test_asking_twice_keeps_the_place_in_the_queue(shop: Flask, advance: Advance) -> None:
    waiting()
    asked_at = clock.now()
    advance(timedelta(minutes=5))

    assert not ask_for_person(OPENID, clock.now())

    row = find_conversation(OPENID)
    assert row is not None
    assert row.waiting_since == asked_at


def test_of_two_clerks_one_wins_and_the_other_is_told_who(shop: Flask) -> None:
    lin, mei = make_staff("lin"), make_staff("mei")
    conversation_id = waiting()
    outcomes: list[object] = []
    gate = threading.Barrier(2)

    def press(staff_id: int) -> None:
        with shop.app_context():
            gate.wait()
            try:
                outcomes.append(take(conversation_id, staff_id=staff_id))
            except TakenByOther as error:
                outcomes.append(error.staff_id)

    threads = [threading.Thread(target=press, args=(staff_id,)) for staff_id in (lin, mei)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    state, winner = holder()
    assert state is Holder.PERSON
    assert sorted(map(str, outcomes)) == sorted(["True", str(winner)])
    assert take(conversation_id, staff_id=winner or 0) is False  # pressed again by the same


def test_only_who_answers_may_send(shop: Flask) -> None:
    lin, mei = make_staff("lin"), make_staff("mei")
    conversation_id = waiting()
    with pytest.raises(TakenByOther):
        say(conversation_id, TextReply("在的"), staff_id=lin, token="1")
    take(conversation_id, staff_id=lin)

    with pytest.raises(TakenByOther):
        say(conversation_id, TextReply("在的"), staff_id=mei, token="1")
    assert say(conversation_id, TextReply("在的"), staff_id=lin, token="1")


def test_the_same_form_sent_twice_is_one_message(shop: Flask) -> None:
    lin = make_staff("lin")
    conversation_id = waiting()
    take(conversation_id, staff_id=lin)

    first = say(conversation_id, TextReply("在的"), staff_id=lin, token="1")
    assert say(conversation_id, TextReply("在的"), staff_id=lin, token="1") == first
    assert say(conversation_id, TextReply("在的"), staff_id=lin, token="2") != first


def test_beyond_the_window_nothing_is_queued(shop: Flask, advance: Advance) -> None:
    lin = make_staff("lin")
    conversation_id = waiting()
    take(conversation_id, staff_id=lin)
    ids = [say(conversation_id, TextReply("好"), staff_id=lin, token=str(n)) for n in range(5)]

    with pytest.raises(WindowClosed):
        say(conversation_id, TextReply("六"), staff_id=lin, token="6")
    assert say(conversation_id, TextReply("好"), staff_id=lin, token="4") == ids[4]  # a repeat is none more

    advance(timedelta(seconds=1))
    push("还在吗")
    assert say(conversation_id, TextReply("在"), staff_id=lin, token="7")
    advance(timedelta(hours=48))
    with pytest.raises(WindowClosed):
        say(conversation_id, TextReply("晚了"), staff_id=lin, token="8")


def test_what_the_bot_and_notices_said_counts_too(shop: Flask) -> None:
    push("茶")
    queue_reply(OPENID, TextReply("一"), by="rule:7")
    queue_reply(OPENID, TextReply("二"), by="notice:paid")

    row = find_conversation(OPENID)
    assert row is not None
    assert window_of(row).left == 3


def test_taking_over_needs_the_colleague_one_saw(shop: Flask) -> None:
    lin, mei, wen = make_staff("lin"), make_staff("mei"), make_staff("wen")
    conversation_id = waiting()
    take(conversation_id, staff_id=lin)

    assert take_over(conversation_id, staff_id=mei, seen_staff_id=lin)
    with pytest.raises(TakenByOther):
        take_over(conversation_id, staff_id=wen, seen_staff_id=lin)
    assert holder() == (Holder.PERSON, mei)


def test_given_back_the_bot_answers_again(shop: Flask) -> None:
    lin = make_staff("lin")
    take(waiting(), staff_id=lin)

    assert give_back(OPENID, actor=f"staff:{lin}")
    assert not give_back(OPENID, actor=f"staff:{lin}")
    assert not give_back("nobody", actor="")

    assert holder() == (Holder.BOT, None)
    assert ask_for_person(OPENID, clock.now())


def test_an_idle_conversation_returns_with_a_goodbye(shop: Flask, advance: Advance) -> None:
    keep_idle_rule(IdleRule(30, "先到这里，有事再叫我们。"), actor="staff:1")
    lin = make_staff("lin")
    take(waiting(), staff_id=lin)
    advance(timedelta(minutes=29))
    assert give_back_idle() == 0

    advance(timedelta(minutes=2))
    assert give_back_idle() == 1
    assert give_back_idle() == 0

    assert holder() == (Holder.BOT, None)
    assert conversation_of(OPENID)[-1].content == "先到这里，有事再叫我们。"


def test_no_goodbye_when_nothing_can_be_said(shop: Flask, advance: Advance) -> None:
    keep_idle_rule(IdleRule(30, "再见"), actor="staff:1")
    lin = make_staff("lin")
    take(waiting(), staff_id=lin)
    advance(timedelta(hours=49))

    assert give_back_idle() == 1
    assert [row.content for row in conversation_of(OPENID)] == ["人工"]


def test_who_waited_until_the_window_closed_returns_to_the_bot(shop: Flask, advance: Advance) -> None:
    waiting()
    advance(timedelta(hours=47))
    assert give_back_idle() == 0

    advance(timedelta(hours=2))
    assert give_back_idle() == 1
    assert holder()[0] is Holder.BOT


@pytest.mark.parametrize("minutes", [0, 4, 1441])
def test_an_idle_time_that_makes_no_sense_is_refused(shop: Flask, minutes: int) -> None:
    with pytest.raises(InputInvalid):
        keep_idle_rule(IdleRule(minutes), actor="staff:1")


def test_sessions_of_wechats_desk_move_the_conversation(shop: Flask) -> None:
    waiting()

    desk.wechat_session_started(OPENID, "xiaoli@teashop")
    desk.wechat_session_started(OPENID, "xiaoli@teashop")
    assert holder()[0] is Holder.WECHAT_DESK
    desk.wechat_session_switched(OPENID, "xiaowang@teashop")
    desk.wechat_session_closed(OPENID, "xiaoli@teashop")  # late: it is another's by now
    assert holder()[0] is Holder.WECHAT_DESK
    desk.wechat_session_closed(OPENID, "xiaowang@teashop")
    desk.wechat_session_closed(OPENID, "xiaowang@teashop")

    assert holder() == (Holder.BOT, None)


def test_a_session_whose_end_was_not_pushed_is_noticed(shop: Flask, advance: Advance) -> None:
    desk.wechat_session_started(OPENID, "xiaoli@teashop")
    check_wechat_sessions(lambda _openid: "")
    assert holder()[0] is Holder.WECHAT_DESK  # too early to ask

    advance(timedelta(minutes=31))
    check_wechat_sessions(lambda _openid: "xiaoli@teashop")
    assert holder()[0] is Holder.WECHAT_DESK
    advance(timedelta(minutes=31))
    check_wechat_sessions(lambda _openid: "")

    assert holder()[0] is Holder.BOT


def test_the_list_puts_the_longest_waiting_first(shop: Flask, advance: Advance) -> None:
    lin, mei = make_staff("lin"), make_staff("mei")
    ids = []
    for number in range(4):
        ids.append(waiting(f"oTeaShop_000000000000000000{number}"))
        advance(timedelta(minutes=1))
    push("随便看看", openid=OTHER + "x")
    take(ids[1], staff_id=lin)
    take(ids[2], staff_id=mei)

    found = load_desk(lin)

    assert [row.conversation.id for row in found.waiting] == [ids[0], ids[3]]
    assert [row.conversation.id for row in found.mine] == [ids[1]]
    assert [row.conversation.id for row in found.others] == [ids[2]]
    assert [row.conversation.last_in for row in found.lately] == ["随便看看"]
    assert found.waiting_count == count_waiting() == 2


def test_unread_counts_what_came_after_he_asked_and_was_not_seen(shop: Flask, advance: Advance) -> None:
    push("随便问问")
    advance(timedelta(seconds=5))
    conversation_id = waiting()
    advance(timedelta(seconds=5))
    push("在吗")
    push("tap", kind="event:click")
    last = push("有人吗")

    assert load_desk(1).waiting[0].unread == 3  # 人工, 在吗, 有人吗
    desk.record_read(conversation_id, last - 1)
    assert load_desk(1).waiting[0].unread == 1
    desk.record_read(conversation_id, last)
    desk.record_read(conversation_id, 1)  # an older page answers late
    assert load_desk(1).waiting[0].unread == 0


def test_the_list_knows_who_it_is_about(shop: Flask) -> None:
    waiting()
    assert load_desk(1).waiting[0].follower is None

    with transaction() as session:
        session.merge(make_follower(OPENID)).nickname = "<b>黑客</b>\"'&\U0001f600"

    follower = load_desk(1).waiting[0].follower
    assert follower is not None
    assert follower.nickname == "<b>黑客</b>\"'&\U0001f600"


def test_every_change_changes_the_mark(shop: Flask, advance: Advance) -> None:
    lin = make_staff("lin")
    marks = [desk_mark()]

    def note() -> None:
        db.session.rollback()
        marks.append(desk_mark())
        advance(timedelta(seconds=1))

    conversation_id = waiting()
    note()
    last = push("在吗")
    note()
    take(conversation_id, staff_id=lin)
    note()
    desk.record_read(conversation_id, last)
    note()
    give_back(OPENID, actor=f"staff:{lin}")
    note()
    push("茶", openid=OTHER)
    note()

    assert len(set(marks)) == len(marks)
    assert desk_mark() == marks[-1]


def test_a_thread_shows_who_said_what_and_who_took_over(shop: Flask, advance: Advance) -> None:
    lin = make_staff("lin")
    push("茶", reply=keep(TextReply("好茶")))
    advance(timedelta(seconds=1))
    push("CONTACT", kind="event:click")
    advance(timedelta(seconds=1))
    conversation_id = waiting()
    advance(timedelta(seconds=1))
    take(conversation_id, staff_id=lin)
    advance(timedelta(seconds=1))
    say(conversation_id, TextReply("您好"), staff_id=lin, token="1")
    row = find_conversation(OPENID)
    assert row is not None

    thread = load_thread(row)

    kinds = [line.kind for line in thread.lines]
    assert kinds == [
        LineKind.SAID,
        LineKind.ANSWER,
        LineKind.EVENT,
        LineKind.SAID,
        LineKind.MOVE,
        LineKind.MOVE,
        LineKind.SENT,
    ]
    assert thread.lines[1].reply == TextReply("好茶")
    assert thread.older_before is None


def test_a_long_thread_comes_in_pages(shop: Flask, advance: Advance) -> None:
    for number in range(95):
        push(str(number))
        advance(timedelta(seconds=1))
    row = find_conversation(OPENID)
    assert row is not None
    seen: list[str] = []
    before: int | None = None
    while True:
        thread = load_thread(row, before_id=before)
        seen = [line.message.content for line in thread.lines if line.message] + seen
        before = thread.older_before
        if before is None:
            break

    assert seen == [str(number) for number in range(95)]


def test_the_thread_s_mark_follows_what_becomes_of_a_message(shop: Flask) -> None:
    lin = make_staff("lin")
    conversation_id = waiting()
    take(conversation_id, staff_id=lin)
    message_id = say(conversation_id, TextReply("您好"), staff_id=lin, token="1")
    row = find_conversation(OPENID)
    assert row is not None
    before = thread_mark(row)

    with transaction() as session:
        session.get_one(Message, message_id).sending = Sending.SENT

    assert thread_mark(row) != before


def test_a_refused_message_is_sent_again_once_and_only_his(shop: Flask) -> None:
    lin = make_staff("lin")
    conversation_id = waiting()
    strange = queue_reply(OTHER, TextReply("别人的"), by="rule:7")
    take(conversation_id, staff_id=lin)
    message_id = say(conversation_id, TextReply("您好"), staff_id=lin, token="1")
    with transaction() as session:
        session.get_one(Message, message_id).sending = Sending.REFUSED

    again = say_again(conversation_id, message_id, staff_id=lin)
    assert say_again(conversation_id, message_id, staff_id=lin) == again
    with pytest.raises(NotFound):
        say_again(conversation_id, strange, staff_id=lin)

    row = find_conversation(OPENID)
    assert row is not None
    shown = {line.message.id: line.can_send_again for line in load_thread(row).lines if line.message}
    assert shown[message_id] is False


def test_what_he_came_from_is_the_last_card_or_page(shop: Flask) -> None:
    assert find_context(OPENID) is None
    card = NewsReply((Article("正山小种 ¥68", "", "", "https://shop.example.cn/shop/p/lapsang?e=1"),))
    push("红茶", reply=keep(card))
    push("人工")

    context = find_context(OPENID)
    assert context is not None
    assert context.title == "正山小种 ¥68"

    push("https://shop.example.cn/shop/orders", kind="event:view")
    context = find_context(OPENID)
    assert context is not None
    assert context.url == "https://shop.example.cn/shop/orders"


def test_what_the_desk_knows_of_somebody_can_be_forgotten(shop: Flask) -> None:
    conversation_id = waiting()
    desk.keep_note(conversation_id, "  喜欢红茶  ")

    desk.forget(OPENID)

    db.session.rollback()
    row = desk.get_conversation(conversation_id)
    assert (row.note, row.last_in, row.state) == ("", "", Holder.BOT)


def test_numbers_nobody_gave_out_lead_nowhere(shop: Flask) -> None:
    for call in (desk.get_conversation, lambda number: take(number, staff_id=1)):
        with pytest.raises(NotFound):
            call(2**62)


def test_quick_replies_are_kept_in_the_merchants_order(shop: Flask) -> None:
    for title in ("发货", "退款", "营业时间"):
        add_quick_reply(title, f"{title}的回答")
    first, second, third = [row.id for row in list_quick_replies()]

    move_up(third)
    move_up(first)  # is on top already
    change_quick_reply(second, "退货", "七天内可以退")
    remove_quick_reply(first)
    remove_quick_reply(first)

    assert [(row.title, row.text) for row in list_quick_replies()] == [
        ("营业时间", "营业时间的回答"),
        ("退货", "七天内可以退"),
    ]


@pytest.mark.parametrize(("title", "text"), [("", "好"), ("一", " "), ("长" * 41, "好"), ("一", "长" * 700)])
def test_quick_replies_that_cannot_be_sent_are_refused(shop: Flask, title: str, text: str) -> None:
    with pytest.raises(InputInvalid):
        add_quick_reply(title, text)


def test_two_quick_replies_need_two_names(shop: Flask) -> None:
    add_quick_reply("发货", "今天")
    with pytest.raises(InputInvalid):
        add_quick_reply("发货", "明天")


def test_a_conversation_is_one_row_however_many_begin_it(shop: Flask) -> None:
    record_message(OPENID, clock.now(), "一")
    record_event(OPENID, clock.now())
    queue_reply(OPENID, TextReply("二"), by="rule:7")

    assert len(db.session.scalars(select(Conversation)).all()) == 1
