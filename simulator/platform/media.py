"""Media: the files of both stores, and the temporary one's upload and download (three days of simulated time)."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response

from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call, Result, route
from simulator.platform.uploads import read_upload
from simulator.qr.drawing import draw_meadow

if TYPE_CHECKING:
    from simulator.engine import Engine

LIFE_SECONDS = 3 * 86400
KINDS = {  # the largest size in bytes, and the endings
    "image": (10 * 2**20, (".png", ".jpg", ".jpeg", ".gif")),
    "voice": (2 * 2**20, (".amr", ".mp3")),
    "video": (10 * 2**20, (".mp4",)),
    "thumb": (64 * 2**10, (".jpg", ".jpeg")),
}
PICTURES = ("image", "thumb")  # either will do where a small picture is asked for
CONTENT_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".amr": "audio/amr",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".wma": "audio/x-ms-wma",
    ".mp4": "video/mp4",
}
SILENCE = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50  # one second
FILM = Path(__file__).with_name("meadow.mp4").read_bytes()  # two seconds of the meadow, silent


class MediaStore:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._folder: Path = engine.settings.folder / "media"
        self._folder.mkdir(exist_ok=True)

    def add(
        self, kind: str, data: bytes, ending: str, *, permanent: bool = False, **more: Any
    ) -> dict[str, Any]:
        media_id = f"sim{kind}_{secrets.token_urlsafe(40)}"
        document: dict[str, Any] = {
            "number": self._engine.store.number("media"),
            "media_id": media_id,
            "type": kind,
            "ending": ending,
            "file": secrets.token_hex(16),
            "created_at": int(self._engine.clock.now()),
            **more,
        }
        (self._folder / document["file"]).write_bytes(data)
        return self._engine.store.put("materials" if permanent else "media", media_id, document)

    def describe(self, media_id: str) -> dict[str, Any] | None:
        """The document of a permanent file, or of a temporary one while it lives."""
        permanent = self._engine.store.find("materials", media_id)
        if permanent is not None:
            return permanent
        document = self._engine.store.find("media", media_id)
        if document is None or document["created_at"] + LIFE_SECONDS <= self._engine.clock.now():
            return None
        return document

    def find(self, media_id: str) -> tuple[dict[str, Any], bytes] | None:
        """The document and its bytes."""
        document = self.describe(media_id)
        return None if document is None else (document, self.read(document))

    def read(self, document: dict[str, Any]) -> bytes:
        return (self._folder / document["file"]).read_bytes()

    def exists(self, media_id: str, *kinds: str) -> bool:
        """Whether it may be sent as one of these kinds, or at all."""
        document = self.describe(media_id)
        return document is not None and (not kinds or document["type"] in kinds)

    def sample(self, kind: str) -> str:
        """The media id of something a follower could have sent."""
        now = self._engine.clock.now()
        kept = self._engine.store.find("samples", kind)
        if kept and kept["until"] > now and self.exists(kept["media_id"]):
            return str(kept["media_id"])
        data, ending = {"voice": (SILENCE, ".amr"), "video": (FILM, ".mp4")}.get(
            kind, (draw_meadow(), ".png")
        )
        media_id = self.add(kind, data, ending)["media_id"]
        self._engine.store.put("samples", kind, {"media_id": media_id, "until": now + LIFE_SECONDS / 2})
        return str(media_id)

    def permanent(self, *kinds: str) -> list[dict[str, Any]]:
        """Newest first."""
        found = [row for row in self._engine.store.all("materials") if row["type"] in kinds]
        return sorted(found, key=lambda row: -int(row["number"]))

    def remove(self, media_id: str) -> None:
        document = self._engine.store.find("materials", media_id)
        if document is not None:
            self._engine.store.remove("materials", media_id)
            (self._folder / document["file"]).unlink(missing_ok=True)

    def url(self, document: dict[str, Any]) -> str:
        return f"{self._engine.settings.base}/mmbiz/{document['media_id']}/0"

    def sweep(self) -> None:
        """Deletes the files nothing in the store speaks of any more."""
        kept = {row["file"] for kind in ("media", "materials") for row in self._engine.store.all(kind)}
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink()


@route("POST", "/cgi-bin/media/upload", "上传临时素材", daily_limit=100_000)
def upload(call: Call) -> dict[str, Any]:
    kind = call.arg("type")
    if kind not in KINDS:
        raise PlatformError(40004)
    largest, endings = KINDS[kind]
    given = read_upload(call, endings=endings, largest=largest)
    document = call.engine.media.add(kind, given.data, given.ending)
    return {"type": kind, "media_id": document["media_id"], "created_at": document["created_at"]}


@route("POST", "/cgi-bin/media/uploadvideo", "群发用的视频", daily_limit=100_000)
def prepare_video(call: Call) -> dict[str, Any]:
    """A film with its words, as mass messages want it."""
    body = call.json()
    found = call.engine.media.find(str(body.get("media_id") or ""))
    if found is None or found[0]["type"] != "video":
        raise PlatformError(40007)
    words = {"title": str(body.get("title") or ""), "introduction": str(body.get("description") or "")}
    made = call.engine.media.add("video", found[1], found[0]["ending"], **words)
    return {"type": "video", "media_id": made["media_id"], "created_at": made["created_at"]}


@route("GET", "/cgi-bin/media/get", "取临时素材", daily_limit=200_000)
def download(call: Call) -> Result:
    media_id = call.arg("media_id")
    if not media_id:
        raise PlatformError(41006)
    found = call.engine.media.find(media_id)
    if found is None or call.engine.store.find("materials", media_id):
        raise PlatformError(40007)
    if found[0]["type"] == "video":
        return {"video_url": call.engine.media.url(found[0])}
    return as_file(*found)


def as_file(document: dict[str, Any], data: bytes) -> Response:
    name = document["media_id"] + document["ending"]
    headers = {"Content-disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type=CONTENT_TYPES[document["ending"]], headers=headers)
