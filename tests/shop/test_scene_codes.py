"""Scene QR codes: asked for at WeChat, renewed, switched off; scans counted once."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.days import Days
from app.core.errors import InputInvalid, NotFound, PlatformError, TransitionRefused
from app.entrances import scenes
from app.entrances.scans import ScanFigures, count_scans, total_scans
from app.entrances.scenes import SceneDraft, add_scene, fetch_picture, get_scene, load_scenes, record_scan
from app.wechat.client import AccountClient
from tests.fake_platform import FakePlatform

TODAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
CREATE = "/cgi-bin/qrcode/create"


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        platform.answers[CREATE] = lambda asked: {
            "ticket": f"gQ{len(platform.asked)}==",
            "url": f"http://weixin.qq.com/q/02{len(platform.asked)}",
            **({"expire_seconds": asked.json["expire_seconds"]} if "expire_seconds" in asked.json else {}),
        }
        yield platform


def add(label: str = "门店收银台", *, is_permanent: bool = True, **fields: Any) -> int:
    draft = SceneDraft(label, **fields)
    return add_scene(draft, scene=scenes.new_scene(), is_permanent=is_permanent, actor="staff:1")


def orders(platform: FakePlatform) -> list[Any]:
    return [asked.json for asked in platform.asked if asked.path == CREATE]


def test_a_permanent_code_is_asked_for_by_its_scene(account: AccountClient, platform: FakePlatform) -> None:
    code_id = add()

    fetch_picture(account, code_id)

    row = get_scene(code_id)
    assert orders(platform) == [
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": row.scene}}}
    ]
    assert row.url.startswith("http://weixin.qq.com/q/")
    assert row.expires_at is None


def test_a_temporary_code_ends_when_wechat_says(
    account: AccountClient, platform: FakePlatform, advance: Callable[[timedelta], None]
) -> None:
    code_id = add(is_permanent=False)

    fetch_picture(account, code_id, days=7)

    assert orders(platform)[0]["action_name"] == "QR_STR_SCENE"
    assert orders(platform)[0]["expire_seconds"] == 7 * 24 * 3600
    assert get_scene(code_id).expires_at == AT + timedelta(days=7)


def test_renewing_brings_another_picture_for_the_same_scene(
    account: AccountClient, platform: FakePlatform, advance: Callable[[timedelta], None]
) -> None:
    code_id = add(is_permanent=False)
    fetch_picture(account, code_id, days=1)
    scene, url = get_scene(code_id).scene, get_scene(code_id).url
    advance(timedelta(days=2))

    fetch_picture(account, code_id, days=30)

    row = get_scene(code_id)
    assert (row.scene, row.url == url) == (scene, False)
    assert row.expires_at == AT + timedelta(days=32)


@pytest.mark.parametrize("days", [0, -1, 31, 10**9])
def test_a_temporary_code_lives_thirty_days_at_most(
    account: AccountClient, platform: FakePlatform, days: int
) -> None:
    code_id = add(is_permanent=False)

    with pytest.raises(InputInvalid):
        fetch_picture(account, code_id, days=days)
    assert orders(platform) == []


def test_a_permanent_code_is_not_asked_for_again(account: AccountClient, platform: FakePlatform) -> None:
    code_id = add()
    fetch_picture(account, code_id)

    with pytest.raises(TransitionRefused):
        fetch_picture(account, code_id)
    assert len(orders(platform)) == 1


def test_a_refusal_is_kept_and_trying_again_ends_it(account: AccountClient, platform: FakePlatform) -> None:
    code_id = add()
    answer = platform.answers.pop(CREATE)
    platform.answers[CREATE] = lambda _: {"errcode": 45029, "errmsg": "qrcode count out of limit"}

    with pytest.raises(PlatformError) as caught:
        fetch_picture(account, code_id)
    assert "永久二维码" in caught.value.message
    assert (get_scene(code_id).errcode, get_scene(code_id).url) == (45029, "")

    platform.answers[CREATE] = answer
    fetch_picture(account, code_id)
    assert get_scene(code_id).errcode is None
    assert len({order["action_info"]["scene"]["scene_str"] for order in orders(platform)}) == 1


@pytest.mark.parametrize("answer", [{}, {"ticket": "x"}, {"ticket": "x", "url": 7}, {"url": "http://x"}])
def test_half_an_answer_is_no_answer(
    account: AccountClient, platform: FakePlatform, answer: dict[str, Any]
) -> None:
    code_id = add()
    platform.answers[CREATE] = lambda _: answer

    with pytest.raises(PlatformError):
        fetch_picture(account, code_id)
    assert get_scene(code_id).errcode == -1002


def test_what_is_switched_off_answers_no_more_but_counts(shop: Flask) -> None:
    code_id = add(product_slug="longjing")
    scene = get_scene(code_id).scene
    assert load_scenes()[scene].product_slug == "longjing"

    scenes.set_active(code_id, False)

    assert scene not in load_scenes()
    assert record_scan(scene, "oSomebody", 1, AT, False) is None
    assert count_scans(Days(TODAY, TODAY))[code_id][TODAY].scans == 1


def test_a_change_is_what_the_next_scan_gets(shop: Flask) -> None:
    code_id = add(product_slug="longjing")

    scenes.change_scene(code_id, SceneDraft(" 橱 窗 ", replies=({"kind": "text", "text": "你好"},)))

    scene = load_scenes()[get_scene(code_id).scene]
    assert (scene.label, scene.product_slug, scene.replies) == (
        "橱 窗",
        "",
        ({"kind": "text", "text": "你好"},),
    )


def test_a_form_sent_twice_makes_one_code(shop: Flask) -> None:
    scene = scenes.new_scene()

    made = {
        add_scene(SceneDraft(label), scene=scene, is_permanent=True, actor="staff:1")
        for label in ("前台", "后门")
    }

    assert len(made) == 1
    assert load_scenes()[scene].label == "前台"


@pytest.mark.parametrize("scene", ["", "x", "A" * 65, "qrscene_12", "AAAAAAAAA0"])
def test_a_scene_that_the_form_was_not_given_is_refused(shop: Flask, scene: str) -> None:
    with pytest.raises(InputInvalid):
        add_scene(SceneDraft("前台"), scene=scene, is_permanent=True, actor="staff:1")


@pytest.mark.parametrize("label", ["", "   ", "字" * 41, "a\0b", "a\u202eb"])
def test_a_label_must_be_words(shop: Flask, label: str) -> None:
    with pytest.raises(InputInvalid):
        add(label)


def test_a_message_counts_once_however_often_it_is_settled(shop: Flask) -> None:
    code_id = add()
    scene = get_scene(code_id).scene
    for message_id, is_follow in [(1, True), (1, True), (2, False), (2, False)]:
        record_scan(scene, "oSomebody", message_id, AT, is_follow)

    by_day = count_scans(Days(TODAY, TODAY))[code_id]

    assert by_day == {TODAY: ScanFigures(scans=2, follows=1)}
    assert total_scans(by_day) == ScanFigures(2, 1)


def test_scans_fall_on_beijing_days_and_other_days_are_left_out(shop: Flask) -> None:
    code_id = add()
    scene = get_scene(code_id).scene
    moments = [datetime(2026, 11, 20, 15, 59, tzinfo=UTC), datetime(2026, 11, 20, 16, 0, tzinfo=UTC)]
    for number, at in enumerate(moments):
        record_scan(scene, "oSomebody", number, at, False)

    assert set(count_scans(Days(date(2026, 11, 1), date(2026, 11, 30)))[code_id]) == {
        date(2026, 11, 20),
        TODAY,
    }
    assert count_scans(Days(TODAY, TODAY))[code_id][TODAY].scans == 1


def test_a_scene_of_somebody_else_is_passed_over(shop: Flask) -> None:
    assert record_scan("123", "oSomebody", 1, AT, True) is None
    assert count_scans(Days(TODAY, TODAY)) == {}


def test_there_is_no_code_of_a_number_nobody_gave(account: AccountClient) -> None:
    for call in (
        lambda: get_scene(99),
        lambda: fetch_picture(account, 99),
        lambda: scenes.set_active(99, True),
    ):
        with pytest.raises(NotFound):
            call()
