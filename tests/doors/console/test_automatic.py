"""The page of messages that go by themselves."""

import re

from flask import Flask

from app.broadcasts.automatic.limits import Limits, load_limits
from app.broadcasts.automatic.models import AutomaticDay, RuleKind
from app.broadcasts.automatic.rules import list_rules, values_of
from app.broadcasts.models import Broadcast
from app.broadcasts.states import BroadcastState, Way
from app.core import clock
from app.core.db import transaction
from tests.factories import make_sku
from tests.staff import Console, make_role, open_console


def find_id(app: Flask, kind: RuleKind) -> int:
    with app.app_context():
        return next(rule.id for rule in list_rules() if rule.kind is kind)


def values(app: Flask, rule_id: int) -> object:
    with app.app_context():
        return next(values_of(rule) for rule in list_rules() if rule.id == rule_id)


def test_a_rule_is_switched_on_with_its_words(app: Flask, console: Console) -> None:
    with app.app_context():
        slug = make_sku(title="大红袍").product.slug
    rule_id = find_id(app, RuleKind.WELCOME)
    fields = {
        "version": "1",
        "is_on": "1",
        "delay_hours": "2",
        "slug": slug,
        "title": "全网最低价",
        "summary": "",
    }
    kept = console.post(f"/broadcasts/automatic/{rule_id}", **fields)

    assert kept.status_code == 302
    page = console.text("/broadcasts/automatic/")
    assert "全网最低价" in page
    assert "绝对化用语" in page
    late = console.post(f"/broadcasts/automatic/{rule_id}", **fields)
    assert late.status_code == 422
    assert "有人刚刚改过它" in late.text


def test_what_cannot_be_kept_stays_in_its_fields(app: Flask, console: Console) -> None:
    rule_id = find_id(app, RuleKind.CART_LEFT)
    before = values(app, rule_id)
    refused = console.post(
        f"/broadcasts/automatic/{rule_id}",
        version="1",
        is_on="1",
        delay_hours="99",
        title="还在等您",
        summary="",
    )

    assert refused.status_code == 422
    assert "要等 1 到 47 个小时" in refused.text
    assert 'value="还在等您"' in refused.text
    assert re.search(r'name="delay_hours"[^>]*value="99"', refused.text)
    assert values(app, rule_id) == before


def test_the_limits_hold_for_all(app: Flask, console: Console) -> None:
    fields = {"cap": "3", "cap_days": "5", "quiet_from": "21", "quiet_to": "9"}
    assert console.post("/broadcasts/automatic/limits", **fields).status_code == 302
    refused = console.post("/broadcasts/automatic/limits", **{**fields, "quiet_to": "24"})

    assert refused.status_code == 422
    with app.app_context():
        assert load_limits() == Limits(3, 5, 21, 9)


def test_who_may_only_write_may_look_and_not_switch(app: Flask, console: Console) -> None:
    rule_id = find_id(app, RuleKind.CART_LEFT)
    with app.app_context():
        role = make_role("console.broadcasts.index", name="文案")
    writer = open_console(app, "writer", role=role)

    assert writer.get("/broadcasts/automatic/").status_code == 200
    assert writer.post(f"/broadcasts/automatic/{rule_id}", version="1", delay_hours="2").status_code == 403


def test_a_day_that_is_held_up_is_told(app: Flask, console: Console) -> None:
    rule_id = find_id(app, RuleKind.CART_LEFT)
    with app.app_context(), transaction() as session:
        row = Broadcast(
            name="购物车提醒", way=Way.CARD, state=BroadcastState.PAUSED, content={}, audience={}, halt=45009
        )
        session.add(row)
        session.flush()
        session.add(AutomaticDay(broadcast_id=row.id, rule_id=rule_id, day=clock.today(), way=row.way))
        number = row.id

    page = console.text("/broadcasts/automatic/")
    assert "今天的暂停了" in page
    assert f"/console/broadcasts/{number}" in page
    day = console.text(f"/broadcasts/{number}")
    assert "各收各的卡片" in day
    assert "复制成草稿" not in day
    assert "带来了什么" not in day
