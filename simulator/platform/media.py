"""Temporary media: what followers and the account send each other, kept for three days of simulated time."""

from __future__ import annotations

import secrets
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response

from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call, route

if TYPE_CHECKING:
    from simulator.engine import Engine

LIFE_SECONDS = 3 * 86400
KINDS = {  # the largest size in bytes, and the endings
    "image": (10 * 2**20, (".png", ".jpg", ".jpeg", ".gif")),
    "voice": (2 * 2**20, (".amr", ".mp3")),
    "video": (10 * 2**20, (".mp4",)),
    "thumb": (64 * 2**10, (".jpg", ".jpeg")),
}
CONTENT_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".amr": "audio/amr",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
}


class MediaStore:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._folder: Path = engine.settings.folder / "media"
        self._folder.mkdir(exist_ok=True)

    def add(self, kind: str, data: bytes, ending: str) -> dict[str, Any]:
        media_id = f"sim{kind}_{secrets.token_urlsafe(40)}"
        document: dict[str, Any] = {
            "media_id": media_id,
            "type": kind,
            "ending": ending,
            "file": secrets.token_hex(16),
            "created_at": int(self._engine.clock.now()),
        }
        (self._folder / document["file"]).write_bytes(data)
        return self._engine.store.put("media", media_id, document)

    def find(self, media_id: str) -> tuple[dict[str, Any], bytes] | None:
        """The document and its bytes, while it lives."""
        document = self._engine.store.find("media", media_id)
        if document is None or document["created_at"] + LIFE_SECONDS <= self._engine.clock.now():
            return None
        return document, (self._folder / document["file"]).read_bytes()

    def exists(self, media_id: str) -> bool:
        return self.find(media_id) is not None

    def url(self, document: dict[str, Any]) -> str:
        return f"{self._engine.settings.base}/mmbiz/{document['media_id']}/0"

    def clear(self) -> None:
        for path in self._folder.iterdir():
            path.unlink()


@route("POST", "/cgi-bin/media/upload", "上传临时素材", daily_limit=100_000)
def upload(call: Call) -> dict[str, Any]:
    kind = call.arg("type")
    if kind not in KINDS:
        raise PlatformError(40004)
    part = call.request.files.get("media")
    if part is None:
        raise PlatformError(41005)
    data, ending = part.read(), Path(part.filename or "").suffix.lower()
    largest, endings = KINDS[kind]
    if not data:
        raise PlatformError(44001)
    if ending not in endings:
        raise PlatformError(40005)
    if len(data) > largest:
        raise PlatformError(45001)
    document = call.engine.media.add(kind, data, ending)
    return {"type": kind, "media_id": document["media_id"], "created_at": document["created_at"]}


@route("GET", "/cgi-bin/media/get", "取临时素材", daily_limit=200_000)
def download(call: Call) -> Response:
    found = call.engine.media.find(call.arg("media_id"))
    if found is None:
        raise PlatformError(40007 if call.arg("media_id") else 41006)
    document, data = found
    name = document["media_id"] + document["ending"]
    headers = {"Content-disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type=CONTENT_TYPES[document["ending"]], headers=headers)


def draw_png(rows: list[list[bool]], scale: int, border: int) -> bytes:
    """Black modules on white as a one-bit PNG."""
    width = (len(rows[0]) + 2 * border) * scale
    blank = [False] * (len(rows[0]) + 2 * border)
    padded = [blank] * border + [[False] * border + row + [False] * border for row in rows] + [blank] * border
    lines = bytearray()
    for row in padded:
        bits = [not module for module in row for _ in range(scale)]
        bits += [True] * (-len(bits) % 8)
        packed = bytes(
            sum(bit << (7 - place) for place, bit in enumerate(bits[start : start + 8]))
            for start in range(0, len(bits), 8)
        )
        lines += (b"\x00" + packed) * scale
    head = struct.pack(">IIBBBBB", width, len(padded) * scale, 1, 0, 0, 0, 0)
    chunks = (b"IHDR" + head, b"IDAT" + zlib.compress(bytes(lines), 9), b"IEND")
    body = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
