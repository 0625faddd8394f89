"""ZIP archives of strangers: looked into with limits, and never unpacked under the names they hold.

What an archive says of itself is bounded before it is believed: the size of its list of files before the list is
read, the number of files, and what each and all of them unpack to. An entry gives out no more than it declares.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from flask_babel import gettext as _

from app.core.errors import InputInvalid

_END, _END_SIZE = b"PK\x05\x06", 22  # of the list of files
_LARGE_LOCATOR, _LARGE_LOCATOR_SIZE = b"PK\x06\x07", 20  # ZIP64, which nothing within our limits needs
_LONGEST_COMMENT = 65_535
_LIST_BYTES_OF_A_FILE = 600
_IS_LOCKED, _IS_UTF8 = 0x1, 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold."""

    files: int
    file_bytes: int
    unpacked_bytes: int


@dataclass(frozen=True)
class Archive:
    """The files of an open archive by their paths, folders and what systems add left out."""

    _zip: zipfile.ZipFile
    files: Mapping[str, zipfile.ZipInfo]

    def read(self, name: str) -> bytes:
        """Raises: InputInvalid when it is broken, KeyError when there is none."""
        try:
            return self._zip.read(self.files[name])
        except _BROKEN as error:
            raise InputInvalid(_("压缩包里的“%(name)s”读不出来，请重新压缩一次。", name=name[:60])) from error


def list_names(path: Path, limits: Limits) -> frozenset[str]:
    """What the files are called, whatever else is wrong with them. Raises: InputInvalid."""
    with _open(path, limits) as opened:
        return frozenset(opened.namelist())


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[Archive]:
    """Raises: InputInvalid with a sentence, when it is broken, locked, or holds more than the limits say."""
    with _open(path, limits) as opened:
        yield Archive(opened, _check_files(opened.infolist(), limits))


def _open(path: Path, limits: Limits) -> zipfile.ZipFile:
    _check_list(path, limits)
    try:
        return zipfile.ZipFile(path)
    except _BROKEN as error:
        raise _not_whole() from error


def _check_list(path: Path, limits: Limits) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - _LARGE_LOCATOR_SIZE))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_SIZE:
        raise _not_whole()
    (list_bytes,) = struct.unpack_from("<L", tail, at + 12)
    is_large = tail[max(0, at - _LARGE_LOCATOR_SIZE) : at].startswith(_LARGE_LOCATOR)
    if is_large or list_bytes > limits.files * _LIST_BYTES_OF_A_FILE:
        raise _too_many(limits)


def _check_files(entries: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    files = {name: entry for entry in entries if _is_wanted(name := _name_of(entry), entry)}
    if len(files) > limits.files:
        raise _too_many(limits)
    for name, entry in files.items():
        if entry.flag_bits & _IS_LOCKED:
            raise InputInvalid(_("压缩包加了密码，请去掉密码再压缩。"))
        if entry.file_size > limits.file_bytes:
            limit = limits.file_bytes // 2**20
            raise InputInvalid(_("压缩包里的“%(name)s”太大：最多 %(n)s MB。", name=name[:60], n=limit))
    if sum(entry.file_size for entry in files.values()) > limits.unpacked_bytes:
        raise InputInvalid(
            _("压缩包解开后太大：最多 %(n)s MB，请分成几个。", n=limits.unpacked_bytes // 2**20)
        )
    return files


def _is_wanted(name: str, entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(name).parts
    is_of_a_system = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return bool(parts) and not entry.is_dir() and not is_of_a_system and parts[-1].lower() != "thumbs.db"


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Its path as the sender wrote it: Windows in China writes GBK and does not say so."""
    if entry.flag_bits & _IS_UTF8:
        return entry.filename
    raw = entry.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _not_whole() -> InputInvalid:
    return InputInvalid(_("文件打不开：它不是完整的 ZIP 或 .xlsx，请重新保存一次再上传。"))


def _too_many(limits: Limits) -> InputInvalid:
    return InputInvalid(_("压缩包里的文件太多：最多 %(n)s 个，请分成几个。", n=limits.files))
