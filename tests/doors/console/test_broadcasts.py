"""Broadcasts in the console: written, shown before, confirmed once, followed, stopped."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.broadcasts import composing, ending, segments
from app.broadcasts.audience import Audience, Condition, ConditionKind
from app.broadcasts.content import Content, Item
from app.broadcasts.models import Broadcast
from app.broadcasts.states import BroadcastState, Halt, Way
from app.conversations.models import Conversation
from app.core import clock
from app.core.db import db
from app.staff.rights import get_catalogue
from tests.broadcasts import begin, load, make_draft, make_writers, state
from tests.factories import make_follower, make_sku
from tests.staff import Console, make_role, open_console


@pytest.fixture
def slug(app: Flask) -> str:
    with app.app_context():
        make_writers(2)
        return make_sku(title="大红袍").product.slug


def fields(slug: str, **others: str) -> dict[str, str]:
    """The composer's form with one product."""
    return {
        "name": "秋茶上新",
        "way": "card",
        "version": "0",
        "item-slug": slug,
        "item-title": "",
        "item-summary": "",
        **others,
    }


def newest(app: Flask) -> Broadcast:
    with app.app_context():
        return db.session.query(Broadcast).order_by(Broadcast.id.desc()).one()


def test_without_broadcasts_the_page_says_what_they_are_for(console: Console) -> None:
    assert "写第一次群发" in console.text("/broadcasts/")


def test_a_broadcast_is_written_looked_at_and_sent(app: Flask, console: Console, slug: str) -> None:
    kept = console.post("/broadcasts/new", **fields(slug, next="confirm"))
    row = newest(app)
    assert kept.location.endswith(f"/broadcasts/{row.id}/confirm")

    sheet = console.text(f"/broadcasts/{row.id}/confirm")
    assert "2 人会收到" in sheet
    assert "收不回" in sheet
    console.post(f"/broadcasts/{row.id}/confirm", version="1", when="now")

    with app.app_context():
        assert state(row.id) is BroadcastState.GATHERING
    assert "正在列名单" in console.text(f"/broadcasts/{row.id}")


def test_buttons_change_the_form_and_keep_nothing(app: Flask, console: Console, slug: str) -> None:
    added = console.post("/broadcasts/new", **fields(slug, do="row-add:never_bought")).get_data(as_text=True)

    assert 'name="c0-kind" value="bought"' in added
    with app.app_context():
        assert db.session.query(Broadcast).count() == 0


def test_conditions_are_kept_as_they_were_chosen(app: Flask, console: Console, slug: str) -> None:
    row = {"row": "0", "c0-kind": "spent_over", "c0-value": "99.50", "c0-not": "yes"}

    console.post("/broadcasts/new", **fields(slug, **row))

    kept = newest(app).audience["conditions"]
    assert kept == [{"kind": "spent_over", "value": 9950, "is_not": True}]


def test_what_cannot_be_read_is_said_and_stays_in_the_form(app: Flask, console: Console, slug: str) -> None:
    row = {"row": "0", "c0-kind": "silent", "c0-value": "一个月"}

    refused = console.post("/broadcasts/new", **fields(slug, **row))

    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert 'value="一个月"' in page
    assert "“很久没来”：请填 1 到 3650 天" in page


def test_the_page_is_told_live_whom_it_reaches_and_what_to_think_about(console: Console, slug: str) -> None:
    answer = console.post("/broadcasts/check", **fields(slug, **{"item-title": "国家级大红袍"})).get_json()

    assert "2 人会收到" in answer["forecast"]
    assert "国家级" in answer["lint"]
    assert "国家级大红袍" in answer["preview"]


def test_the_second_of_two_who_write_is_told_and_loses_nothing(
    app: Flask, console: Console, slug: str
) -> None:
    with app.app_context():
        number = make_draft()
        row = load(number)
        draft = composing.read_draft("别人的名字", "card", row.content, row.audience)
        composing.change(number, draft, version=1, actor="staff:2")

    late = console.post(f"/broadcasts/{number}/edit", **fields(slug, name="我的名字", version="1"))
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert 'value="我的名字"' in page
    console.post(f"/broadcasts/{number}/edit", **fields(slug, name="我的名字", version="2"))

    with app.app_context():
        assert load(number).name == "我的名字"


def test_the_same_to_the_same_people_wants_a_second_yes(app: Flask, console: Console, slug: str) -> None:
    for _twice in range(2):
        console.post("/broadcasts/new", **fields(slug))
    with app.app_context():
        first, second = (row.id for row in db.session.query(Broadcast).order_by(Broadcast.id))
    console.post(f"/broadcasts/{first}/confirm", version="1", when="now")

    asked = console.post(f"/broadcasts/{second}/confirm", version="1", when="now")
    assert asked.status_code == 422
    assert 'name="repeats"' in asked.get_data(as_text=True)
    console.post(f"/broadcasts/{second}/confirm", version="1", when="now", repeats="yes")

    with app.app_context():
        assert state(second) is BroadcastState.GATHERING


def test_confirming_twice_sends_once_and_says_so(app: Flask, console: Console, slug: str) -> None:
    console.post("/broadcasts/new", **fields(slug))
    number = newest(app).id

    for _twice in range(2):
        answer = console.post(f"/broadcasts/{number}/confirm", version="1", when="now")
        assert answer.location.endswith(f"/broadcasts/{number}")

    assert "不会再发一遍" in console.text(f"/broadcasts/{number}")


def test_where_nobody_is_there_now_it_can_be_planned(app: Flask, console: Console, slug: str) -> None:
    console.post("/broadcasts/new", **fields(slug))
    number = newest(app).id
    with app.app_context():
        db.session.execute(update(Conversation).values(last_message_at=clock.now() - timedelta(days=3)))
        db.session.commit()

    sheet = console.text(f"/broadcasts/{number}/confirm")
    asked = console.post(f"/broadcasts/{number}/confirm", version="1", when="now")
    assert "disabled" not in sheet
    assert asked.status_code == 422
    assert "现在没有人会收到" in asked.get_data(as_text=True)

    at = f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    console.post(f"/broadcasts/{number}/confirm", version="1", when="later", at=at)
    assert newest(app).state is BroadcastState.SCHEDULED


def test_a_time_beside_now_is_asked_about(app: Flask, console: Console, slug: str) -> None:
    console.post("/broadcasts/new", **fields(slug))
    number = newest(app).id

    at = f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    asked = console.post(f"/broadcasts/{number}/confirm", version="1", when="now", at=at)

    assert asked.status_code == 422
    assert f'value="{at}"' in asked.get_data(as_text=True)
    with app.app_context():
        assert state(number) is BroadcastState.DRAFT


def test_it_is_planned_in_beijing_time_and_taken_back(app: Flask, console: Console, slug: str) -> None:
    console.post("/broadcasts/new", **fields(slug))
    number = newest(app).id
    confirm = f"/broadcasts/{number}/confirm"
    tomorrow = (clock.now() + timedelta(days=1)).astimezone(clock.BEIJING).replace(second=0, microsecond=0)

    early = console.post(confirm, version="1", when="later", at="2020-01-01T08:00")
    console.post(confirm, version="1", when="later", at=f"{tomorrow:%Y-%m-%dT%H:%M}")

    assert "时间要在现在以后" in early.get_data(as_text=True)
    assert newest(app).scheduled_at == tomorrow
    console.post(f"/broadcasts/{number}/take-back")
    assert newest(app).state is BroadcastState.DRAFT


def test_pausing_stopping_and_copying(app: Flask, console: Console, slug: str) -> None:
    with app.app_context():
        number = make_draft()
        begin(number)

    console.post(f"/broadcasts/{number}/pause")
    assert "有人按了暂停" in console.text(f"/broadcasts/{number}")
    console.post(f"/broadcasts/{number}/resume")
    console.post(f"/broadcasts/{number}/stop")
    people = console.text(f"/broadcasts/{number}/recipients?state=skipped")
    copied = console.post(f"/broadcasts/{number}/copy")

    assert "停止之前还没轮到" in people
    assert "（副本）" in console.text(copied.location.removeprefix("/console"))


def test_why_wechat_halted_it_is_said_in_words(app: Flask, console: Console, slug: str) -> None:
    with app.app_context():
        number = make_draft(way=Way.CARD)
        begin(number)
        ending.halt(number, Halt.GOODS_GONE)

    assert "商品下架了" in console.text(f"/broadcasts/{number}")


def test_who_may_write_may_not_send(app: Flask, slug: str) -> None:
    with app.app_context():
        assert "console.broadcast_confirm.ask" in get_catalogue().names
        role = make_role("console.broadcasts.index", name="文案")
        number = make_draft()
    writer = open_console(app, "writer", role=role)

    page = writer.text(f"/broadcasts/{number}/edit")
    sent = writer.post(f"/broadcasts/{number}/confirm", version="1", when="now")

    assert "保存，去确认" not in page
    assert sent.status_code == 403


def test_the_calendar_shows_what_is_planned_and_the_months_four(
    app: Flask, console: Console, slug: str
) -> None:
    at = clock.now() + timedelta(days=1)
    with app.app_context():
        number = make_draft(way=Way.MASS, name="冬至的茶")
        composing.confirm(number, version=1, at=at, actor="staff:1")

    page = console.text(f"/broadcasts/calendar/?month={at.astimezone(clock.BEIJING):%Y-%m}")

    assert "冬至的茶" in page
    assert "已排期 1 次" in page


def test_what_failed_takes_none_of_the_months_four(app: Flask, console: Console, slug: str) -> None:
    with app.app_context():
        number = make_draft(way=Way.MASS, name="没发出的茶")
        composing.confirm(number, version=1, at=None, actor="staff:1")
        load(number).state = BroadcastState.FAILED
        db.session.commit()

    page = console.text("/broadcasts/calendar/")

    assert "没发出的茶" in page
    assert "已发 0 次" in page


def test_a_saved_audience_is_chosen_renamed_and_deleted(app: Flask, console: Console, slug: str) -> None:
    row = {"row": "0", "c0-kind": "new", "c0-value": "30", "segment_name": "新朋友"}
    kept = console.post("/broadcasts/new", **fields(slug, do="segment-save", **row)).get_data(as_text=True)
    with app.app_context():
        number = segments.list_segments()[0].id
    assert f'value="{number}" selected' in kept

    wrong = console.post(f"/broadcasts/segments/{number}/rename", name=" ")
    console.post(f"/broadcasts/segments/{number}/rename", name="这个月来的")
    page = console.text("/broadcasts/segments/")
    console.post(f"/broadcasts/segments/{number}/remove")

    assert wrong.status_code == 422
    assert "这个月来的" in page
    assert "30 天内关注" in page
    assert "还没有保存的人群" in console.text("/broadcasts/segments/")


def test_the_conditions_of_a_saved_audience_are_changed(app: Flask, console: Console, slug: str) -> None:
    kept = {"row": "0", "c0-kind": "new", "c0-value": "30"}
    with app.app_context():
        number = segments.create("新朋友", Audience((Condition(ConditionKind.NEW, 30),)), actor="staff:1")
        draft = composing.Draft("秋茶", Way.CARD, Content((Item(slug),)), Audience(), number)
        broadcast_id = composing.create(draft, actor="staff:1")
        composing.confirm(broadcast_id, version=1, at=clock.now() + timedelta(days=1), actor="staff:1")
    address = f"/broadcasts/segments/{number}/edit"
    page = console.text(address)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    form = {"seen": seen, "segment_name": "新朋友", **kept}

    added = console.post(address, **form, do="row-add:in_window").get_data(as_text=True)
    size = console.post(f"/broadcasts/segments/{number}/check", seen=seen).get_json()["size"]
    wrong = console.post(address, **{**form, "c0-value": "0"})
    saved = console.post(address, **{**form, "c0-value": "7"})
    late = console.post(address, **{**form, "c0-value": "9"})
    listed = console.text("/broadcasts/segments/")
    console.post(f"/broadcasts/segments/{number}/remove")
    gone = console.post(address, **{**form, "c0-value": "9"})
    anew = console.post(address, **{**form, "c0-value": "9", "seen": ""})

    assert "1 个已排期的群发" in page
    assert 'name="c1-kind" value="in_window"' in added
    assert "现在符合条件 2 人" in size
    assert (wrong.status_code, saved.status_code, late.status_code, gone.status_code) == (422, 302, 409, 409)
    assert "7 天内关注" in listed
    assert 'value="9"' in late.get_data(as_text=True)
    assert 'value="9"' in gone.get_data(as_text=True)
    assert anew.status_code == 302
    assert "9 天内关注" in console.text("/broadcasts/segments/")


def test_a_follower_is_taken_out_of_product_messages_and_back(app: Flask, console: Console) -> None:
    with app.app_context():
        number = make_follower().id

    console.post(f"/followers/{number}/product-messages", on="0")
    card = console.text(f"/followers/{number}")
    console.post(f"/followers/{number}/product-messages", on="1")

    assert "不收商品消息" in card
    assert "替粉丝关闭了商品消息" in card
    assert "关闭商品消息" in console.text(f"/followers/{number}")


def test_advertising_in_a_notification_is_said_to_stop_it(console: Console, slug: str) -> None:
    form = fields(slug, way="notice", **{"item-summary": "全场特价"})

    lint = console.post("/broadcasts/check", **form).get_json()["lint"]

    assert "特价" in lint
    assert "改掉才能发" in lint
    assert "is-grave" in lint
