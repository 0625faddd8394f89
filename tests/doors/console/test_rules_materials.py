"""The console's materials: uploading, looking, trying again, deleting what nothing uses."""

import re
from html import unescape
from io import BytesIO

from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from app.core import clock
from app.core.db import transaction
from app.core.outbox import OutboxJob
from app.keywords.models import Occasion
from app.keywords.replies import ReplyKind, ReplySpec
from app.keywords.standing import Standing, change_standing
from app.materials.models import Material, MaterialKind
from app.materials.service import list_materials
from app.wechat.menus.drafts import replace_draft
from app.wechat.menus.versions import get_default
from tests.staff import Console

MP3 = (b"\xff\xfb\x90\x00" + bytes(413)) * 40


def picture(colour: str = "teal") -> BytesIO:
    target = BytesIO()
    Image.new("RGB", (12, 9), colour).save(target, "PNG")
    target.seek(0)
    return target


def upload(console: Console, *files: tuple[BytesIO, str], kind: str = "image") -> TestResponse:
    return console.post("/materials/", kind=kind, file=list(files))  # type: ignore[arg-type]


def materials(app: Flask) -> list[Material]:
    with app.app_context():
        return list(list_materials())


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_every_kind_has_its_page_and_an_empty_one_teaches(console: Console) -> None:
    for kind in MaterialKind:
        assert "上传后，在关键词规则、固定回复和渠道码里都能选用" in console.text(f"/materials/?kind={kind}")
    assert "还没有图片" in console.text("/materials/?kind=nonsense")


def test_good_files_are_kept_and_bad_ones_named(app: Flask, console: Console) -> None:
    upload(console, (picture(), "<b>山.png"), (BytesIO(b"x"), "坏.png"), (picture("red"), ".png"))

    page = console.text("/materials/")

    assert sorted(material.title for material in materials(app)) == [".png", "<b>山"]
    assert "已保存 2 个文件" in page
    assert "坏.png：无法识别这张图片" in words(page)
    assert "<b>山" not in page
    assert upload(console).status_code == 302
    assert "请先选择文件" in console.text("/materials/")
    assert upload(console, (picture(), "a.png"), kind="nonsense").status_code == 404


def test_a_voice_can_be_heard_and_a_picture_seen(app: Flask, console: Console) -> None:
    upload(console, (BytesIO(MP3), "问候.mp3"), kind="voice")
    upload(console, (picture(), "山.png"))

    for material in materials(app):
        answer = console.get(f"/media/{material.file}")
        assert answer.status_code == 200
        assert answer.content_type == material.content_type
        assert material.file in console.text(f"/materials/{material.id}")
    assert "<audio controls" in console.text("/materials/?kind=voice")
    assert "media-src 'self'" in console.get("/").headers["Content-Security-Policy"]


def test_a_failed_upload_says_why_and_can_be_tried_again(app: Flask, console: Console) -> None:
    upload(console, (picture(), "山.png"))
    with app.app_context(), transaction() as session:
        session.get_one(Material, 1).error = "公众号没有这个接口的权限（48001）"
        session.query(OutboxJob).delete()

    assert "上传失败" in console.text("/materials/")
    assert "上传到微信失败：公众号没有这个接口的权限（48001）" in words(console.text("/materials/1"))
    assert console.post("/materials/1/retry").status_code == 302

    assert "等待上传" in console.text("/materials/1")
    with app.app_context(), transaction() as session:
        assert session.query(OutboxJob).one().args == {"material_id": 1}


def test_only_unused_materials_can_be_deleted(app: Flask, console: Console) -> None:
    upload(console, (picture(), "山.png"))
    with app.app_context():
        said = Standing((ReplySpec(ReplyKind.IMAGE, material_id=1),))
        change_standing(Occasion.WELCOME, said, actor="staff:1")

    assert "用在 1 处" in words(console.text("/materials/"))
    page = console.text("/materials/1")
    assert "固定回复“第一次关注”" in page
    assert "/materials/1/remove" not in page
    console.post("/materials/1/remove")
    assert "正在使用：固定回复“第一次关注”" in words(console.text("/materials/1"))

    with app.app_context():
        change_standing(Occasion.WELCOME, Standing((ReplySpec(ReplyKind.TEXT, "好"),)), actor="staff:1")
    assert console.post("/materials/1/remove").status_code == 302
    assert materials(app) == []
    for path in ("", "/remove", "/retry", "/rename"):
        answer = console.post(f"/materials/1{path}", title="x") if path else console.get("/materials/1")
        assert answer.status_code == 404, path


def test_what_a_menu_button_sends_is_in_use(app: Flask, console: Console) -> None:
    upload(console, (picture(), "山.png"))
    with app.app_context():
        with transaction() as session:
            material = session.query(Material).one()
            material.media_id, material.uploaded_at = "tEaPerm_1", clock.now()
        button = {"type": "media_id", "name": "山", "media_id": "tEaPerm_1"}
        replace_draft(get_default().id, {"button": [button]}, seen_mark=0, actor="staff:1")

    assert ">菜单</a>" in console.text("/materials/1")
    console.post("/materials/1/remove")
    assert "正在使用：菜单" in words(console.text("/materials/1"))


def test_a_material_gets_another_name(app: Flask, console: Console) -> None:
    upload(console, (picture(), "山.png"))

    console.post("/materials/1/rename", title="<i>新</i> 名字")
    assert materials(app)[0].title == "<i>新</i> 名字"
    console.post("/materials/1/rename", title="   ")
    assert "名称不能为空" in console.text("/materials/1")
    assert "<i>新" not in console.text("/materials/1")
