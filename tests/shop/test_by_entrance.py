"""What each entrance brought, day by day, and what it is called now."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.core.days import Days
from app.core.db import transaction
from app.entrances.models import Entrance, EntranceKind
from app.entrances.posters import add_place, list_places
from app.entrances.scans import ScanFigures
from app.entrances.scenes import SceneDraft, add_scene, change_scene, get_scene, new_scene, record_scan
from app.entrances.service import code_for, find_by_code
from app.entrances.visits import record_visit
from app.keywords.drafts import RuleDraft
from app.keywords.matching import Keyword, MatchMode
from app.keywords.replies import ReplyKind, ReplySpec
from app.keywords.service import add_rule
from app.orders.by_entrance import (
    Figures,
    figures_by_entrance,
    figures_of_entrance,
    total,
    visitors_by_entrance,
)
from app.orders.by_scene_code import CodeFigures, figures_by_code
from app.orders.entrance_names import name_entrances
from app.orders.models import Order
from tests.factories import make_order, make_sku

TODAY, YESTERDAY = date(2026, 11, 21), date(2026, 11, 20)
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LAST_MINUTE = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)  # of yesterday in Beijing
BOTH = Days(YESTERDAY, TODAY)


def make_entrance(
    kind: EntranceKind = EntranceKind.MENU, ref: str = "1", label: str = "菜单：进店"
) -> Entrance:
    entrance = find_by_code(code_for(kind, ref, label))
    assert entrance is not None
    return entrance


def order_by(entrance_id: int | None, *, at: datetime = NOON, paid_at: datetime | None = None) -> int:
    """An order of 76 yuan; returns its total in fen."""
    order = make_order()
    values = {"entrance_id": entrance_id, "created_at": at, "paid_at": paid_at}
    with transaction() as session:
        session.execute(update(Order).where(Order.id == order.id).values(**values))
    return order.total_fen


def test_visits_orders_and_money_fall_on_their_own_days(shop: Flask) -> None:
    entrance_id = make_entrance().id
    for mark, day in [("ann", YESTERDAY), ("ann", TODAY), ("ann", TODAY), ("bob", TODAY)]:
        record_visit(entrance_id, mark, day)
    fen = order_by(entrance_id, at=LAST_MINUTE, paid_at=NOON)
    order_by(entrance_id, at=NOON)

    by_day = figures_of_entrance(entrance_id, BOTH)

    assert by_day == {
        YESTERDAY: Figures(visits=1, visitors=1, orders=1),
        TODAY: Figures(visits=3, visitors=2, orders=1, paid=1, revenue_fen=fen),
    }
    visitors = visitors_by_entrance(BOTH)[entrance_id]
    assert total(by_day, visitors) == Figures(visits=4, visitors=2, orders=2, paid=1, revenue_fen=fen)


def test_what_lies_outside_the_days_is_left_out(shop: Flask) -> None:
    entrance_id = make_entrance().id
    record_visit(entrance_id, "ann", YESTERDAY)
    order_by(entrance_id, at=LAST_MINUTE, paid_at=LAST_MINUTE)
    order_by(entrance_id, at=NOON + timedelta(hours=12), paid_at=NOON + timedelta(hours=12))

    assert figures_of_entrance(entrance_id, Days(TODAY, TODAY)) == {}


def test_every_entrance_stands_apart_and_who_came_directly_as_well(shop: Flask) -> None:
    menu, share = make_entrance().id, make_entrance(EntranceKind.SHARE, "longjing", "龙井").id
    fen = order_by(menu, paid_at=NOON)
    order_by(share)
    order_by(None, paid_at=NOON)

    found = figures_by_entrance(Days(TODAY, TODAY))

    assert {key: total(by_day) for key, by_day in found.items()} == {
        menu: Figures(orders=1, paid=1, revenue_fen=fen),
        share: Figures(orders=1),
        None: Figures(orders=1, paid=1, revenue_fen=fen),
    }


def test_a_day_holds_twenty_four_hours_of_beijing(shop: Flask) -> None:
    entrance_id = make_entrance().id
    for at in (LAST_MINUTE, LAST_MINUTE + timedelta(minutes=1), LAST_MINUTE + timedelta(hours=24)):
        order_by(entrance_id, at=at)

    by_day = figures_of_entrance(entrance_id, BOTH)

    assert {day: figures.orders for day, figures in by_day.items()} == {YESTERDAY: 1, TODAY: 2}


def test_days_are_counted_and_listed() -> None:
    days = Days(YESTERDAY, TODAY)

    assert (len(days), list(days)) == (2, [YESTERDAY, TODAY])


def test_names_are_those_of_now(shop: Flask) -> None:
    code_id = add_scene(SceneDraft("收银台"), scene=new_scene(), is_permanent=True, actor="staff:1")
    sku = make_sku(title="龙井")
    slug = sku.product.slug
    add_place(slug, "龙井", "橱窗")
    entrances = [
        make_entrance(EntranceKind.SCENE, str(code_id), "渠道码：收银台"),
        make_entrance(EntranceKind.SHARE, slug, "龙井"),
        list_places(slug)[0],
        make_entrance(),
    ]
    assert list(name_entrances(entrances).values()) == ["收银台", "龙井", "龙井 · 橱窗", "进店"]

    change_scene(code_id, SceneDraft("前台"))
    with transaction() as session:
        session.merge(sku.product).title = "明前龙井"

    assert list(name_entrances(entrances).values()) == ["前台", "明前龙井", "明前龙井 · 橱窗", "进店"]


@pytest.mark.parametrize(
    ("kind", "label", "name"),
    [
        (EntranceKind.KEYWORD, "关键词：茶：红茶", "茶：红茶"),
        (EntranceKind.WELCOME, "默认回复", "默认回复"),
        (EntranceKind.DESK, "客服：小林", "小林"),
        (EntranceKind.MENU, "优惠：今天", "优惠：今天"),
        (EntranceKind.MENU, "菜单：", "菜单："),
    ],
)
def test_what_is_gone_keeps_the_name_it_had(shop: Flask, kind: EntranceKind, label: str, name: str) -> None:
    entrance = make_entrance(kind, "999", label)

    assert name_entrances([entrance]) == {entrance.id: name}


def test_a_rule_is_called_as_it_is_now(shop: Flask) -> None:
    draft = RuleDraft("红茶", (Keyword(MatchMode.EXACT, "茶"),), (ReplySpec(ReplyKind.TEXT, "在"),))
    rule_id = add_rule(draft, actor="staff:1")
    entrance = make_entrance(EntranceKind.KEYWORD, str(rule_id), "关键词：茶")

    assert name_entrances([entrance]) == {entrance.id: "红茶"}


def test_a_scene_code_shows_its_scans_beside_what_was_bought_by_its_links(shop: Flask) -> None:
    used, unused = (
        add_scene(SceneDraft("收银台"), scene=new_scene(), is_permanent=True, actor="staff:1") for _ in "ab"
    )
    record_scan(get_scene(used).scene, "oSomebody", 1, NOON, True)
    entrance_id = make_entrance(EntranceKind.SCENE, str(used), "渠道码：收银台").id
    fen = order_by(entrance_id, paid_at=NOON)

    found = figures_by_code([used, unused], BOTH)

    assert found[used].entrance_id == entrance_id
    assert (found[used].scanned, found[used].sold) == (ScanFigures(1, 1), Figures(0, 0, 1, 1, fen))
    assert found[used].on(YESTERDAY) == (ScanFigures(), Figures())
    assert found[unused] == CodeFigures()
