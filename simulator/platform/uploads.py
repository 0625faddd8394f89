"""The file part of an upload: that it is there, of a permitted kind, of the kind its name says, not too large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call

BEGINS: dict[str, Callable[[bytes], bool]] = {  # how the bytes behind a name's ending begin
    ".png": lambda data: data.startswith(b"\x89PNG"),
    ".jpg": lambda data: data.startswith(b"\xff\xd8\xff"),
    ".jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    ".gif": lambda data: data.startswith(b"GIF8"),
    ".bmp": lambda data: data.startswith(b"BM"),
    ".amr": lambda data: data.startswith(b"#!AMR"),
    ".mp3": lambda data: data.startswith(b"ID3") or (data[:1] == b"\xff" and data[1:2] >= b"\xe0"),
    ".wav": lambda data: data.startswith(b"RIFF"),
    ".wma": lambda data: data.startswith(b"\x30\x26\xb2\x75"),
    ".mp4": lambda data: data[4:8] == b"ftyp",
}


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes

    @property
    def ending(self) -> str:
        return Path(self.name).suffix.lower()


def read_upload(call: Call, *, endings: tuple[str, ...], largest: int, too_large: int = 45001) -> Upload:
    """The part named `media`. Raises: PlatformError 41005, 44001, 40005 and `too_large`."""
    part = call.request.files.get("media")
    if part is None:
        raise PlatformError(41005)
    upload = Upload(part.filename or "", part.read())
    if not upload.data:
        raise PlatformError(44001)
    permitted = upload.ending in endings
    call.verdicts.add("文件类型", permitted, upload.name[-40:])
    if not permitted:
        raise PlatformError(40005)
    small = call.verdicts.add("文件大小", len(upload.data) <= largest, f"{len(upload.data)}/{largest} 字节")
    if not small:
        raise PlatformError(too_large)
    if not BEGINS[upload.ending](upload.data):
        call.verdicts.add("文件内容", False, f"不是 {upload.ending}")
        raise PlatformError(40005)
    return upload


def kind_of(data: bytes) -> str:
    """The ending these bytes deserve; empty for what no upload takes."""
    return next((ending for ending, begins in BEGINS.items() if begins(data)), "")
