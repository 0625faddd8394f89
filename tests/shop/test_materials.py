"""Materials: what is taken, what is kept of it, and how WeChat comes to know it."""

import errno
import os
import struct
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.core import outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, PlatformError, PlatformUnreachable, StorageFull
from app.core.outbox import OutboxJob
from app.materials import service
from app.materials.covers import get_cover_id
from app.materials.models import Material, MaterialKind
from app.materials.uploading import find_media_ids, get_media_id, upload_material
from app.tasks import HANDLERS
from app.wechat.client import AccountClient
from tests.fake_platform import FakePlatform

TEMPORARY, PERMANENT = "/cgi-bin/media/upload", "/cgi-bin/material/add_material"
MP4 = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 1) + struct.pack(">I4s", 8, b"moov")


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        number = iter(range(1, 100))
        for path in (TEMPORARY, PERMANENT):
            platform.answers[path] = lambda _asked: {"media_id": f"media-{next(number)}"}
        yield platform


def picture(colour: str = "teal") -> bytes:
    target = BytesIO()
    Image.new("RGB", (60, 40), colour).save(target, "PNG")
    return target.getvalue()


def add(data: bytes, kind: MaterialKind = MaterialKind.IMAGE, **changed: object) -> Material:
    fields = {"title": "茶山", "is_permanent": True, "actor": "staff:1"} | changed
    return service.add_material(kind, data, **fields)


def files(shop: Flask) -> list[Path]:
    folder = Path(shop.config["MEDIA_DIR"])
    return sorted(folder.iterdir()) if folder.exists() else []


def test_the_same_file_is_the_same_material(shop: Flask) -> None:
    first, again = add(picture()), add(picture(), title="另一个名字")
    thumb = add(picture(), MaterialKind.THUMB)

    assert first.id == again.id != thumb.id
    assert len(files(shop)) == 2


def test_what_is_refused_leaves_no_file_and_no_row(shop: Flask) -> None:
    for kind in MaterialKind:
        with pytest.raises(InputInvalid):
            add(b"<script>", kind)

    assert files(shop) == []
    assert service.list_materials() == []


def test_names_of_files_cannot_be_guessed_and_titles_are_tidied(shop: Flask) -> None:
    material = add(picture(), title="  <b>茶</b>\n山 " + "长" * 200)

    assert len(material.file) > 40
    assert material.title.startswith("<b>茶</b> 山 长")
    assert len(material.title) == 80
    assert add(picture("red"), title=" ").title == "未命名"


def test_adding_has_it_uploaded_once(shop: Flask, account: AccountClient, platform: FakePlatform) -> None:
    material_id = add(picture()).id
    add(picture())

    outbox.run_due(HANDLERS, lease=timedelta(minutes=1))

    assert platform.count()[PERMANENT] == 1
    assert find_media_ids() == {material_id: "media-1"}
    assert get_media_id(account, material_id) == "media-1"
    assert platform.count()[PERMANENT] == 1


def test_what_wechat_gets_is_the_file(shop: Flask, account: AccountClient, platform: FakePlatform) -> None:
    get_media_id(account, add(MP4, MaterialKind.VIDEO, title='泡茶 "教程"').id)

    asked = platform.asked[-1]
    assert asked.query["type"] == "video"
    assert MP4 in asked.body
    assert '{"title": "泡茶 \\"教程\\"", "introduction": ""}'.encode() in asked.body


def test_a_temporary_material_is_uploaded_again_before_it_runs_out(
    shop: Flask, account: AccountClient, platform: FakePlatform, advance: Callable[[timedelta], None]
) -> None:
    material_id = add(picture(), is_permanent=False).id
    assert get_media_id(account, material_id) == "media-1"

    advance(timedelta(days=2, hours=22))
    assert get_media_id(account, material_id) == "media-1"
    advance(timedelta(hours=1, minutes=30))
    assert find_media_ids() == {}
    assert get_media_id(account, material_id) == "media-2"
    assert platform.count()[TEMPORARY] == 2


def test_a_temporary_material_wanted_for_good_is_uploaded_for_good(
    shop: Flask, account: AccountClient, platform: FakePlatform, advance: Callable[[timedelta], None]
) -> None:
    get_media_id(account, add(picture(), is_permanent=False).id)

    material_id = add(picture(), is_permanent=True).id
    outbox.run_due(HANDLERS, lease=timedelta(minutes=1))
    advance(timedelta(days=30))

    assert find_media_ids() == {material_id: "media-2"}
    assert not add(picture(), is_permanent=False).expires_at


def test_an_old_name_of_a_thumbs_id_is_understood(
    shop: Flask, account: AccountClient, platform: FakePlatform
) -> None:
    platform.answers[TEMPORARY] = lambda _asked: {"type": "thumb", "thumb_media_id": "thumb-1"}

    material = add(picture(), MaterialKind.THUMB, is_permanent=False)

    assert get_media_id(account, material.id) == "thumb-1"


def test_a_refusal_is_noted_in_words_and_may_be_tried_again(
    shop: Flask, account: AccountClient, platform: FakePlatform
) -> None:
    accepts = platform.answers[PERMANENT]
    platform.answers[PERMANENT] = lambda _asked: {"errcode": 48001, "errmsg": "api unauthorized"}
    material_id = add(picture()).id

    outbox.run_due(HANDLERS, lease=timedelta(minutes=1))
    assert "没有这个接口的权限" in service.get_material(material_id).error
    assert find_media_ids() == {}
    with pytest.raises(PlatformError):
        get_media_id(account, material_id)

    platform.answers[PERMANENT] = accepts
    service.retry_upload(material_id)
    outbox.run_due(HANDLERS, lease=timedelta(minutes=1))
    assert service.get_material(material_id).error == ""
    assert find_media_ids() == {material_id: "media-1"}


def test_a_wechat_that_is_silent_is_asked_again_later(shop: Flask, account: AccountClient) -> None:
    account.API_BASE_URL = "http://127.0.0.1:9/cgi-bin/"
    account.api_base = "http://127.0.0.1:9"
    material_id = add(picture()).id

    with pytest.raises(PlatformUnreachable):
        upload_material(account, material_id)
    outbox.run_due(HANDLERS, lease=timedelta(minutes=1))

    job = db.session.scalars(select(OutboxJob)).one()
    assert (job.done_at, job.tries) == (None, 1)
    assert "连不上微信" in service.get_material(material_id).error


def test_an_answer_without_an_id_is_no_success(
    shop: Flask, account: AccountClient, platform: FakePlatform
) -> None:
    platform.answers[PERMANENT] = lambda asked: {"errcode": 0, "errmsg": "ok"}

    with pytest.raises(PlatformUnreachable):
        get_media_id(account, add(picture()).id)

    assert find_media_ids() == {}


def test_a_file_that_is_gone_is_told(shop: Flask, account: AccountClient) -> None:
    material = add(picture())
    files(shop)[0].unlink()

    upload_material(account, material.id)

    assert "文件不见了" in service.get_material(material.id).error


def test_no_file_is_uploaded_inside_a_transaction(shop: Flask, account: AccountClient) -> None:
    material_id = add(picture()).id

    with pytest.raises(RuntimeError), transaction():
        get_media_id(account, material_id)


def test_a_full_disk_leaves_nothing_half_written(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(StorageFull, match="磁盘已满"):
        add(picture())

    assert files(shop) == []
    assert service.list_materials() == []


def test_orphans_are_swept_and_nothing_else(shop: Flask) -> None:
    kept = Path(shop.config["MEDIA_DIR"]) / add(picture()).file
    catalogue, orphan, fresh = (kept.with_name(name) for name in ("tea.jpg", "m-old.png.part", "m-new.png"))
    for path in (catalogue, orphan, fresh):
        path.write_bytes(b"x")
    for path in (kept, catalogue, orphan):
        os.utime(path, (1, 1))

    assert service.sweep_files() == 1
    assert files(shop) == sorted([kept, catalogue, fresh])


def test_only_what_nobody_uses_is_deleted(shop: Flask) -> None:
    material_id = add(picture()).id

    with pytest.raises(InputInvalid, match="规则“茶”"):
        service.remove_material(material_id, uses=["规则“茶”"])
    assert len(files(shop)) == 1

    service.remove_material(material_id, uses=[])
    assert files(shop) == []
    with pytest.raises(NotFound):
        service.get_material(material_id)


def test_a_material_can_be_renamed(shop: Flask) -> None:
    material_id = add(picture()).id

    service.rename_material(material_id, " 新 名字 ")
    with pytest.raises(InputInvalid):
        service.rename_material(material_id, "  ")

    assert service.get_material(material_id).title == "新 名字"


def test_materials_are_listed_by_kind_newest_first(shop: Flask, advance: Callable[[timedelta], None]) -> None:
    first = add(picture())
    advance(timedelta(minutes=1))
    second, video = add(picture("red")), add(MP4, MaterialKind.VIDEO)

    listed = service.list_materials(MaterialKind.IMAGE)

    assert [material.id for material in listed] == [second.id, first.id]
    assert service.count_materials()[MaterialKind.VIDEO] == 1
    assert {material.id for material in service.list_materials()} == {first.id, second.id, video.id}


def test_videos_share_one_cover_that_is_drawn_and_uploaded_once(
    account: AccountClient, platform: FakePlatform
) -> None:
    first = get_cover_id(account)

    assert get_cover_id(account) == first
    assert [asked.path for asked in platform.asked].count(PERMANENT) == 1
    assert db.session.scalars(select(Material.kind)).all() == [MaterialKind.THUMB]
