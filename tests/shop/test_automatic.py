"""Messages that go by themselves: each cause once, capped, not at night, and only to whom they can reach."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.broadcasts.automatic.limits import Limits, is_quiet, keep_limits
from app.broadcasts.automatic.models import AutomaticCause, AutomaticRule, RuleKind
from app.broadcasts.automatic.requests import ask_for, find_asked, forget
from app.broadcasts.automatic.rules import RuleValues, change_rule, list_rules
from app.broadcasts.automatic.running import run_rules
from app.broadcasts.claims import take
from app.broadcasts.ending import close_if_done, pause
from app.broadcasts.listing import count_tabs
from app.broadcasts.models import Broadcast, BroadcastOptOut, BroadcastRecipient
from app.broadcasts.notices.consents import count_left
from app.broadcasts.results import read_rule_results
from app.broadcasts.states import BroadcastState, RecipientState
from app.broadcasts.unclear import clear_up
from app.carts import service as carts
from app.catalog.models import Product, Sku
from app.catalog.states import ProductState
from app.conversations.models import Conversation
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, TransitionRefused
from app.entrances.models import Entrance
from app.followers.models import Follower
from app.notice_templates.purposes import Purpose
from app.wechat.client import AccountClient
from tests.broadcasts import RECORDS, SEND, make_writers, received, record_of, send_all
from tests.factories import make_follower, make_order, make_sku
from tests.fake_platform import FakePlatform
from tests.notices import SEND_SUBSCRIPTION, agree, use_template

Advance = Callable[[timedelta], None]
NOON = datetime(2026, 11, 3, 4, tzinfo=UTC)  # in Beijing
DAY = timedelta(days=1)


@pytest.fixture
def advance(shop: Flask) -> object:
    with clock.frozen_at(NOON) as move:
        yield move


def rule_of(kind: RuleKind, step: int = 0) -> AutomaticRule:
    db.session.rollback()
    return next(rule for rule in list_rules() if (rule.kind, rule.step) == (kind, step))


def switch(
    kind: RuleKind, step: int = 0, *, is_on: bool = True, hours: int = 4, **words: str
) -> AutomaticRule:
    rule = rule_of(kind, step)
    hours = 0 if kind is RuleKind.BACK_IN_STOCK else hours
    change_rule(rule.id, RuleValues(is_on, hours, **words), version=rule.version, actor="staff:1")
    return rule_of(kind, step)


def write_again(*followers: Follower) -> None:
    """They said something just now."""
    with transaction() as session:
        told = update(Conversation).where(Conversation.openid.in_([each.openid for each in followers]))
        session.execute(told.values(last_message_at=clock.now()))


def run() -> None:
    run_rules(5)
    send_all()


def reasons() -> dict[str, str]:
    """What became of whom: the state, or why not."""
    db.session.rollback()
    rows = db.session.scalars(select(BroadcastRecipient).order_by(BroadcastRecipient.broadcast_id)).all()
    return {row.openid: row.reason or row.state for row in rows}


def titles(platform: FakePlatform) -> list[str]:
    return [a.json["news"]["articles"][0]["title"] for a in platform.asked if a.path == SEND]


def links(platform: FakePlatform) -> list[str]:
    return [a.json["news"]["articles"][0]["url"] for a in platform.asked if a.path == SEND]


def fill_cart(follower: Follower, sku: Sku | None = None) -> Sku:
    sku = sku or make_sku(title="铁观音")
    carts.add(f"follower:{follower.id}", sku.id, 1)
    return sku


def set_stock(sku_id: int, stock: int) -> None:
    with transaction() as session:
        session.execute(update(Sku).where(Sku.id == sku_id).values(stock=stock))


def subscribe(follower: Follower) -> None:
    with transaction() as session:
        session.execute(update(Follower).where(Follower.id == follower.id).values(subscribed_at=clock.now()))


# Carts


def test_a_cart_left_is_told_of_once(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    [follower] = make_writers(1)
    switch(RuleKind.CART_LEFT)
    fill_cart(follower)
    advance(timedelta(hours=3))
    run()
    assert received(platform) == {}

    advance(timedelta(hours=1))
    for _again in range(2):
        run()

    assert received(platform) == {follower.openid: 1}
    assert titles(platform) == ["购物车里的铁观音还在等您"]
    assert "/shop/cart?e=" in links(platform)[0]


def test_a_cart_that_changes_starts_anew(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    [follower] = make_writers(1)
    switch(RuleKind.CART_LEFT)
    sku = fill_cart(follower)
    advance(timedelta(hours=3))
    fill_cart(follower, sku)
    advance(timedelta(hours=2))
    run()
    assert received(platform) == {}

    advance(timedelta(hours=2))
    run()
    assert received(platform) == {follower.openid: 1}


def test_who_ordered_since_is_left_alone(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    [follower] = make_writers(1)
    switch(RuleKind.CART_LEFT)
    fill_cart(follower)
    advance(timedelta(hours=1))
    make_order(follower=follower)
    advance(timedelta(hours=4))
    run()

    assert received(platform) == {}


def test_each_cart_has_a_card_of_its_own(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    one, other, gone = make_writers(3)
    switch(RuleKind.CART_LEFT, title="{商品}还要吗")
    fill_cart(one)
    fill_cart(one, make_sku(title="大红袍", price_fen=99_00))
    fill_cart(other, make_sku(title="白茶"))
    off_sale = fill_cart(gone, make_sku(title="断货的"))
    set_stock(off_sale.id, 0)
    advance(timedelta(hours=5))
    run()

    assert sorted(titles(platform)) == ["大红袍还要吗", "白茶还要吗"]
    assert reasons()[gone.openid] == "goods_gone"


def test_what_leaves_the_cart_before_it_is_said_is_not_said(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    [follower] = make_writers(1)
    switch(RuleKind.CART_LEFT)
    sku = fill_cart(follower)
    advance(timedelta(hours=5))
    run_rules(5)
    with transaction():
        carts.remove(f"follower:{follower.id}", [sku.id])
    send_all()

    assert received(platform) == {}
    assert reasons() == {follower.openid: "goods_gone"}


# The welcome


def test_new_followers_are_welcomed_step_by_step(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    old, new = make_writers(2)
    subscribe(old)
    advance(timedelta(minutes=1))
    slug = make_sku(title="铁观音").product.slug
    switch(RuleKind.WELCOME, 1, hours=1, slug=slug, title="欢迎")
    switch(RuleKind.WELCOME, 2, hours=3, slug=slug, title="再看看")
    subscribe(new)
    for hours in (1, 1, 1, 1):
        advance(timedelta(hours=hours))
        run()

    assert received(platform) == {new.openid: 2}
    assert titles(platform) == ["欢迎", "再看看"]


# Goods that are back


def test_who_asked_is_told_once_when_it_is_back(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    [follower] = make_writers(1)
    make_writers(1)
    switch(RuleKind.BACK_IN_STOCK)
    sku_id = make_sku(title="白茶", stock=0).id
    ask_for(sku_id, follower.id)
    ask_for(sku_id, follower.id)
    run()
    assert received(platform) == {}

    set_stock(sku_id, 3)
    run()
    set_stock(sku_id, 0)
    set_stock(sku_id, 3)
    run()

    assert received(platform) == {follower.openid: 1}
    assert titles(platform) == ["到货了：白茶 ¥68.00"]
    assert find_asked(follower.id, [sku_id]) == set()


def test_what_can_be_bought_or_is_not_told_of_cannot_be_asked_for(shop: Flask, advance: Advance) -> None:
    follower, sold_out, in_stock = make_follower(), make_sku(stock=0).id, make_sku().id
    with pytest.raises(TransitionRefused):
        ask_for(sold_out, follower.id)
    switch(RuleKind.BACK_IN_STOCK)
    with pytest.raises(TransitionRefused):
        ask_for(in_stock, follower.id)
    ask_for(sold_out, follower.id)
    forget(sold_out, follower.id)
    assert find_asked(follower.id, [sold_out]) == set()


def test_off_sale_is_not_back(account: AccountClient, platform: FakePlatform, advance: Advance) -> None:
    [follower] = make_writers(1)
    switch(RuleKind.BACK_IN_STOCK)
    sku = make_sku(stock=0)
    ask_for(sku.id, follower.id)
    with transaction() as session:
        session.execute(update(Product).values(state=ProductState.OFF_SALE))
    set_stock(sku.id, 2)
    run()

    assert received(platform) == {}


def test_goods_that_are_back_are_told_as_a_notification_where_no_card_can_go(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    template_id = use_template(Purpose.BACK_IN_STOCK)
    [writer] = make_writers(1)
    agreed, silent = make_follower(), make_follower()
    agree(writer.openid, agreed.openid, purpose=Purpose.BACK_IN_STOCK)
    switch(RuleKind.BACK_IN_STOCK)
    sku = make_sku(title="白茶", stock=0)
    for each in (writer, agreed, silent):
        ask_for(sku.id, each.id)
    set_stock(sku.id, 2)
    run()
    run()

    assert received(platform) == {writer.openid: 1}
    [body] = [asked.json for asked in platform.asked if asked.path == SEND_SUBSCRIPTION]
    assert (body["touser"], body["template_id"]) == (agreed.openid, template_id)
    assert [value["value"] for value in body["data"].values()] == ["白茶", "68.00元", "您关心的商品又有货了"]
    assert f"/shop/p/{sku.product.slug}?e=" in body["page"]
    assert reasons()[silent.openid] == "no_window"
    assert reasons()[agreed.openid] == RecipientState.HANDED
    assert count_left(writer.openid, template_id) == 1  # the card used none up


# Whom not, when not, how often


def test_the_reason_stands_with_who_does_not_get_it(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    opted_out, blocked = make_writers(2)
    silent = make_follower()
    switch(RuleKind.CART_LEFT)
    for each in (opted_out, blocked, silent):
        fill_cart(each)
    with transaction() as session:
        session.add(BroadcastOptOut(follower_id=opted_out.id))
        session.get_one(Follower, blocked.id).is_blacklisted = True
    advance(timedelta(hours=5))
    run()

    assert received(platform) == {}
    assert reasons() == {opted_out.openid: "opted_out", silent.openid: "no_window"}


def test_more_than_the_cap_is_not_sent_and_goods_wait_for_it(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    [follower] = make_writers(1)
    keep_limits(Limits(cap=1, cap_days=2), actor="staff:1")
    switch(RuleKind.CART_LEFT)
    switch(RuleKind.BACK_IN_STOCK)
    sku_id = make_sku(title="白茶", stock=0).id
    ask_for(sku_id, follower.id)
    fill_cart(follower)
    advance(timedelta(hours=4))
    run()
    set_stock(sku_id, 1)
    advance(timedelta(minutes=1))
    fill_cart(follower)
    advance(DAY)
    write_again(follower)
    run()

    assert received(platform) == {follower.openid: 1}
    assert reasons() == {follower.openid: "capped"}
    advance(DAY)
    write_again(follower)
    run()
    assert titles(platform)[1:] == ["到货了：白茶 ¥68.00"]


def test_at_night_it_waits_for_the_morning(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    follower, late = make_writers(2)
    switch(RuleKind.CART_LEFT)
    fill_cart(late)
    advance(timedelta(hours=5.9))  # 17:54
    fill_cart(follower)
    run_rules(5)  # late is a recipient; nobody sends before
    advance(timedelta(hours=4.2))  # 22:06
    run()
    assert received(platform) == {}

    advance(timedelta(hours=10))
    run()
    assert received(platform) == {follower.openid: 1}
    assert reasons()[late.openid] == "stopped"


@pytest.mark.parametrize(
    ("begin", "end", "hour", "quiet"),
    [
        (22, 8, 23, True),
        (22, 8, 7, True),
        (22, 8, 8, False),
        (12, 14, 13, True),
        (12, 14, 14, False),
        (5, 5, 5, False),
    ],
)
def test_quiet_hours(shop: Flask, begin: int, end: int, hour: int, quiet: bool) -> None:
    with clock.frozen_at(datetime(2026, 11, 3, hour, 30, tzinfo=clock.BEIJING)):
        assert is_quiet(Limits(quiet_from=begin, quiet_to=end)) is quiet


def test_switched_off_nothing_goes(account: AccountClient, platform: FakePlatform, advance: Advance) -> None:
    [follower] = make_writers(1)
    switch(RuleKind.CART_LEFT)
    switch(RuleKind.CART_LEFT, is_on=False)
    fill_cart(follower)
    advance(timedelta(hours=5))
    run()
    switch(RuleKind.CART_LEFT)
    run()

    assert received(platform) == {}  # what was due while it was off is not made up for


def test_while_it_is_paused_everybody_stays_due(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    one, two = make_writers(2)
    switch(RuleKind.CART_LEFT)
    fill_cart(one)
    advance(timedelta(hours=1))
    fill_cart(two)
    advance(timedelta(hours=3))
    run()
    pause(db.session.scalars(select(Broadcast.id)).one(), actor="staff:1")
    advance(timedelta(hours=1))
    run()
    assert received(platform) == {one.openid: 1}

    advance(DAY)
    write_again(two)
    run()
    assert received(platform) == {one.openid: 1, two.openid: 1}


# Crashes, ends, numbers


def test_a_crash_before_the_end_of_a_turn_leaves_everybody_due(
    account: AccountClient, platform: FakePlatform, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    [follower] = make_writers(1)
    switch(RuleKind.BACK_IN_STOCK)
    sku_id = make_sku(stock=0).id
    ask_for(sku_id, follower.id)
    set_stock(sku_id, 1)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("app.broadcasts.automatic.running.insert_rows", die)
        with pytest.raises(KeyboardInterrupt):
            run_rules(5)
    assert db.session.scalars(select(AutomaticCause)).all() == []
    run()

    assert received(platform) == {follower.openid: 1}


def test_a_worker_that_died_while_asking_is_cleared_up_by_the_record(
    account: AccountClient, platform: FakePlatform, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived, lost, other = make_writers(3)
    switch(RuleKind.CART_LEFT)
    for each in (arrived, lost, other):
        fill_cart(each)
    advance(timedelta(hours=4))
    run_rules(5)
    broadcast_id = db.session.scalars(select(Broadcast.id)).one()
    take(broadcast_id, 2, per_second=9)
    send_all()
    record = record_of([arrived.openid, other.openid])
    platform.answers[RECORDS] = lambda _: record
    advance(timedelta(minutes=4))
    clear_up(account)
    send_all()

    assert received(platform) == {other.openid: 1, lost.openid: 1}
    assert set(reasons().values()) == {RecipientState.SENT}


def test_the_day_s_broadcast_ends_with_the_day_and_stands_in_no_list(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    [follower] = make_writers(1)
    switch(RuleKind.CART_LEFT)
    fill_cart(follower)
    advance(timedelta(hours=4))
    run()
    broadcast_id = db.session.scalars(select(Broadcast.id)).one()
    assert not close_if_done(broadcast_id)
    advance(DAY)
    run()

    assert db.session.get_one(Broadcast, broadcast_id).state == BroadcastState.FINISHED
    assert set(count_tabs().values()) == {0}


def test_a_rule_s_numbers_hold_all_its_days(
    account: AccountClient, platform: FakePlatform, advance: Advance
) -> None:
    [follower] = make_writers(1)
    rule = switch(RuleKind.CART_LEFT)
    fill_cart(follower)
    for _day in range(2):
        advance(timedelta(hours=4))
        write_again(follower)
        run()
        advance(DAY - timedelta(hours=4))
        fill_cart(follower, make_sku())
    advance(timedelta(minutes=1))
    order = make_order(follower=follower)
    entrance_id = db.session.scalars(select(Entrance.id)).one()
    with transaction() as session:
        row = session.get_one(type(order), order.id)
        row.entrance_id, row.paid_at = entrance_id, clock.now() - timedelta(seconds=1)

    counts, result = read_rule_results(rule.id, 30)
    assert counts == {RecipientState.SENT: 2}
    assert (result.paid_orders, result.revenue_fen) == (1, order.total_fen)


@pytest.mark.parametrize(
    "values",
    [
        RuleValues(True, 0, "", "", ""),
        RuleValues(True, 48, "", "", ""),
        RuleValues(True, 4, "", "长" * 33, ""),
        RuleValues(True, 4, "", "", "长" * 121),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(shop: Flask, values: RuleValues) -> None:
    rule = rule_of(RuleKind.CART_LEFT)
    with pytest.raises(InputInvalid):
        change_rule(rule.id, values, version=1, actor="staff:1")
    welcome = rule_of(RuleKind.WELCOME, 1)
    with pytest.raises(InputInvalid):
        change_rule(welcome.id, RuleValues(True, 1, "no-such"), version=1, actor="staff:1")


def test_two_people_do_not_undo_each_other(shop: Flask) -> None:
    rule = rule_of(RuleKind.CART_LEFT)
    change_rule(rule.id, RuleValues(True, 4), version=1, actor="staff:1")
    with pytest.raises(TransitionRefused):
        change_rule(rule.id, RuleValues(False, 4), version=1, actor="staff:2")


@pytest.mark.parametrize(
    "limits", [Limits(cap=0), Limits(cap_days=31), Limits(quiet_from=24), Limits(quiet_to=-1)]
)
def test_limits_that_make_no_sense_are_refused(shop: Flask, limits: Limits) -> None:
    with pytest.raises(InputInvalid):
        keep_limits(limits, actor="staff:1")
