"""The bodies of customer-service messages by kind: what must be there, and the bubble it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.platform.errors import PlatformError
from simulator.platform.media import PICTURES
from simulator.platform.menu_rules import MINI_APPID
from simulator.platform.routing import Call, require_text

TEXT_BYTES = 2048
MENU_ITEMS = 10
Reader = Callable[[Call, dict[str, Any]], dict[str, Any]]


def _text(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    text = require_text(content, "content", 44004)
    size = len(text.encode())
    if not call.verdicts.add("文本长度", size <= TEXT_BYTES, f"{size}/{TEXT_BYTES} 字节"):
        raise PlatformError(45002)
    return {"kind": "text", "text": text}


def _media(kind: str) -> Reader:
    def read(call: Call, content: dict[str, Any]) -> dict[str, Any]:
        return {"kind": kind, "media_id": _known(call, content, "media_id", kind)}

    return read


def _video(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    files = {
        "media_id": _known(call, content, "media_id", "video"),
        "thumb_media_id": _known(call, content, "thumb_media_id", *PICTURES),
    }
    return {"kind": "video", **files, **_words(content, "title", "description")}


def _music(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    thumb = _known(call, content, "thumb_media_id", *PICTURES)
    urls = [require_text(content, name, 40035) for name in ("musicurl", "hqmusicurl")]
    words = _words(content, "title", "description")
    return {"kind": "music", **words, "url": urls[0], "thumb_media_id": thumb}


def _news(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    articles = content.get("articles")
    if not isinstance(articles, list) or not articles:
        raise PlatformError(44003)
    if len(articles) > 1:
        raise PlatformError(45008)
    if not isinstance(articles[0], dict):
        raise PlatformError(44003)
    return {"kind": "news", "articles": [_words(articles[0], "title", "description", "picurl", "url")]}


def _article(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    card = call.engine.articles.as_card(content.get("article_id"))
    if card is None:
        raise PlatformError(53600)
    return card


def _draft(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    """A draft, which stays: what is withdrawn step by step still works here."""
    draft = call.engine.drafts.find(require_text(content, "media_id", 41006))
    if draft is None:
        raise PlatformError(40007)
    return {
        "kind": "news",
        "articles": call.engine.articles.preview_cards(draft["media_id"], draft["articles"]),
    }


def _message_menu(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    options = content.get("list")
    if not isinstance(options, list) or not 1 <= len(options) <= MENU_ITEMS:
        raise PlatformError(45098)
    if any(not isinstance(row, dict) or not row.get("id") or not row.get("content") for row in options):
        raise PlatformError(45099)
    texts = _words(content, "head_content", "tail_content")
    kept = [{"id": str(row["id"]), "content": str(row["content"])} for row in options]
    return {"kind": "msgmenu", "text": texts["head_content"], "tail": texts["tail_content"], "options": kept}


def _coupon(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    card_id = require_text(content, "card_id")
    return {"kind": "wxcard", "title": "卡券", "fields": {"card_id": card_id}}


def _mini_program(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    values = {name: require_text(content, name) for name in ("title", "appid", "pagepath")}
    if not MINI_APPID.fullmatch(values["appid"]):
        raise PlatformError(40013)
    thumb = _known(call, content, "thumb_media_id", *PICTURES)
    fields = {"appid": values["appid"], "pagepath": values["pagepath"]}
    return {"kind": "miniprogrampage", "title": values["title"], "fields": fields, "thumb_media_id": thumb}


def _known(call: Call, content: dict[str, Any], name: str, *kinds: str) -> str:
    """Raises: PlatformError 41006, 40007 for what is gone, foreign or of another kind."""
    media_id = require_text(content, name, 41006)
    if not call.engine.media.exists(media_id, *kinds):
        call.verdicts.add(name, False, f"不存在、已过期或不是 {kinds[0]}")
        raise PlatformError(40007)
    return media_id


def _words(content: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: str(content.get(name) or "") for name in names}


READERS: dict[str, Reader] = {
    "text": _text,
    "image": _media("image"),
    "voice": _media("voice"),
    "video": _video,
    "music": _music,
    "news": _news,
    "msgmenu": _message_menu,
    "mpnewsarticle": _article,
    "mpnews": _draft,
    "wxcard": _coupon,
    "miniprogrampage": _mini_program,
}
