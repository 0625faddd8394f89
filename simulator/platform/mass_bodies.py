"""The bodies of mass messages by kind: what must be there, and the bubbles they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.platform.custom_content import READERS
from simulator.platform.drafts import known_draft
from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call, require_text

MOST_PICTURES = 20
Bubble = dict[str, Any]


@dataclass(slots=True)
class Content:
    """What is sent: bubbles as they are, or the articles of a draft."""

    kind: str
    bubbles: list[Bubble] = field(default_factory=list)
    draft: str = ""
    articles: list[dict[str, Any]] = field(default_factory=list)


def read_content(call: Call, body: dict[str, Any], *, preview: bool = False) -> Content:
    """Raises: PlatformError 40008, 44004 and those of the kind."""
    kind = body.get("msgtype")
    known = {**KINDS, "image": _image, "music": _as_custom("music")} if preview else KINDS
    if not isinstance(kind, str) or kind not in known:
        raise PlatformError(40008)
    key = "images" if kind == "image" and not preview else kind
    content = body.get(key)
    if not call.verdicts.add(f"有 {key}", isinstance(content, dict)) or not isinstance(content, dict):
        raise PlatformError(44004)
    return known[kind](call, content)


def _articles(call: Call, content: dict[str, Any]) -> Content:
    draft = known_draft(call, require_text(content, "media_id", 41006))
    if any(article.get("product_info") for article in draft["articles"]):
        raise PlatformError(45113)
    return Content("mpnews", draft=draft["media_id"], articles=draft["articles"])


def _as_custom(kind: str, shown: str = "") -> Callable[[Call, dict[str, Any]], Content]:
    def read(call: Call, content: dict[str, Any]) -> Content:
        return Content(shown or kind, bubbles=[READERS[kind](call, content)])

    return read


def _image(call: Call, content: dict[str, Any]) -> Content:
    return Content("image", bubbles=[READERS["image"](call, content)])


def _images(call: Call, content: dict[str, Any]) -> Content:
    ids = content.get("media_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_PICTURES:
        raise PlatformError(40007)
    return Content("image", bubbles=[READERS["image"](call, {"media_id": one}) for one in ids])


def _video(call: Call, content: dict[str, Any]) -> Content:
    media_id = require_text(content, "media_id", 41006)
    found = call.engine.media.describe(media_id)
    if found is None or found["type"] != "video":
        raise PlatformError(40007)
    words = {"title": found.get("title", ""), "description": found.get("introduction", "")}
    return Content("mpvideo", bubbles=[{"kind": "video", "media_id": media_id, **words}])


KINDS: dict[str, Callable[[Call, dict[str, Any]], Content]] = {
    "mpnews": _articles,
    "text": _as_custom("text"),
    "voice": _as_custom("voice"),
    "image": _images,
    "mpvideo": _video,
    "wxcard": _as_custom("wxcard"),
}
