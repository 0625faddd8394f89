"""Scene QR codes in the console: made, refused, renewed, switched off, downloaded, printed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.core import clock
from app.entrances.models import SceneCode
from app.entrances.scenes import get_scene, list_scenes, load_scenes, record_scan
from simulator.qr.reader import read_picture
from tests.drawings import find_code, paint
from tests.factories import make_sku
from tests.fake_platform import FakePlatform
from tests.staff import Console, open_console

CREATE = "/cgi-bin/qrcode/create"
URL = "http://weixin.qq.com/q/02TeaShelf07"


@pytest.fixture
def platform(platform: FakePlatform) -> FakePlatform:
    """It makes codes."""
    platform.answers[CREATE] = lambda asked: {
        "ticket": "gQTeaTicket0001==",
        "url": URL,
        **({"expire_seconds": asked.json["expire_seconds"]} if "expire_seconds" in asked.json else {}),
    }
    return platform


def make(console: Console, **fields: str) -> TestResponse:
    """Send the form for a new code as it was opened."""
    page = console.text("/codes/new")
    scene = page.partition('name="scene" value="')[2].partition('"')[0]
    usual = {"scene": scene, "label": "门店收银台", "life": "permanent", "days": "30", "answer": "usual"}
    return console.post("/codes/new", **usual | fields)


def only_code(app: Flask) -> SceneCode:
    with app.app_context():
        return list_scenes()[0]


def asked_for(platform: FakePlatform) -> int:
    return platform.count()[CREATE]


def test_a_new_code_has_its_picture_at_once(app: Flask, console: Console, platform: FakePlatform) -> None:
    answer = make(console)

    page = console.text(answer.location.removeprefix("/console"))
    assert "二维码已生成" in page
    assert "门店收银台" in page
    code = only_code(app)
    assert (code.url, code.is_permanent, code.created_by) == (URL, True, "staff:1")


def test_the_form_sent_twice_makes_one_code(app: Flask, console: Console, platform: FakePlatform) -> None:
    first = make(console, scene="ABCDEFGH23")
    second = make(console, scene="ABCDEFGH23")

    assert first.location == second.location
    assert asked_for(platform) == 1


def test_what_wechat_refuses_is_said_and_can_be_tried_again(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    answer = platform.answers.pop(CREATE)
    platform.answers[CREATE] = lambda _: {"errcode": 45029, "errmsg": "qrcode count out of limit"}
    make(console)

    page = console.text("/codes/1")
    assert "微信没有给出二维码" in page
    assert "10 万个的上限" in page
    assert "没有生成" in console.text("/codes/")
    for path in ("/codes/1.png", "/codes/1/poster.svg", "/codes/1/print"):
        assert console.get(path).status_code == 404

    platform.answers[CREATE] = answer
    console.post("/codes/1/picture", days="30")
    assert only_code(app).url == URL
    assert "永久" in console.text("/codes/1")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"label": ""}, "请填写名称"),
        ({"label": "字" * 41}, "名称太长"),
        ({"label": "a\u202eb"}, "不能显示"),
        ({"answer": "product"}, "请选择商品"),
        ({"answer": "product", "product": "nothing"}, "请重新选择"),
        ({"answer": "replies"}, "请至少写一条回复"),
        ({"answer": "x"}, "请重新选择"),
        ({"tag": "99"}, "请重新选择"),
        ({"life": "temporary", "days": "31"}, "1 到 30 天"),
        ({"life": "temporary", "days": "一天"}, "1 到 30 天"),
        ({"scene": "store-001"}, "重新填写"),
    ],
    ids=lambda value: "".join(value.keys() if isinstance(value, dict) else value),
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    app: Flask, console: Console, platform: FakePlatform, fields: dict[str, str], words: str
) -> None:
    answer = make(console, **fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{fields.get("label", "门店收银台")}"' in answer.text
    assert asked_for(platform) == 0
    with app.app_context():
        assert list_scenes() == []


def test_own_replies_are_kept_and_shown_again(app: Flask, console: Console, platform: FakePlatform) -> None:
    reply = {"answer": "replies", "reply": "0", "r0-kind": "text", "r0-text": "欢迎，领一张券。"}

    make(console, **reply)

    with app.app_context():
        assert next(iter(load_scenes().values())).replies == ({"kind": "text", "text": "欢迎，领一张券。"},)
    assert "欢迎，领一张券。" in console.text("/codes/1/edit")
    assert "发送自己写的 1 条回复" in console.text("/codes/1")


def test_a_reply_that_cannot_be_sent_is_not_kept(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    answer = make(console, answer="replies", reply="0", **{"r0-kind": "text", "r0-text": " "})

    assert answer.status_code == 422
    assert "有回复还不能发送" in answer.text
    assert "回复的文字不能为空" in answer.text
    assert asked_for(platform) == 0


def test_a_button_of_the_reply_editor_saves_nothing(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    answer = make(console, answer="replies", do="reply-add:text")

    assert answer.status_code == 200
    assert "r0-text" in answer.text
    with app.app_context():
        assert list_scenes() == []


def test_a_change_keeps_picture_and_life(app: Flask, console: Console, platform: FakePlatform) -> None:
    with app.app_context():
        slug = make_sku(title="西湖龙井").product.slug
    make(console)

    console.post("/codes/1/edit", label="前台", life="permanent", days="30", answer="product", product=slug)

    code = only_code(app)
    assert (code.label, code.product_slug, code.url) == ("前台", slug, URL)
    assert "发送商品卡片：西湖龙井" in console.text("/codes/1")
    assert asked_for(platform) == 1


def test_a_product_leads_to_a_code_of_its_own(app: Flask, console: Console, platform: FakePlatform) -> None:
    with app.app_context():
        slug = make_sku(title="西湖龙井").product.slug

    page = console.text(f"/codes/new?product={slug}")

    assert f'<option value="{slug}" selected>' in page
    assert 'value="西湖龙井"' in page


def test_a_temporary_code_shows_its_end_and_is_renewed(
    app: Flask, console: Console, platform: FakePlatform, advance: Callable[[timedelta], None]
) -> None:
    make(console, life="temporary", days="2")
    assert "11-23 10:00 到期" in console.text("/codes/")
    advance(timedelta(days=3))
    console = open_console(app)
    assert "已过期" in console.text("/codes/1")

    console.post("/codes/1/picture", days="7")

    assert "12-01 10:00 到期" in console.text("/codes/1")
    console.post("/codes/1/picture", days="31")
    assert "1 到 30 天" in console.text("/codes/1")


def test_a_code_is_switched_off_and_on(app: Flask, console: Console, platform: FakePlatform) -> None:
    make(console)

    console.post("/codes/1/switch", to="off")
    assert "已停用" in console.text("/codes/")
    console.post("/codes/1/switch", to="on")
    assert "已停用" not in console.text("/codes/")


def test_scans_and_new_followers_are_counted(app: Flask, console: Console, platform: FakePlatform) -> None:
    make(console)
    with app.app_context():
        for number, is_follow in enumerate((True, False, False)):
            record_scan(get_scene(1).scene, f"o{number}", number, clock.now(), is_follow)

    for page in (console.text("/codes/"), console.text("/codes/1")):
        assert re.search(r"扫码</(span|dt)>\s*(<dd>)?3<", page)
        assert re.search(r"新关注</(span|dt)>\s*(<dd>)?1<", page)


def test_pictures_and_posters_hold_what_wechat_gave(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    make(console)

    assert read_picture(console.get("/codes/1.png").data) == URL
    assert read_picture(paint(find_code(console.text("/codes/1.svg")))) == URL
    assert read_picture(paint(find_code(console.text("/codes/1/poster.svg")))) == URL
    assert console.get("/codes/1/poster.svg").mimetype == "image/svg+xml"


def test_the_poster_carries_the_slogan_as_text(app: Flask, console: Console, platform: FakePlatform) -> None:
    make(console, label="<b>黑客</b>\"'&")

    poster = console.text("/codes/1/poster.svg?slogan=<script>x</script>%20春茶%0b上市")

    assert "<script" not in poster
    assert "<b>" not in poster
    assert "春茶" in poster
    assert "\x0b" not in poster
    assert "微信扫一扫" in poster
    page = console.text("/codes/1/print?slogan=春茶&sheet=a4")
    assert page.count("/codes/1/poster.svg?slogan=") == 4


@pytest.mark.parametrize("path", ["", "/edit", ".png", ".svg", "/poster.svg", "/print"])
def test_a_code_nobody_made_is_not_there(console: Console, path: str) -> None:
    assert console.get(f"/codes/99{path}").status_code == 404


def test_no_code_yet_teaches(console: Console) -> None:
    assert "还没有渠道码" in console.text("/codes/")
