"""Walking through WeChat's list of followers: whole, interrupted, refused, and while people come and go."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.outbox import OutboxJob
from app.core.states import StateEvent
from app.followers import sync
from app.followers.models import Follower, FollowerSync, Tag
from app.followers.service import NEVER_SEEN, find, record_follow, record_unfollow
from app.followers.tags import create_tag, put_on, tags_of
from app.wechat.platform_errors import make_error, make_unreachable
from tests.fake_crm import FakeCrm, Fan, openid_of
from tests.threads import run_in_threads

Advance = Callable[[timedelta], None]
LEASE = timedelta(seconds=60)


@pytest.fixture
def crm() -> FakeCrm:
    """250 people on pages of 100."""
    return FakeCrm(fans={openid_of(number): Fan() for number in range(250)}, page=100)


def work(crm: FakeCrm, limit: int = 100) -> int:
    """What the worker does with the jobs of the walk."""
    others = ("fetch_profile", "push_tag", "push_followers", "refresh_tags", "forget_follower")
    handlers = dict.fromkeys(others, lambda **_: None)
    step = {"sync_followers": lambda sync_id, turn: sync.take_step(crm, sync_id, turn)}  # type: ignore[arg-type]
    return outbox.run_due({**handlers, **step}, lease=LEASE, limit=limit)


def last() -> FollowerSync:
    db.session.rollback()
    return sync.list_syncs()[0]


def count(*conditions: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Follower).where(*conditions)) or 0  # type: ignore[arg-type]


def test_everybody_on_the_list_is_known_afterwards_with_his_profile(shop: Flask, crm: FakeCrm) -> None:
    crm.fans[openid_of(7)] = Fan("老客户", {2}, 1795210000, "ADD_SCENE_QR_CODE", "shelf-07")

    sync.start(actor="staff:1")
    work(crm)

    assert count(Follower.is_subscribed, Follower.profile_at.is_not(None)) == 250
    row = find(openid_of(7))
    assert row is not None
    assert (row.remark, row.source, row.scene) == ("老客户", "ADD_SCENE_QR_CODE", "shelf-07")
    assert row.subscribed_at == row.last_seen_at == clock.from_timestamp(1795210000)
    assert [tag.name for tag in tags_of([row.id])[row.id]] == ["星标组"]
    done = last()
    assert (done.is_running, done.listed, done.profiled, done.gone, done.error) == (False, 250, 250, 0, "")
    assert crm.count("user/get") == 4  # the last page is empty
    assert crm.count("user/info/batchget") == 3


def test_a_walk_done_again_changes_nothing(shop: Flask, crm: FakeCrm) -> None:
    for _time in range(2):
        sync.start(actor="staff:1")
        work(crm)

    assert count() == count(Follower.follows == 1) == 250


@pytest.mark.parametrize("killed_after", [0, 1, 3, 5, 7])
def test_a_worker_killed_at_any_point_is_followed_by_one_that_goes_on_there(
    shop: Flask, crm: FakeCrm, advance: Advance, killed_after: int
) -> None:
    sync.start(actor="staff:1")
    work(crm, limit=killed_after)
    calls = len(crm.calls)

    class Killed(BaseException):
        pass

    def die(_path: str, _body: object) -> None:
        raise Killed

    crm.before = die
    with pytest.raises(Killed):
        work(crm, limit=1)
    crm.before = None
    db.session.rollback()
    advance(LEASE + timedelta(seconds=1))
    work(crm)

    assert count(Follower.profile_at.is_not(None)) == 250
    assert not last().is_running
    assert len(crm.calls) - 1 - calls <= 9 - calls  # nothing but the interrupted call was made again


def test_a_job_done_twice_takes_one_step(shop: Flask, crm: FakeCrm) -> None:
    row = sync.start(actor="staff:1")
    for _time in range(3):
        sync.take_step(crm, row.id, 0)  # type: ignore[arg-type]

    jobs = db.session.scalars(select(OutboxJob).where(OutboxJob.kind == "sync_followers")).all()
    assert sorted(job.args["turn"] for job in jobs) == [0, 1]
    assert last().turn == 1


def test_only_one_walk_is_under_way(app: Flask, crm: FakeCrm) -> None:
    with app.app_context():
        found = run_in_threads(app, [lambda: sync.start(actor="staff:1").id] * 4)

        assert len(set(found)) == 1
        assert len(sync.list_syncs()) == 1


def test_when_the_end_of_a_page_has_left_the_page_before_is_read_again(shop: Flask, crm: FakeCrm) -> None:
    sync.start(actor="staff:1")
    work(crm, limit=3)  # tags and two pages
    del crm.fans[openid_of(199)]

    work(crm)

    done = last()
    assert (done.is_running, done.error) == (False, "")
    assert done.listed == 249
    assert count(Follower.is_subscribed) == 249
    assert count() == 250


def test_when_every_end_of_a_page_has_left_the_list_is_read_from_the_beginning(
    shop: Flask, crm: FakeCrm
) -> None:
    sync.start(actor="staff:1")
    work(crm, limit=3)
    del crm.fans[openid_of(199)], crm.fans[openid_of(99)]

    work(crm)

    assert last().listed == 248
    assert count(Follower.is_subscribed, Follower.profile_at.is_not(None)) == 248


def test_a_used_up_quota_is_said_in_words_and_waited_for(shop: Flask, crm: FakeCrm, advance: Advance) -> None:
    def refuse(path: str, _body: object) -> None:
        if path == "user/info/batchget":
            raise make_error(45009, "reach max api daily quota limit")

    sync.start(actor="staff:1")
    crm.before = refuse
    work(crm)
    standing = last()
    assert standing.is_running
    assert "次日零点恢复" in standing.error
    assert standing.waits_until == clock.now() + timedelta(minutes=30)
    assert work(crm) == 0

    crm.before = None
    advance(timedelta(minutes=31))
    work(crm)

    assert (last().is_running, last().error, last().profiled) == (False, "", 250)


def test_it_waits_for_days_without_giving_up(shop: Flask, crm: FakeCrm, advance: Advance) -> None:
    def refuse(_path: str, _body: object) -> None:
        raise make_unreachable("down")

    sync.start(actor="staff:1")
    crm.before = refuse
    for _hour in range(30):
        work(crm)
        advance(timedelta(hours=1))
    crm.before = None

    work(crm)

    assert (last().is_running, last().listed) == (False, 250)


def test_a_refusal_for_good_ends_it_with_a_sentence(shop: Flask, crm: FakeCrm) -> None:
    def refuse(path: str, _body: object) -> None:
        if path == "user/get":
            raise make_error(48001, "api unauthorized")

    sync.start(actor="staff:1")
    crm.before = refuse
    work(crm)

    assert not last().is_running
    assert "没有这个接口的权限" in last().error
    assert sync.find_running() is None


def test_who_is_no_longer_on_the_list_is_let_go_and_his_data_with_him(shop: Flask, crm: FakeCrm) -> None:
    record_follow(openid_of(900), clock.now() - timedelta(days=9))
    with transaction():
        find(openid_of(900)).nickname = "走了的人"  # type: ignore[union-attr]

    sync.start(actor="staff:1")
    work(crm)

    row = find(openid_of(900))
    assert row is not None
    assert (row.is_subscribed, row.nickname) == (False, "")
    assert row.erased_at is not None
    assert last().gone == 1


def test_whom_wechat_has_never_heard_of_does_not_stop_the_others(shop: Flask, crm: FakeCrm) -> None:
    record_follow("oStranger_000000000000000001", clock.now() - timedelta(days=9))

    sync.start(actor="staff:1")
    work(crm)

    assert count(Follower.is_subscribed, Follower.profile_at.is_not(None)) == 250
    assert not find("oStranger_000000000000000001").is_subscribed  # type: ignore[union-attr]


def test_who_begins_to_follow_meanwhile_stays(shop: Flask, crm: FakeCrm, advance: Advance) -> None:
    def come(path: str, body: dict[str, list[dict[str, str]]]) -> None:
        if path == "user/info/batchget" and {"openid": openid_of(900), "lang": "zh_CN"} in body["user_list"]:
            advance(timedelta(seconds=5))
            record_follow(openid_of(900), clock.now())

    record_follow(openid_of(900), clock.now() - timedelta(days=9))
    sync.start(actor="staff:1")
    crm.before = come  # WeChat's answer is older than his return

    work(crm)

    assert find(openid_of(900)).is_subscribed  # type: ignore[union-attr]


def test_who_leaves_meanwhile_stays_away(shop: Flask, crm: FakeCrm, advance: Advance) -> None:
    def leave(path: str, _body: object) -> None:
        if path == "user/get":
            advance(timedelta(seconds=5))
            record_unfollow(openid_of(3), clock.now())

    sync.start(actor="staff:1")
    crm.before = leave

    work(crm, limit=5)

    assert not find(openid_of(3)).is_subscribed  # type: ignore[union-attr]


def test_a_list_that_is_suddenly_empty_lets_nobody_go(shop: Flask, crm: FakeCrm) -> None:
    sync.start(actor="staff:1")
    work(crm)
    crm._user_get = lambda _body: {"total": 250, "count": 0, "next_openid": ""}  # type: ignore[method-assign]

    sync.start(actor="staff:1")
    work(crm)

    assert count(Follower.is_subscribed) == 250


def test_the_blacklist_is_taken_over_both_ways(shop: Flask, crm: FakeCrm, advance: Advance) -> None:
    crm.blacklist = [openid_of(1), openid_of(2)]
    sync.start(actor="staff:1")
    work(crm)
    assert count(Follower.is_blacklisted) == 2
    advance(timedelta(minutes=1))
    crm.blacklist = [openid_of(2)]

    sync.start(actor="staff:1")
    work(crm)

    assert count(Follower.is_blacklisted) == 1


def test_a_stopped_walk_stays_stopped(shop: Flask, crm: FakeCrm) -> None:
    row = sync.start(actor="staff:1")
    work(crm, limit=2)

    assert sync.stop(row.id, actor="staff:2")
    work(crm)

    assert not sync.stop(row.id, actor="staff:2")
    assert last().listed == 100
    assert db.session.scalar(select(StateEvent.actor).where(StateEvent.cause == "stop")) == "staff:2"


def test_what_is_newer_here_is_not_undone(shop: Flask, crm: FakeCrm) -> None:
    record_follow(openid_of(1), clock.now())
    tag_id = create_tag("常客")
    with transaction():
        db.session.get_one(Tag, tag_id).wechat_id = 101
        db.session.get_one(Tag, tag_id).pushed_name = "常客"
    crm.tags[101] = "常客"
    put_on(openid_of(1), tag_id, origin="scan")

    sync.start(actor="staff:1")
    work(crm)

    row = find(openid_of(1))
    assert row is not None
    assert [tag.name for tag in tags_of([row.id])[row.id]] == ["常客"]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": None},
        {"data": {"openid": "x"}},
        {"data": {"openid": [1, None, "", "a" * 65, "a\0b"]}, "total": "many", "next_openid": 5},
    ],
)
def test_nonsense_instead_of_a_list_ends_the_list(
    shop: Flask, crm: FakeCrm, answer: dict[str, object]
) -> None:
    crm._user_get = lambda _body: answer  # type: ignore[method-assign]

    sync.start(actor="staff:1")
    work(crm)

    assert (last().is_running, count()) == (False, 0)


def test_nobody_on_the_list_has_been_here_until_his_profile_says_when_he_came(
    shop: Flask, crm: FakeCrm
) -> None:
    sync.start(actor="staff:1")
    work(crm, limit=4)

    assert count(Follower.last_seen_at == NEVER_SEEN) == 250


def run_command(shop: Flask, crm: FakeCrm) -> tuple[int, str]:
    """`flask followers sync`: its exit code and what it says."""
    shop.extensions["wechat"].client = crm
    result = shop.test_cli_runner().invoke(args=["followers", "sync"])
    return result.exit_code, result.output


def test_the_command_does_it_in_one_go(shop: Flask, crm: FakeCrm) -> None:
    code, said = run_command(shop, crm)

    assert code == 0
    assert work(crm) == 0  # nothing was left to the worker meanwhile
    assert "名单 250 人，资料 250 人" in said
    assert last().started_by == "command"


def test_the_command_says_why_it_stands_still_and_goes_on_when_called_again(
    shop: Flask, crm: FakeCrm
) -> None:
    def refuse(path: str, _body: object) -> None:
        if path == "user/info/batchget":
            raise make_error(45009, "reach max api daily quota limit")

    crm.before = refuse
    code, said = run_command(shop, crm)
    assert code == 1
    assert "次日零点恢复" in said
    assert "自动继续" in said
    crm.before = None

    assert run_command(shop, crm)[0] == 0
    assert (last().is_running, last().profiled) == (False, 250)
