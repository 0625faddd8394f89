"""Tags, remarks and the blacklist: here at once, at WeChat by jobs that tell how things stand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.states import StateEvent
from app.followers import card, profiles, pushing, tag_pushing, tags
from app.followers.models import Follower, FollowerPush, FollowerTag, PushKind, Tag
from app.followers.service import find, record_follow
from app.wechat.platform_errors import make_error
from tests.factories import make_follower
from tests.fake_crm import FakeCrm, Fan, openid_of

Advance = Callable[[timedelta], None]


@pytest.fixture
def crm(shop: Flask) -> FakeCrm:
    """Three people follow, there and here."""
    for number in range(3):
        make_follower(openid_of(number))
    return FakeCrm(fans={openid_of(number): Fan() for number in range(3)})


def work(crm: FakeCrm) -> int:
    """What the worker does with jobs about followers."""
    handlers: dict[str, outbox.Handler] = {
        "push_tag": lambda tag_id: tag_pushing.push_tag(crm, tag_id),  # type: ignore[arg-type]
        "forget_tag": lambda wechat_id: tag_pushing.forget_tag(crm, wechat_id),  # type: ignore[arg-type]
        "refresh_tags": lambda: tag_pushing.refresh_tags(crm),  # type: ignore[arg-type]
        "push_followers": lambda push, tag_id: pushing.push_followers(crm, push, tag_id),  # type: ignore[arg-type]
        "fetch_profile": lambda openid: profiles.fetch_profile(crm, openid),  # type: ignore[arg-type]
        "apply_auto_tag": lambda tag_id: None,
    }
    return outbox.run_due(handlers, lease=timedelta(seconds=60))


def at_wechat(crm: FakeCrm, number: int) -> list[str]:
    return sorted(crm.tags[key] for key in crm.fans[openid_of(number)].tags)


def here(openid: str) -> list[str]:
    db.session.rollback()
    row = find(openid)
    assert row is not None
    return sorted(tag.name for tag in tags.tags_of([row.id])[row.id])


def pushes() -> list[FollowerPush]:
    db.session.rollback()
    return list(db.session.scalars(select(FollowerPush)))


def get_tag(tag_id: int) -> Tag | None:
    return db.session.get(Tag, tag_id, populate_existing=True)


def test_a_new_tag_is_made_at_wechat_and_put_on_there(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("常客")
    assert tags.put_on(openid_of(1), tag_id, origin="scan")

    work(crm)

    assert at_wechat(crm, 1) == here(openid_of(1)) == ["常客"]
    assert at_wechat(crm, 0) == []
    assert pushes() == []


def test_what_is_put_on_and_taken_off_before_wechat_hears_of_it_is_off_there(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("常客")
    work(crm)
    tags.put_on(openid_of(1), tag_id, origin="scan")
    tags.take_off(openid_of(1), tag_id)

    work(crm)

    assert at_wechat(crm, 1) == []
    assert crm.count("tags/members/batchtagging") == 0


def test_what_changes_while_wechat_is_told_is_told_again(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("常客")
    work(crm)
    tags.put_on(openid_of(1), tag_id, origin="scan")

    def take_off(path: str, _body: object) -> None:
        if path == "tags/members/batchtagging":
            tags.take_off(openid_of(1), tag_id)

    crm.before = take_off
    work(crm)

    assert at_wechat(crm, 1) == here(openid_of(1)) == []
    assert pushes() == []


def test_two_workers_never_tell_about_the_same_follower_at_once(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("常客")
    work(crm)
    tags.put_on(openid_of(1), tag_id, origin="scan")

    def second(path: str, _body: object) -> None:
        crm.before = None
        pushing.push_followers(crm, "tag", tag_id)  # type: ignore[arg-type]

    crm.before = second
    work(crm)

    assert crm.count("tags/members/batchtagging") == 1


def test_a_worker_killed_while_telling_is_followed_by_another(crm: FakeCrm, advance: Advance) -> None:
    tag_id = tags.create_tag("常客")
    work(crm)
    tags.put_on(openid_of(1), tag_id, origin="scan")

    def die(_path: str, _body: object) -> None:
        raise KeyboardInterrupt

    crm.before = die
    with pytest.raises(KeyboardInterrupt):
        work(crm)
    crm.before = None
    advance(timedelta(minutes=3))
    work(crm)

    assert at_wechat(crm, 1) == ["常客"]


def test_a_hundred_and_twenty_followers_are_told_in_three_calls(shop: Flask) -> None:
    ids = [make_follower(openid_of(number)).id for number in range(120)]
    crm = FakeCrm(fans={openid_of(number): Fan() for number in range(120)})
    tag_id = tags.create_tag("会员")

    done = tags.put_on_many(ids, tag_id, actor="staff:1")
    work(crm)

    assert (done.changed, done.unchanged, done.full) == (120, 0, 0)
    assert [len(body["openid_list"]) for path, body in crm.calls if path.endswith("batchtagging")] == [
        50,
        50,
        20,
    ]
    assert all(fan.tags for fan in crm.fans.values())


def test_one_who_cannot_be_tagged_does_not_keep_the_others_from_it(crm: FakeCrm) -> None:
    crm.fans[openid_of(1)].tags = set(range(200, 220))  # full at WeChat, which we do not know
    tag_id = tags.create_tag("会员")
    tags.put_on_many([find(openid_of(n)).id for n in range(3)], tag_id, actor="staff:1")  # type: ignore[union-attr]

    work(crm)

    assert at_wechat(crm, 0) == at_wechat(crm, 2) == ["会员"]
    (left,) = pushes()
    assert left.follower_id == find(openid_of(1)).id  # type: ignore[union-attr]
    assert "标签已满 20 个" in left.error


def test_a_quota_that_is_used_up_is_waited_for(crm: FakeCrm, advance: Advance) -> None:
    tag_id = tags.create_tag("会员")
    work(crm)

    def refuse(_path: str, _body: object) -> None:
        raise make_error(45009, "reach max api daily quota limit")

    crm.before = refuse
    tags.put_on(openid_of(0), tag_id, origin="scan")
    work(crm)
    assert [each.error for each in pushes()] == [""]

    crm.before = None
    advance(timedelta(minutes=31))
    work(crm)

    assert at_wechat(crm, 0) == ["会员"]


def test_the_limits_are_said_before_wechat_is_asked(crm: FakeCrm) -> None:
    follower_id = find(openid_of(0)).id  # type: ignore[union-attr]
    ids = [tags.create_tag(f"标签{number}") for number in range(tags.MAX_TAGS)]

    with pytest.raises(InputInvalid, match="100"):
        tags.create_tag("太多")
    for tag_id in ids[: tags.MAX_PER_FOLLOWER]:
        tags.put_on(follower_id, tag_id, origin="scan")

    assert tags.put_on_many([follower_id], ids[50], actor="staff:1").full == 1
    assert tags.put_on_many([follower_id], ids[0], actor="staff:1").unchanged == 1
    assert not tags.put_on(follower_id, ids[50], origin="scan")
    assert crm.calls == []


@pytest.mark.parametrize(
    "name", ["", "   ", "\u200b\u202e", "长" * 31], ids=["empty", "blank", "unseen", "long"]
)
def test_a_name_that_is_none_is_refused(shop: Flask, name: str) -> None:
    with pytest.raises(InputInvalid):
        tags.create_tag(name)


def test_two_tags_cannot_have_one_name_but_a_removed_one_leaves_it(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("常客")
    work(crm)
    with pytest.raises(InputInvalid, match="常客"):
        tags.create_tag(" 常客 ")

    tags.remove_tag(tag_id)
    other = tags.create_tag("常客")
    work(crm)

    assert [tag.id for tag in tags.list_tags() if tag.name == "常客"] == [other]
    assert list(crm.tags.values()).count("常客") == 1


def test_a_tag_made_twice_by_a_repeated_job_is_found_again(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("常客")
    crm.tags[107] = "常客"  # the first try reached WeChat, its answer was lost

    work(crm)

    tag = get_tag(tag_id)
    assert tag is not None
    assert (tag.wechat_id, tag.error) == (107, "")


def test_a_renamed_tag_is_renamed_there_and_a_removed_one_removed(crm: FakeCrm) -> None:
    tag_id, other = tags.create_tag("常客"), tags.create_tag("走了")
    work(crm)
    tags.put_on(openid_of(0), other, origin="scan")
    tags.rename_tag(tag_id, "老常客")
    tags.remove_tag(other)

    work(crm)

    assert sorted(crm.tags.values()) == ["星标组", "老常客"]
    assert get_tag(other) is None
    assert here(openid_of(0)) == []


def test_a_tag_wechat_will_not_remove_says_so_and_can_be_tried_again(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("人多")
    work(crm)

    def refuse(path: str, _body: object) -> None:
        if path == "tags/delete":
            raise make_error(45057, "can't delete the tag that has too many fans")

    crm.before = refuse
    tags.remove_tag(tag_id)
    work(crm)
    (kept,) = [tag for tag in tags.list_tags() if tag.is_removed]
    assert "超过 10 万" in kept.error

    crm.before = None
    tags.remove_tag(tag_id)
    work(crm)

    assert get_tag(tag_id) is None


def test_a_refused_tag_says_why(crm: FakeCrm) -> None:
    def refuse(path: str, _body: object) -> None:
        if path == "tags/create":
            raise make_error(45158, "tag name too long")

    crm.before = refuse
    tag_id = tags.create_tag("很长的名字")
    tags.put_on(openid_of(0), tag_id, origin="scan")
    work(crm)
    tag = get_tag(tag_id)
    assert tag is not None
    assert "标签名太长" in tag.error

    crm.before = None
    tags.rename_tag(tag_id, "短名")
    work(crm)

    assert at_wechat(crm, 0) == ["短名"]


def test_refreshing_takes_over_what_was_done_at_wechat(crm: FakeCrm, advance: Advance) -> None:
    kept, renamed, dropped = (tags.create_tag(name) for name in ("留下", "改名", "删掉"))
    work(crm)
    advance(timedelta(seconds=1))
    numbers = {name: key for key, name in crm.tags.items()}
    crm.tags[numbers["改名"]] = "新名"
    del crm.tags[numbers["删掉"]]
    crm.tags[150] = "公众平台建的"

    tag_pushing.refresh_tags(crm)  # type: ignore[arg-type]

    names = {tag.id: tag.name for tag in tags.list_tags()}
    assert (names[kept], names[renamed]) == ("留下", "新名")
    assert dropped not in names
    assert {"公众平台建的", "星标组"} <= set(names.values())


def test_a_tag_made_while_the_list_was_fetched_is_kept(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("刚建")
    asked_at = clock.now() - timedelta(seconds=5)
    work(crm)

    with transaction():
        tag_pushing.take_over({2: "星标组"}, asked_at)

    assert get_tag(tag_id) is not None


def test_system_tags_are_shown_and_not_changed(crm: FakeCrm) -> None:
    tag_pushing.refresh_tags(crm)  # type: ignore[arg-type]
    (star,) = tags.list_tags()
    follower_id = find(openid_of(0)).id  # type: ignore[union-attr]

    assert star.is_system
    for change in (
        lambda: tags.rename_tag(star.id, "x"),
        lambda: tags.remove_tag(star.id),
        lambda: tags.put_on_many([follower_id], star.id, actor="staff:1"),
    ):
        with pytest.raises(InputInvalid, match="系统标签"):
            change()
    assert not tags.put_on(follower_id, star.id, origin="scan")


def test_what_is_not_there_is_said_to_people_and_harmless_to_machines(crm: FakeCrm) -> None:
    tag_id = tags.create_tag("常客")

    with pytest.raises(NotFound):
        tags.put_on_many([1], 999, actor="staff:1")
    assert tags.put_on_many([999], tag_id, actor="staff:1").changed == 0
    assert not tags.put_on("oNobody", tag_id, origin="scan")
    assert not tags.put_on(openid_of(0), 999, origin="scan")
    assert not tags.take_off(openid_of(0), 999)


def test_a_visitors_tags_are_told_when_he_begins_to_follow(crm: FakeCrm) -> None:
    visitor = make_follower(openid_of(9))
    with transaction():
        db.session.get_one(Follower, visitor.id).is_subscribed = False
    tag_id = tags.create_tag("买家")
    tags.put_on(openid_of(9), tag_id, origin="auto")
    work(crm)
    crm.fans[openid_of(9)] = Fan()

    record_follow(openid_of(9), clock.now())
    work(crm)

    assert at_wechat(crm, 9) == here(openid_of(9)) == ["买家"]


def test_a_new_follower_is_asked_about_and_his_answer_kept(crm: FakeCrm) -> None:
    crm.fans[openid_of(5)] = Fan("", {2, 130}, 1795219300, "ADD_SCENE_QR_CODE", "shelf-07")
    crm.tags[130] = "公众平台建的"
    tag_pushing.refresh_tags(crm)  # type: ignore[arg-type]

    record_follow(openid_of(5), clock.from_timestamp(1795219301), scene="shelf-07")
    work(crm)

    row = find(openid_of(5))
    assert row is not None
    assert (row.source, row.scene, row.follows) == ("ADD_SCENE_QR_CODE", "shelf-07", 1)
    assert here(openid_of(5)) == ["公众平台建的", "星标组"]


def test_a_follow_told_twice_counts_once_and_a_return_counts_again(crm: FakeCrm) -> None:
    from_push = clock.from_timestamp(1795219301)
    for _time in range(2):
        record_follow(openid_of(5), from_push, scene="a")
    assert find(openid_of(5)).follows == 1  # type: ignore[union-attr]

    record_follow(openid_of(5), from_push + timedelta(days=2), scene="b")

    db.session.rollback()
    row = find(openid_of(5))
    assert row is not None
    assert (row.follows, row.scene) == (2, "a")


def test_a_remark_goes_to_wechat_and_comes_from_there(crm: FakeCrm) -> None:
    follower_id = find(openid_of(0)).id  # type: ignore[union-attr]
    card.set_remark(follower_id, " 王姐 ", actor="staff:1")
    work(crm)
    assert crm.fans[openid_of(0)].remark == "王姐"

    crm.fans[openid_of(0)].remark = "王老板"
    card.refresh(crm, follower_id)  # type: ignore[arg-type]

    assert find(openid_of(0)).remark == "王老板"  # type: ignore[union-attr]


def test_a_remark_wechat_has_not_heard_of_is_not_overwritten(crm: FakeCrm) -> None:
    follower_id = find(openid_of(0)).id  # type: ignore[union-attr]
    card.set_remark(follower_id, "王姐", actor="staff:1")

    card.refresh(crm, follower_id)  # type: ignore[arg-type]

    assert find(openid_of(0)).remark == "王姐"  # type: ignore[union-attr]


def test_a_remark_may_have_nine_characters_of_three_bytes(crm: FakeCrm) -> None:
    follower_id = find(openid_of(0)).id  # type: ignore[union-attr]
    card.set_remark(follower_id, "一二三四五六七八九", actor="staff:1")

    with pytest.raises(InputInvalid, match="9 个汉字"):
        card.set_remark(follower_id, "一二三四五六七八九十", actor="staff:1")


def test_the_blacklist_goes_to_wechat_in_twenties_and_is_written_down(shop: Flask) -> None:
    ids = [make_follower(openid_of(number)).id for number in range(25)]
    crm = FakeCrm(fans={openid_of(number): Fan() for number in range(25)})
    for follower_id in ids:
        card.set_blacklisted(follower_id, True, actor="staff:1")
    work(crm)
    assert len(crm.blacklist) == 25

    card.set_blacklisted(ids[0], False, actor="staff:1")
    card.set_blacklisted(ids[0], False, actor="staff:1")
    work(crm)

    assert len(crm.blacklist) == 24
    causes = db.session.scalars(select(StateEvent.cause).where(StateEvent.subject_id == ids[0])).all()
    assert causes == ["blacklisted", "unblacklisted"]


def test_a_refusal_is_past_when_wechat_and_we_agree_again(crm: FakeCrm) -> None:
    crm.fans[openid_of(1)].tags = {101} | set(range(200, 219))
    tag_id = tags.create_tag("会员")
    tags.put_on(openid_of(1), tag_id, origin="scan")
    crm.fans[openid_of(1)].tags = set(range(200, 220))
    work(crm)
    assert [each.kind for each in pushes() if each.error] == [PushKind.TAG]

    card.refresh(crm, find(openid_of(1)).id)  # type: ignore[arg-type, union-attr]

    assert pushes() == []
    assert db.session.scalar(select(func.count()).select_from(FollowerTag)) == 0
