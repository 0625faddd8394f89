"""Where files are kept: the same promises for a folder and for a bucket that speaks S3."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from app.core import clock
from app.core.db import transaction
from app.core.errors import StorageFull
from app.core.media.bucket import open_bucket
from app.core.media.folder import Folder
from app.core.media.store import MediaStore, MediaUnreachable, delete_orphans, get_media, new_name
from config import ConfigError, load_settings
from tests.s3_server import ACCESS_KEY, BUCKET, SECRET_KEY, empty_bucket, running_s3

SOON, BEFORE = timedelta(minutes=1), timedelta(minutes=-1)


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    with running_s3() as address:
        yield address


def settings_of(address: str, **changed: str) -> dict[str, Any]:
    return {
        "MEDIA_S3_ENDPOINT": address,
        "MEDIA_S3_BUCKET": BUCKET,
        "MEDIA_S3_REGION": "",
        "MEDIA_S3_ACCESS_KEY": ACCESS_KEY,
        "MEDIA_S3_SECRET_KEY": SECRET_KEY,
    } | changed


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, shop: Flask, tmp_path: Path) -> MediaStore:
    if request.param == "folder":
        shop.extensions["media"] = Folder(tmp_path / "media")
    else:
        address = request.getfixturevalue("s3")
        empty_bucket(address)
        shop.extensions["media"] = open_bucket(settings_of(address))
    return get_media()


def names(store: MediaStore, prefix: str = "") -> list[str]:
    return sorted(store.list_old(prefix, before=clock.now() + SOON))


def test_what_is_written_is_read_until_it_is_deleted(store: MediaStore) -> None:
    store.write("p-茶.jpg", b"tea")
    assert store.read("p-茶.jpg") == b"tea"

    store.delete("p-茶.jpg")
    store.delete("p-茶.jpg")

    with pytest.raises(FileNotFoundError):
        store.read("p-茶.jpg")
    assert names(store) == []


def test_files_are_listed_by_prefix_and_age(store: MediaStore) -> None:
    for name in ("p-1.jpg", "p-2.jpg", "m-1.jpg"):
        store.write(name, b"x")

    assert names(store, "p-") == ["p-1.jpg", "p-2.jpg"]
    assert list(store.list_old("p-", before=clock.now() + BEFORE)) == []


def test_only_old_files_that_nobody_names_are_swept(store: MediaStore) -> None:
    for name in ("p-1.jpg", "p-2.jpg", "m-1.jpg"):
        store.write(name, b"x")

    assert delete_orphans("p-", {"p-1.jpg"}) == 0
    assert delete_orphans("p-", {"p-1.jpg"}, age=BEFORE) == 1
    assert names(store) == ["m-1.jpg", "p-1.jpg"]


def test_a_file_is_sent_with_its_kind_and_in_parts(shop: Flask, store: MediaStore) -> None:
    store.write("m-1.mp4", b"0123456789")

    with shop.test_request_context():
        whole = store.send("m-1.mp4")
        assert (whole.status_code, whole.mimetype, whole.content_length) == (200, "video/mp4", 10)
        whole.close()
    with shop.test_request_context(headers={"Range": "bytes=2-4"}):
        part = store.send("m-1.mp4")
        part.direct_passthrough = False
        assert (part.status_code, part.get_data()) == (206, b"234")
        part.close()


@pytest.mark.parametrize("name", ["nothing.jpg", "../shop.db", "/etc/passwd"])
def test_what_is_not_there_is_not_found(shop: Flask, store: MediaStore, name: str) -> None:
    with shop.test_request_context(), pytest.raises(NotFound):
        store.send(name)


def test_names_of_files_cannot_be_guessed() -> None:
    first, second = new_name("m-", "jpg"), new_name("m-", "jpg")

    assert first != second
    assert first.startswith("m-")
    assert len(first) > 40


def test_a_full_disk_leaves_nothing_behind(
    shop: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path / "media")

    def no_room(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(StorageFull, match="磁盘已满"):
        folder.write("p-1.jpg", b"tea")

    assert list(folder.path.iterdir()) == []


def test_a_bucket_that_does_not_answer_or_is_not_ours_is_told_in_a_sentence(shop: Flask, s3: str) -> None:
    nobody = open_bucket(settings_of("http://127.0.0.1:9"))
    wrong = open_bucket(settings_of(s3, MEDIA_S3_BUCKET="another"))

    with pytest.raises(MediaUnreachable, match="暂时连不上"):
        nobody.write("p-1.jpg", b"tea")
    with pytest.raises(MediaUnreachable, match="NoSuchBucket"):
        wrong.write("p-1.jpg", b"tea")


def test_a_bucket_is_not_asked_inside_a_transaction(shop: Flask, s3: str) -> None:
    bucket = open_bucket(settings_of(s3))

    with transaction(), pytest.raises(RuntimeError, match="inside of transaction"):
        bucket.write("p-1.jpg", b"tea")


def test_the_settings_choose_the_store_and_name_what_is_missing(settings: dict[str, Any]) -> None:
    given = {name: str(value) for name, value in settings.items() if name.isupper() and value}

    with pytest.raises(ConfigError) as caught:
        load_settings(given | {"MEDIA_S3_ENDPOINT": "https://s3.example.cn"})

    assert [problem.split()[0] for problem in caught.value.problems] == [
        "MEDIA_S3_BUCKET",
        "MEDIA_S3_ACCESS_KEY",
        "MEDIA_S3_SECRET_KEY",
    ]
