"""Customer-service messages and the typing state, with their windows and counts."""

from __future__ import annotations

from typing import Any

from simulator.platform.errors import PlatformError
from simulator.platform.routing import OK, Call, require_text, route

TEXT_BYTES = 2048
TYPING_WITHIN_SECONDS, TYPING_SHOWN_SECONDS = 30, 15
MENU_ITEMS = 10


@route("POST", "/cgi-bin/message/custom/send", "发送客服消息", daily_limit=500_000)
def send(call: Call) -> dict[str, Any]:
    body = call.json()
    follower = call.engine.followers.find(str(body.get("touser", "")))
    if follower is None:
        raise PlatformError(40003)
    kind = body.get("msgtype")
    if not isinstance(kind, str) or kind not in READERS:
        raise PlatformError(40008)
    content = body.get(kind)
    if not isinstance(content, dict):
        raise PlatformError(44004)
    bubble = READERS[kind](call, content)
    call.verdicts.add("内容", True, kind)
    _use_window(call, follower)
    sender = (body.get("customservice") or {}).get("kf_account")
    call.engine.chats.add(follower["openid"], "out", via="customer_service", kf_account=sender, **bubble)
    return OK


@route("POST", "/cgi-bin/message/custom/typing", "客服输入状态", daily_limit=500_000)
def show_typing(call: Call) -> dict[str, Any]:
    body = call.json()
    follower = call.engine.followers.find(str(body.get("touser", "")))
    if follower is None:
        raise PlatformError(40003)
    command, now, key = body.get("command"), call.engine.clock.now(), f"typing:{follower['openid']}"
    if command not in {"Typing", "CancelTyping"}:
        raise PlatformError(45072)
    if command == "CancelTyping":
        call.engine.store.remove("typing", key)
    else:
        recent = any(now - window["at"] <= TYPING_WITHIN_SECONDS for window in follower["windows"])
        if not recent:
            raise PlatformError(45080)
        shown = call.engine.store.find("typing", key)
        if shown and shown["until"] > now:
            raise PlatformError(45081)
        call.engine.store.put("typing", key, {"until": now + TYPING_SHOWN_SECONDS})
    call.engine.events.publish("chat", openid=follower["openid"], typing=command == "Typing")
    return OK


def _use_window(call: Call, follower: dict[str, Any]) -> None:
    """Raises: PlatformError 45015, 45047, 48002."""
    if not follower["subscribed"]:
        call.verdicts.add("仍在关注", False)
        raise PlatformError(45015)
    if call.engine.faults.strikes("push_blocked"):
        raise PlatformError(48002)
    state = call.engine.followers.use_window(follower["openid"])
    details = {"ok": "", "closed": "48 小时内没有互动", "exhausted": "窗口里的条数用完了"}
    call.verdicts.add("互动窗口", state == "ok", details[state])
    if state == "closed":
        raise PlatformError(45015)
    if state == "exhausted":
        raise PlatformError(45047)


def _text(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    text = require_text(content, "content", 44004)
    if len(text.encode()) > TEXT_BYTES:
        raise PlatformError(45002)
    return {"kind": "text", "text": text}


def _media(kind: str) -> Any:
    def read(call: Call, content: dict[str, Any]) -> dict[str, Any]:
        media_id = require_text(content, "media_id", 41006)
        if not call.engine.media.exists(media_id):
            raise PlatformError(40007)
        return {"kind": kind, "media_id": media_id, "title": str(content.get("title", ""))}

    return read


def _music(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    if not call.engine.media.exists(require_text(content, "thumb_media_id", 41006)):
        raise PlatformError(40007)
    title = str(content.get("title", ""))
    return {"kind": "music", "title": title, "url": str(content.get("musicurl", ""))}


def _news(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    articles = content.get("articles")
    if not isinstance(articles, list) or not articles:
        raise PlatformError(44003)
    if len(articles) > 1:
        raise PlatformError(45008)
    names = ("title", "description", "picurl", "url")
    return {"kind": "news", "articles": [{name: str(articles[0].get(name) or "") for name in names}]}


def _message_menu(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    options = content.get("list")
    if not isinstance(options, list) or not 1 <= len(options) <= MENU_ITEMS:
        raise PlatformError(45098)
    if any(not isinstance(row, dict) or not row.get("id") or not row.get("content") for row in options):
        raise PlatformError(45099)
    texts = {name: str(content.get(f"{name}_content") or "") for name in ("head", "tail")}
    kept = [{"id": str(row["id"]), "content": str(row["content"])} for row in options]
    return {"kind": "msgmenu", "text": texts["head"], "tail": texts["tail"], "options": kept}


def _card(kind: str, *names: str) -> Any:
    def read(call: Call, content: dict[str, Any]) -> dict[str, Any]:
        values = {name: require_text(content, name) for name in names}
        return {"kind": kind, "title": values.get("title", kind), "fields": values}

    return read


READERS = {
    "text": _text,
    "image": _media("image"),
    "voice": _media("voice"),
    "video": _media("video"),
    "music": _music,
    "news": _news,
    "msgmenu": _message_menu,
    "mpnewsarticle": _card("mpnewsarticle", "article_id"),
    "mpnews": _card("mpnews", "media_id"),
    "wxcard": _card("wxcard", "card_id"),
    "miniprogrampage": _card("miniprogrampage", "title", "appid", "pagepath", "thumb_media_id"),
}
