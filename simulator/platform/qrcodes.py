"""Scene QR codes: their tickets, their pictures, and what scanning one does."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import Response

from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call, route
from simulator.qr.drawing import draw_qr

if TYPE_CHECKING:
    from simulator.engine import Engine

DEFAULT_SECONDS, LONGEST_SECONDS = 60, 2_592_000
LINK = "http://weixin.qq.com/q/"


class QrCodes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, scene: str, seconds: int | None) -> dict[str, Any]:
        document: dict[str, Any] = {
            "ticket": "gQ" + secrets.token_urlsafe(66) + "==",
            "url": LINK + "02" + secrets.token_urlsafe(16),
            "scene": scene,
            "permanent": seconds is None,
            "expires_at": None if seconds is None else self._engine.clock.now() + seconds,
        }
        return self._engine.store.put("qrcodes", document["ticket"], document)

    def find(self, text: str) -> dict[str, Any] | None:
        """By ticket or by the link inside the picture; None when unknown or expired."""
        return self._living({"ticket", "url"}, text)

    def of_scene(self, scene: str) -> dict[str, Any] | None:
        return self._living({"scene"}, scene)

    def _living(self, names: set[str], text: str) -> dict[str, Any] | None:
        """The newest that has not expired."""
        now = self._engine.clock.now()
        for document in reversed(self._engine.store.all("qrcodes")):
            living = document["expires_at"] is None or document["expires_at"] > now
            if living and text in {document[name] for name in names}:
                return document
        return None

    def is_link(self, text: str) -> bool:
        """Whether a scene code says this, of ours or not, expired or not."""
        return text.startswith(LINK)

    def permanent_count(self) -> int:
        return sum(document["permanent"] for document in self._engine.store.all("qrcodes"))


@route("POST", "/cgi-bin/qrcode/create", "生成带参数二维码", daily_limit=100_000)
def create(call: Call) -> dict[str, Any]:
    body = call.json()
    scene = _scene(body)
    if "LIMIT" in body["action_name"]:
        if call.engine.qrcodes.permanent_count() >= call.engine.limits.get("permanent_codes"):
            raise PlatformError(45029)
        document = call.engine.qrcodes.add(scene, None)
        return {"ticket": document["ticket"], "url": document["url"]}
    seconds = body.get("expire_seconds", DEFAULT_SECONDS)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 1:
        raise PlatformError(40053)
    seconds = min(seconds, LONGEST_SECONDS)
    document = call.engine.qrcodes.add(scene, seconds)
    return {"ticket": document["ticket"], "expire_seconds": seconds, "url": document["url"]}


def _scene(body: dict[str, Any]) -> str:
    """Raises: PlatformError 40052, 40053."""
    action = body.get("action_name")
    if action not in {"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}:
        raise PlatformError(40052)
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise PlatformError(40053)
    if "STR" in action:
        text = scene.get("scene_str")
        if not isinstance(text, str) or not 1 <= len(text) <= 64:
            raise PlatformError(40053)
        return text
    number = scene.get("scene_id")
    largest = 100_000 if "LIMIT" in action else 2**32 - 1
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= largest:
        raise PlatformError(40053)
    return str(number)


def picture(engine: Engine, ticket: str) -> Response:
    """`/cgi-bin/showqrcode`: the picture without any token; 404 for a ticket nobody got."""
    document = engine.store.find("qrcodes", ticket)
    if document is None:
        return Response("", status=404)
    return Response(draw_qr(document["url"]), content_type="image/png")
