"""What the merchant has around a broadcast: lists, saved audiences, warnings about words, progress, opting out."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.alerts.service import open_alerts
from app.broadcasts import composing, segments
from app.broadcasts.audience import Audience, Condition, ConditionKind
from app.broadcasts.content import Content, Item
from app.broadcasts.linter import Why, lint, read
from app.broadcasts.listing import Tab, count_tabs, list_broadcasts, list_in, list_recipients
from app.broadcasts.models import BroadcastRecipient, Segment
from app.broadcasts.opt_outs import is_opted_out, set_opted_out
from app.broadcasts.progress import read_progress
from app.broadcasts.quotas import PATHS, ApiQuota, count_by_use, find_asked
from app.broadcasts.reach import forecast
from app.broadcasts.reasons import OPTED_OUT
from app.broadcasts.states import RecipientState, Way
from app.core import clock
from app.core.audit import AuditEntry, entries_about
from app.core.days import Days
from app.core.db import db, transaction
from app.core.errors import InputInvalid, TransitionRefused
from app.tasks_broadcasts import watch_quotas
from app.wechat.client import AccountClient
from tests.broadcasts import begin, confirm_now, load, make_draft, make_writers
from tests.factories import make_follower, make_sku
from tests.fake_platform import FakePlatform

SHOP = "https://shop.example.cn"
OLD = Audience((Condition(ConditionKind.SPENT_OVER, 10_000),))
NEW = Audience((Condition(ConditionKind.SPENT_OVER, 20_000),))


def set_line(broadcast_id: int, follower_id: int, **values: object) -> None:
    mine = (BroadcastRecipient.broadcast_id == broadcast_id, BroadcastRecipient.follower_id == follower_id)
    with transaction() as session:
        session.execute(update(BroadcastRecipient).where(*mine).values(**values))


def test_each_broadcast_stands_under_one_tab_and_the_newest_first(shop: Flask) -> None:
    make_writers(1)
    drafts = [make_draft(), make_draft()]
    planned, going = make_draft(), make_draft()
    composing.confirm(planned, version=1, at=clock.now() + timedelta(hours=1), actor="staff:1")
    confirm_now(going)

    assert count_tabs() == {Tab.DRAFTS: 2, Tab.PLANNED: 1, Tab.UNDER_WAY: 1, Tab.ENDED: 0}
    assert [row.id for row in list_broadcasts(Tab.DRAFTS).rows] == drafts[::-1]
    assert [row.id for row in list_broadcasts(Tab.PLANNED).rows] == [planned]


def test_a_month_holds_what_is_planned_and_what_began_but_no_drafts(shop: Flask) -> None:
    make_writers(1)
    make_draft()
    later, now = make_draft(), make_draft()
    tomorrow = clock.now() + timedelta(days=1)
    composing.confirm(later, version=1, at=tomorrow, actor="staff:1")
    begin(now)

    day = clock.today()
    assert [row.id for row in list_in(Days(day, day))] == [now]
    assert [row.id for row in list_in(Days(day, day + timedelta(days=1)))] == [now, later]


def test_recipients_are_found_by_state_and_name_and_paged(shop: Flask) -> None:
    followers = make_writers(3)
    broadcast_id = make_draft()
    begin(broadcast_id)
    set_line(broadcast_id, followers[1].id, state=RecipientState.REFUSED, reason="43004")
    with transaction():
        db.session.get_one(type(followers[0]), followers[2].id).remark = "王小茶"

    refused = list_recipients(broadcast_id, state=RecipientState.REFUSED)
    named = list_recipients(broadcast_id, search="小茶")
    first = list_recipients(broadcast_id, per_page=2)
    second = list_recipients(broadcast_id, per_page=2, place=first.older)

    assert [(told.follower.id, told.line.reason) for told in refused.rows] == [(followers[1].id, "43004")]
    assert [told.follower.id for told in named.rows] == [followers[2].id]
    assert [told.follower.id for told in (*first.rows, *second.rows)] == [each.id for each in followers[::-1]]


def test_progress_counts_reasons_and_tells_how_fast_it_goes(shop: Flask) -> None:
    followers = make_writers(5)
    broadcast_id = make_draft()
    begin(broadcast_id)
    now = clock.now()
    for number, follower in enumerate(followers[:3]):
        at = now - timedelta(seconds=4 - 2 * number)
        set_line(broadcast_id, follower.id, state=RecipientState.SENT, asked_at=at)
    set_line(broadcast_id, followers[3].id, state=RecipientState.SKIPPED, reason=OPTED_OUT)

    progress = read_progress(broadcast_id)

    assert (progress.total, progress.done, progress.left) == (5, 4, 1)
    assert [(each.reason, each.number) for each in progress.reasons] == [(OPTED_OUT, 1)]
    assert progress.per_second == pytest.approx(3 / 4)
    assert progress.seconds_left == 1


def test_a_segment_has_its_own_name(shop: Flask) -> None:
    number = segments.create(" 老  客 ", OLD, actor="staff:1")

    with pytest.raises(InputInvalid, match="老 客"):
        segments.create("老 客", Audience(), actor="staff:1")
    segments.rename(number, "老 客", actor="staff:1")  # its own name is free to itself
    segments.rename(number, "常客", actor="staff:1")
    assert [(row.name, row.audience) for row in segments.list_segments()] == [("常客", OLD.keep())]


def draft_for(segment_id: int) -> int:
    sku = make_sku(title="大红袍")
    draft = composing.Draft("秋茶", Way.CARD, Content((Item(sku.product.slug),)), Audience(), segment_id)
    return composing.create(draft, actor="staff:1")


def test_a_segment_is_changed_by_one_at_a_time(shop: Flask) -> None:
    number = segments.create("老客", OLD, actor="staff:1")
    seen = segments.mark_of(segments.get_segment(number))

    segments.change(number, NEW, seen=seen, actor="staff:1")
    with pytest.raises(TransitionRefused):
        segments.change(number, Audience(), seen=seen, actor="staff:2")

    row = segments.get_segment(number)
    assert row.audience == NEW.keep()
    assert segments.mark_of(row) != seen
    assert (
        db.session.scalar(select(AuditEntry.actor).where(AuditEntry.action == "segment.changed")) == "staff:1"
    )


def test_what_waits_goes_by_the_changed_segment_and_what_was_sent_keeps_its_own(shop: Flask) -> None:
    make_writers(1)
    number = segments.create("老客", OLD, actor="staff:1")
    sent, waiting = draft_for(number), draft_for(number)
    begin(sent)
    composing.confirm(waiting, version=1, at=clock.now() + timedelta(days=1), actor="staff:1")
    assert segments.count_planned(number) == 1

    mark = segments.mark_of(segments.get_segment(number))
    segments.change(number, NEW, seen=mark, actor="staff:1")
    assert [composing.audience_of(load(each)) for each in (sent, waiting)] == [OLD, NEW]
    segments.remove(number, actor="staff:1")

    rows = load(sent), load(waiting)
    assert [row.segment_id for row in rows] == [None, None]
    assert [composing.audience_of(load(each)) for each in (sent, waiting)] == [OLD, NEW]


def test_a_segment_that_is_deleted_leaves_its_conditions_to_those_who_named_it(shop: Flask) -> None:
    number = segments.create("老客", OLD, actor="staff:1")
    broadcast_id = draft_for(number)

    segments.remove(number, actor="staff:1")

    row = load(broadcast_id)
    assert (row.segment_id, composing.audience_of(row)) == (None, OLD)  # and not everybody
    assert db.session.scalar(select(Segment.id)) is None


@pytest.mark.parametrize(
    ("text", "word", "why"),
    [
        ("国家级非遗工艺", "国家级", Why.ABSOLUTE),
        ("今年最好的龙井", "最好", Why.ABSOLUTE),
        ("喝了降血压", "降血压", Why.CURE),
        ("零风险试喝", "零风险", Why.PROMISE),
        ("转发朋友圈送一盒", "转发朋友圈送", Why.SHARE),
        ("关注公众号领茶样", "关注公众号领", Why.FOLLOW),
        ("红包等你拿", "红包", Why.MONEY),
        ("详见 https://tea.example.com/a", "https://tea.example.com/a", Why.LINK),
        ("加微信teaboss详聊", "加微信teaboss", Why.CONTACT),
    ],
    ids=lambda value: value if isinstance(value, Why) else "",
)
def test_words_to_think_about_are_found(text: str, word: str, why: Why) -> None:
    assert list(read(text, Way.MASS, SHOP)) == [(word, why)]


def test_plain_words_and_our_own_links_are_left_alone() -> None:
    text = f"秋茶上新，清香回甘，最后一泡也有余味。{SHOP}/shop/p/longjing 最近到店"

    assert list(read(text, Way.MASS, SHOP)) == []


def test_promotion_is_warned_of_in_a_customer_service_message_alone() -> None:
    assert list(read("限时 8折", Way.CARD, SHOP)) == [("限时", Why.PROMOTION), ("8折", Why.PROMOTION)]
    assert list(read("限时 8折", Way.MASS, SHOP)) == []


def test_goods_are_looked_at_too(shop: Flask) -> None:
    sku = make_sku(title="最佳铁观音")
    content = Content((Item(sku.product.slug, summary="清香"), Item("gone")))

    found = {(each.place, each.why) for each in lint(content, Way.MASS, base_url=SHOP)}

    assert found == {
        (0, Why.ABSOLUTE),
        (0, Why.HIDDEN_SUMMARY),
        (0, Why.NO_PICTURE),
        (1, Why.NOT_ON_SALE),
    }


def test_who_opts_out_is_left_out_until_he_comes_back(shop: Flask) -> None:
    follower = make_follower()

    for _twice in range(2):
        set_opted_out(follower.id, True)
    assert is_opted_out(follower.id)
    assert forecast(Audience(), Way.MASS).opted_out == 1

    set_opted_out(follower.id, False, by="staff:1")
    assert not is_opted_out(follower.id)
    assert [each.action for each in entries_about(f"follower:{follower.id}")] == ["follower.opted_in"]


def test_followers_are_counted_by_what_they_had_this_month(shop: Flask) -> None:
    followers = make_writers(3)
    for _time in range(5):
        broadcast_id = make_draft(way=Way.MASS)
        begin(broadcast_id)
        set_line(broadcast_id, followers[0].id, state=RecipientState.SENT, asked_at=clock.now())
    set_line(broadcast_id, followers[1].id, state=RecipientState.SENT, asked_at=clock.now())
    card = make_draft()
    begin(card)
    set_line(card, followers[2].id, state=RecipientState.SENT, asked_at=clock.now())

    assert list(count_by_use()) == [1, 1, 0, 0, 1]


def test_calls_that_are_nearly_used_up_are_told_of_once_a_day(
    account: AccountClient, platform: FakePlatform
) -> None:
    answer = {"errcode": 0, "errmsg": "ok", "quota": {"daily_limit": 1000, "used": 800, "remain": 200}}
    platform.answers["/cgi-bin/openapi/quota/get"] = lambda asked: (
        answer if asked.json["cgi_path"] == PATHS[0] else {"errcode": 76021, "errmsg": "cgi_path not found"}
    )

    for _hour in range(2):
        watch_quotas()

    assert [(each.kind, each.detail) for each in open_alerts()] == [("api_quota", f"{PATHS[0]} 80%")]
    asked = find_asked()
    assert asked is not None
    assert asked.quotas[:2] == [ApiQuota(PATHS[0], limit=1000, used=800), ApiQuota(PATHS[1], errcode=76021)]
