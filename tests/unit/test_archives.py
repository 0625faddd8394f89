"""ZIP archives of strangers: limits hold, names do no harm, and each refusal says why."""

import struct
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from flask import Flask

from app.core.archives import Limits, open_archive
from app.core.errors import InputInvalid

LIMITS = Limits(files=3, file_bytes=2**20, unpacked_bytes=2 * 2**20)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> object:
    with app.test_request_context():
        yield


def pack(tmp_path: Path, *entries: tuple[str | ZipInfo, bytes]) -> Path:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputInvalid) as caught, open_archive(path, LIMITS) as archive:
        for name in archive.files:
            archive.read(name)
    return caught.value.message


def test_what_systems_add_or_leads_out_is_left_out_and_nothing_is_written_anywhere(tmp_path: Path) -> None:
    names = ("../../a.png", "/etc/a.png", "__MACOSX/._a.png", ".DS_Store", "b/Thumbs.db", "b/", "b/c.png")
    path = pack(tmp_path, *((name, b"x") for name in names))
    before = sorted(each.name for each in tmp_path.iterdir())

    with open_archive(path, LIMITS) as archive:
        assert {name: archive.read(name) for name in archive.files} == {"/etc/a.png": b"x", "b/c.png": b"x"}
    assert sorted(each.name for each in tmp_path.iterdir()) == before


def test_names_that_windows_wrote_in_gbk_are_read(tmp_path: Path) -> None:
    path = pack(tmp_path, ("xxxx.png", b"x"))
    path.write_bytes(path.read_bytes().replace(b"xxxx.png", "龙井".encode("gb18030") + b".png"))

    with open_archive(path, LIMITS) as archive:
        assert archive.read("龙井.png") == b"x"


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([("a.png", bytes(2**20 + 1))], "“a.png”太大：最多 1 MB"),
        ([(f"{n}.png", bytes(2**20)) for n in range(3)], "解开后太大：最多 2 MB"),
        ([(f"{n}.png", b"") for n in range(4)], "文件太多：最多 3 个"),
        ([(f"{n}{'x' * 900}/", b"") for n in range(3)], "文件太多"),  # the list of files alone
    ],
)
def test_more_than_the_limits_is_refused(
    tmp_path: Path, entries: list[tuple[str, bytes]], words: str
) -> None:
    assert words in refusal(pack(tmp_path, *entries))


def test_an_entry_gives_out_no_more_than_it_declares(tmp_path: Path) -> None:
    path = pack(tmp_path, ("a.png", bytes(3 * 2**20)))
    declared = path.read_bytes().replace(struct.pack("<L", 3 * 2**20), struct.pack("<L", 100))
    path.write_bytes(declared)

    assert "读不出来" in refusal(path)


def test_a_locked_one_says_so(tmp_path: Path) -> None:
    path = pack(tmp_path, ("a.png", b"x"))
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)

    assert "加了密码" in refusal(path)


@pytest.mark.parametrize("harm", ["cut", "large", "no zip"])
def test_what_is_not_whole_says_so(tmp_path: Path, harm: str) -> None:
    path = pack(tmp_path, ("a.png", b"x"))
    raw = path.read_bytes()
    end = raw.rindex(b"PK\x05\x06")
    harmed = {"cut": raw[:end], "large": raw[:end] + b"PK\x06\x07" + bytes(16) + raw[end:], "no zip": b"PK"}
    path.write_bytes(harmed[harm])

    assert ("文件太多" if harm == "large" else "不是完整的 ZIP") in refusal(path)
