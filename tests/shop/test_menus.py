"""Menus: drafts, publishing, what a crash leaves, personalised ones."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.alerts.service import open_alerts
from app.alerts.words import say_alert
from app.core import outbox
from app.core.audit import entries_about
from app.core.db import db
from app.core.errors import InputInvalid, NotFound, PlatformError, PlatformUnreachable
from app.core.outbox import OutboxJob
from app.tasks import HANDLERS, TIMETABLE
from app.wechat.account import get_account
from app.wechat.menus import drafts, looking, personal, publishing
from app.wechat.menus.drafts import DraftChanged
from app.wechat.menus.models import MenuVersion
from app.wechat.menus.publishing import Published, Wish
from app.wechat.menus.remote import Origin
from app.wechat.menus.versions import (
    find_last_definition,
    find_shown,
    get_default,
    get_menu,
    list_personal,
    list_versions,
    load_button_names,
)
from tests.menu_platform import MenuPlatform, open_menu_platform

STAFF = "staff:1"
VIP = {"tag_id": "101"}


def click(name: str = "新品", key: str = "NEWS_NEW") -> dict[str, Any]:
    return {"type": "click", "name": name, "key": key}


def menu_of(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"button": list(buttons)}


FIRST, SECOND = menu_of(click()), menu_of(click("上新"))


def publish(definition: dict[str, Any], *, menu_id: int = 0, **wish: Any) -> Published:
    account = get_account()
    wanted = Wish(menu_id or get_default().id, definition, STAFF, **wish)
    return publishing.publish(account.client, wanted, account.make_link)


def states(menu_id: int = 0) -> list[str]:
    """Of every version, the newest first."""
    db.session.rollback()
    return [str(version.state) for version in list_versions(menu_id or get_default().id)]


def add_vip(definition: dict[str, Any] = SECOND) -> int:
    return personal.add_menu("会员", VIP, definition, actor=STAFF)


def run_jobs() -> None:
    outbox.run_due(HANDLERS, lease=timedelta(seconds=30))


def edit(change: Callable[[drafts.Draft], Any], *, seen_mark: int | None = None, menu_id: int = 0) -> None:
    menu = get_menu(menu_id or get_default().id)
    mark = menu.mark if seen_mark is None else seen_mark
    drafts.change_draft(menu.id, lambda draft: change(draft) and None, seen_mark=mark, actor=STAFF)


# ---- publishing


def test_what_is_published_is_kept_with_who_and_why(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST, note="  开店  ")

    version = find_shown(get_default().id)
    assert version is not None
    assert (version.number, version.created_by, version.note) == (1, STAFF, "开店")
    assert platform.menu == FIRST


def test_a_new_version_replaces_the_one_before(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    publish(SECOND)

    assert states() == ["shown", "withdrawn"]
    assert find_last_definition() == SECOND


def test_publishing_what_is_shown_makes_no_new_version(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)

    done = publish(FIRST)

    assert not done.is_new
    assert states() == ["shown"]
    assert platform.calls("create") == 1


def test_a_menu_changed_elsewhere_is_put_right_without_a_new_version(
    shop: Flask, platform: MenuPlatform
) -> None:
    publish(FIRST)
    platform.menu = SECOND

    done = publish(FIRST)

    assert (done.number, done.is_new) == (1, False)
    assert platform.menu == FIRST
    assert done.drift is not None
    assert done.drift.places == 0


def test_a_refusal_is_kept_and_names_the_button(shop: Flask, platform: MenuPlatform) -> None:
    platform.refuses["create"] = 40018

    with pytest.raises(PlatformError, match="第 1 列“新品”"):
        publish(FIRST)

    assert states() == ["refused"]
    assert list_versions(get_default().id)[0].errcode == 40018


def test_a_menu_beyond_the_limits_never_reaches_wechat(shop: Flask, platform: MenuPlatform) -> None:
    with pytest.raises(InputInvalid, match="最多 16 字节"):
        publish(menu_of(click("名字实在太长了")))

    assert platform.asked == []
    assert states() == []


def test_rolling_back_publishes_the_old_version_as_a_new_one(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    publish(SECOND)
    account = get_account()

    done = publishing.roll_back(account.client, get_default().id, 1, account.make_link, actor=STAFF)

    assert done.number == 3
    assert platform.menu == FIRST
    assert list_versions(get_default().id)[0].restores == 1
    with pytest.raises(NotFound):
        publishing.roll_back(account.client, get_default().id, 9, account.make_link, actor=STAFF)
    first, second = ({"buttons": [name]} for name in ("1 新品", "1 上新"))
    assert [(each.actor, each.action, each.was, each.became) for each in entries_about("menu")] == [
        (
            STAFF,
            "menu.rolled_back",
            {"version": 2, **second},
            {"version": 3, "restores": 1, **first},
        ),
        (STAFF, "menu.published", {"version": 1, **first}, {"version": 2, **second}),
        (STAFF, "menu.published", {}, {"version": 1, **first}),
    ]


# ---- crashes


def test_after_a_crash_the_next_look_finds_that_wechat_shows_it(shop: Flask, platform: MenuPlatform) -> None:
    platform.breaks_after = "create"
    with pytest.raises(PlatformUnreachable):
        publish(FIRST)
    assert states() == ["sending"]

    looking.observe(get_account().client)

    assert states() == ["shown"]
    assert [each.actor for each in entries_about("menu")] == [STAFF]


def test_publishing_again_after_a_crash_makes_no_second_version(shop: Flask, platform: MenuPlatform) -> None:
    platform.breaks_after = "create"
    with pytest.raises(PlatformUnreachable):
        publish(FIRST)

    done = publish(FIRST)

    assert done.number == 1
    assert states() == ["shown"]
    assert platform.calls("create") == 1


def test_what_never_arrived_is_lost_after_a_while_and_can_be_sent_again(
    shop: Flask, platform: MenuPlatform, advance: Callable[[timedelta], None]
) -> None:
    publish(FIRST)
    platform.answers["/cgi-bin/menu/create"] = lambda _: (500, {})
    with pytest.raises(PlatformUnreachable):
        publish(SECOND)

    looking.observe(get_account().client)
    assert states() == ["sending", "shown"]
    advance(timedelta(minutes=3))
    looking.observe(get_account().client)
    assert states() == ["lost", "shown"]

    platform.answers["/cgi-bin/menu/create"] = platform._answer_of("create")
    assert publish(SECOND).number == 2
    assert states() == ["shown", "withdrawn"]


def test_a_menu_that_cannot_be_read_back_is_published_all_the_same(
    shop: Flask, platform: MenuPlatform
) -> None:
    create = platform.answers["/cgi-bin/menu/create"]

    def create_and_break(asked: Any) -> Any:
        platform.refuses["get"] = 45009
        return create(asked)

    platform.answers["/cgi-bin/menu/create"] = create_and_break

    done = publish(FIRST)

    assert done.drift is None
    assert states() == ["shown"]


# ---- drift


def test_a_change_in_wechats_own_website_is_told_place_by_place(shop: Flask, platform: MenuPlatform) -> None:
    publish(menu_of(click(), click("第二")))
    platform.menu = None
    platform.website_menu = menu_of(
        {"name": "更多", "sub_button": {"list": [{"type": "text", "name": "营业时间", "value": "9:00"}]}}
    )

    seen = looking.observe(get_account().client)

    assert seen.origin is Origin.WEBSITE
    assert [(each.place, str(each.sort)) for each in looking.find_drift(seen).default] == [
        ("1", "changed"),
        ("1.1", "added"),
        ("2", "removed"),
    ]


def test_without_any_published_menu_nothing_has_drifted(shop: Flask, platform: MenuPlatform) -> None:
    platform.menu = SECOND

    assert looking.find_drift(looking.observe(get_account().client)).places == 0


def test_one_drift_has_one_name(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    platform.menu = SECOND
    client = get_account().client

    first, again = looking.name_drift(looking.observe(client)), looking.name_drift(looking.observe(client))
    platform.menu = menu_of(click("又变"))

    assert first == again
    assert looking.name_drift(looking.observe(client)) != first


def test_the_daily_look_asks_for_a_person_once_for_each_drift(shop: Flask, platform: MenuPlatform) -> None:
    [look] = [entry.task for entry in TIMETABLE if entry.name == "menus"]
    look()
    assert platform.asked == []  # nothing was ever published
    publish(FIRST)
    look()
    assert open_alerts() == []
    platform.menu = SECOND

    look()
    look()

    [alert] = open_alerts()
    assert "有 1 处不同" in say_alert(alert)


# ---- drafts


def test_a_draft_begins_with_the_menu_shown_and_survives(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    assert not drafts.is_unpublished(get_default())

    edit(drafts.add_column)

    assert drafts.is_unpublished(get_default())
    assert len(drafts.load_draft(get_default())["button"]) == 2
    assert platform.menu == FIRST


def test_of_two_who_write_at_once_the_second_is_told(shop: Flask) -> None:
    edit(drafts.add_column, seen_mark=0)

    with pytest.raises(DraftChanged) as told:
        edit(drafts.add_column, seen_mark=0)

    assert told.value.details["changed_by"] == STAFF
    assert len(drafts.load_draft(get_default())["button"]) == 1


def test_a_change_that_changes_nothing_is_never_refused(shop: Flask) -> None:
    edit(drafts.add_column)

    edit(lambda draft: None, seen_mark=0)

    assert get_default().mark == 1


def test_a_draft_can_be_thrown_away(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    edit(drafts.add_column)

    drafts.discard_draft(get_default().id, seen_mark=get_default().mark, actor=STAFF)

    assert drafts.definition_of(drafts.load_draft(get_default())) == FIRST


def test_an_untouched_draft_follows_a_rollback_and_a_touched_one_stays(
    shop: Flask, platform: MenuPlatform
) -> None:
    edit(drafts.add_column)
    edit(lambda draft: drafts.fill_in(draft, draft["button"][0]["id"], click()))
    publish(drafts.definition_of(drafts.load_draft(get_default())))
    seen_mark = get_default().mark
    publish(SECOND)
    assert drafts.definition_of(drafts.load_draft(get_default())) == SECOND
    with pytest.raises(DraftChanged):
        edit(drafts.add_column, seen_mark=seen_mark)

    edit(drafts.add_column)
    publish(FIRST)
    assert len(drafts.load_draft(get_default())["button"]) == 2


# ---- personalised menus


def test_a_personalised_menu_needs_the_default_one_first(shop: Flask, platform: MenuPlatform) -> None:
    menu_id = add_vip()

    with pytest.raises(PlatformError, match="请先发布默认菜单"):
        publish(SECOND, menu_id=menu_id)

    assert states(menu_id) == ["refused"]


def test_editing_adds_the_new_and_then_deletes_the_old(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    menu_id = add_vip()
    publish(SECOND, menu_id=menu_id)
    publish(FIRST, menu_id=menu_id)
    run_jobs()

    assert [menu["button"] for menu in platform.personal.values()] == [FIRST["button"]]
    assert states(menu_id) == ["shown", "withdrawn"]


def test_the_old_one_is_deleted_by_the_job_when_wechat_did_not_answer_at_once(
    shop: Flask, platform: MenuPlatform
) -> None:
    publish(FIRST)
    menu_id = add_vip()
    publish(SECOND, menu_id=menu_id)
    platform.refuses["delconditional"] = -1
    personal.remove_menu(get_account().client, menu_id, actor=STAFF)
    assert states(menu_id) == ["leaving"]
    assert len(looking.find_drift(looking.observe(get_account().client)).strangers) == 0

    platform.refuses.clear()
    run_jobs()

    assert platform.personal == {}
    assert states(menu_id) == ["withdrawn"]
    assert list_personal() == []


def test_a_personalised_menu_whose_answer_was_lost_is_found_by_what_it_says(
    shop: Flask, platform: MenuPlatform
) -> None:
    publish(FIRST)
    menu_id = add_vip()
    platform.breaks_after = "addconditional"
    with pytest.raises(PlatformUnreachable):
        publish(SECOND, menu_id=menu_id)

    publish(SECOND, menu_id=menu_id)

    assert states(menu_id) == ["shown"]
    assert platform.calls("addconditional") == 1
    shown = find_shown(menu_id)
    assert shown is not None
    assert shown.menuid in platform.personal


def test_a_menu_removed_while_its_answer_was_lost_is_withdrawn(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    menu_id = add_vip()
    platform.breaks_after = "addconditional"
    with pytest.raises(PlatformUnreachable):
        publish(SECOND, menu_id=menu_id)
    personal.remove_menu(get_account().client, menu_id, actor=STAFF)

    looking.observe(get_account().client)
    run_jobs()

    assert platform.personal == {}


def test_the_withdrawing_job_is_harmless_when_it_runs_twice(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    menu_id = add_vip()
    publish(SECOND, menu_id=menu_id)
    publish(FIRST, menu_id=menu_id)
    [job] = db.session.scalars(select(OutboxJob).where(OutboxJob.kind == "withdraw_menu"))

    for _ in range(2):
        HANDLERS["withdraw_menu"](**job.args)

    assert platform.calls("delconditional") == 1


def test_a_menu_gone_at_wechat_and_one_nobody_knows_are_told(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    publish(SECOND, menu_id=add_vip())
    platform.personal = {"460199999": {**FIRST, "matchrule": {"group_id": "7"}}}

    drift = looking.find_drift(looking.observe(get_account().client))

    assert [each.is_missing for each in drift.personal] == [True]
    assert [(each.menuid, each.rule) for each in drift.strangers] == [("460199999", {"tag_id": "7"})]
    personal.delete_stranger(get_account().client, "460199999", actor="staff:1")
    assert platform.personal == {}


def test_what_is_gone_at_wechat_is_published_anew(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    menu_id = add_vip()
    publish(SECOND, menu_id=menu_id)
    platform.personal.clear()

    publish(SECOND, menu_id=menu_id)

    assert len(platform.personal) == 1
    assert states(menu_id)[0] == "shown"


def test_our_own_menu_is_not_deleted_as_a_strangers(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    publish(SECOND, menu_id=add_vip())
    [menuid] = platform.personal

    with pytest.raises(InputInvalid):
        personal.delete_stranger(get_account().client, menuid, actor="staff:1")

    assert list(platform.personal) == [menuid]


def test_the_newest_published_is_matched_first_and_any_can_be_put_on_top(
    shop: Flask, platform: MenuPlatform
) -> None:
    publish(FIRST)
    vip = add_vip()
    phone = personal.add_menu("安卓", {"client_platform_type": "2"}, FIRST, actor=STAFF)
    publish(SECOND, menu_id=vip)
    publish(FIRST, menu_id=phone)
    assert [menu.id for menu in list_personal()] == [phone, vip]

    publish(SECOND, menu_id=vip, to_top=True)

    assert [menu.id for menu in list_personal()] == [vip, phone]
    assert platform.personal[max(platform.personal)]["matchrule"] == VIP


def test_links_of_a_personalised_menu_lead_to_few_other_hosts(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    links = [{"type": "view", "name": f"{n}", "url": f"https://h{n}.cn/"} for n in range(4)]
    menu_id = add_vip(menu_of({"name": "链接", "sub_button": links}))

    with pytest.raises(InputInvalid, match="3 个其他域名"):
        publish(menu_of({"name": "链接", "sub_button": links}), menu_id=menu_id)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", VIP),
        ("字" * 41, VIP),
        ("会员", {}),
        ("会员", {"tag_id": "x"}),
        ("会员", {"client_platform_type": "9"}),
    ],
)
def test_a_personalised_menu_needs_a_name_and_a_rule(shop: Flask, name: str, rule: dict[str, str]) -> None:
    with pytest.raises(InputInvalid):
        personal.add_menu(name, rule, actor=STAFF)

    assert list_personal() == []


def test_name_and_rule_are_changed_by_one_at_a_time(shop: Flask) -> None:
    menu_id = add_vip()
    personal.change_menu(menu_id, "贵宾", {"tag_id": 102}, seen_mark=0, actor=STAFF)

    with pytest.raises(DraftChanged):
        personal.change_menu(menu_id, "别名", VIP, seen_mark=0, actor=STAFF)

    menu = get_menu(menu_id)
    assert (menu.name, menu.rule) == ("贵宾", {"tag_id": "102"})
    with pytest.raises(InputInvalid):
        personal.change_menu(get_default().id, "默认", VIP, seen_mark=0, actor=STAFF)


# ---- names


def test_a_key_is_called_by_the_words_on_its_button(shop: Flask, platform: MenuPlatform) -> None:
    publish(FIRST)
    publish(menu_of(click("会员新品"), click("会员客服", "CONTACT")), menu_id=add_vip())

    names = load_button_names()
    assert (names["NEWS_NEW"], names["CONTACT"]) == ("新品", "会员客服")
    assert "NOTHING" not in names


def test_a_version_keeps_what_was_written_and_what_was_sent(shop: Flask, platform: MenuPlatform) -> None:
    publish(menu_of({"type": "view", "name": "进店", "url": "/shop/"}))

    version = db.session.scalars(select(MenuVersion)).one()
    assert version.definition["button"][0]["url"] == "/shop/"
    assert version.sent["button"][0]["url"].startswith("https://shop.example.cn/shop/?e=")


@pytest.fixture
def platform(shop: Flask) -> Iterator[MenuPlatform]:
    """WeChat's side of the menus."""
    with open_menu_platform(shop) as platform:
        yield platform
