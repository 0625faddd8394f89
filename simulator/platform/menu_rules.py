"""What a menu may look like: numbers, lengths in bytes, types and what each type needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from simulator.platform.errors import PlatformError

TOP_LIMIT, SUB_LIMIT = 3, 5
KEY_BYTES, URL_BYTES = 128, 1024
KEY_TYPES = {
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
}
MINI_APPID = re.compile(r"wx[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Level:
    """The error codes and the name length of one level."""

    name_bytes: int
    kind: int
    name: int
    key: int
    url: int
    url_domain: int


TOP = Level(16, 40017, 40018, 40019, 40020, 40055)
SUB = Level(60, 40024, 40025, 40026, 40027, 40054)


def check_buttons(buttons: Any) -> list[dict[str, Any]]:
    """The buttons with the fields the platform keeps. Raises: PlatformError with the code of the limit."""
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= TOP_LIMIT:
        raise PlatformError(40016)
    return [_check_top(button) for button in buttons]


def _check_top(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise PlatformError(40017)
    subs = button.get("sub_button")
    if not subs:
        if "type" not in button and "sub_button" in button:
            raise PlatformError(65308)
        return _check_leaf(button, TOP)
    if button.get("type"):
        raise PlatformError(40017)
    if not isinstance(subs, list) or len(subs) > SUB_LIMIT:
        raise PlatformError(40023)
    for sub in subs:
        if not isinstance(sub, dict):
            raise PlatformError(40024)
        if sub.get("sub_button"):
            raise PlatformError(40022)
    name = _check_name(button, TOP)
    return {"name": name, "sub_button": [_check_leaf(sub, SUB) for sub in subs]}


def _check_leaf(button: dict[str, Any], level: Level) -> dict[str, Any]:
    kind = button.get("type")
    if not isinstance(kind, str) or (kind not in KEY_TYPES and kind not in NEEDS):
        raise PlatformError(level.kind)
    kept = {"type": kind, "name": _check_name(button, level)}
    if kind in KEY_TYPES:
        return {**kept, "key": _check_text(button, "key", KEY_BYTES, level.key)}
    return {**kept, **NEEDS[kind](button, level)}


def _check_name(button: dict[str, Any], level: Level) -> str:
    return _check_text(button, "name", level.name_bytes, level.name)


def _check_text(button: dict[str, Any], name: str, largest: int, errcode: int) -> str:
    value = button.get(name)
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= largest:
        raise PlatformError(errcode)
    return value


def _view(button: dict[str, Any], level: Level) -> dict[str, Any]:
    url = _check_text(button, "url", URL_BYTES, level.url)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise PlatformError(level.url_domain)
    return {"url": url}


def _media(button: dict[str, Any], level: Level) -> dict[str, Any]:
    return {"media_id": _check_text(button, "media_id", KEY_BYTES, 40118)}


def _article(button: dict[str, Any], level: Level) -> dict[str, Any]:
    return {"article_id": _check_text(button, "article_id", KEY_BYTES, 53600)}


def _mini_program(button: dict[str, Any], level: Level) -> dict[str, Any]:
    url = _view(button, level)
    appid = button.get("appid")
    if not isinstance(appid, str) or not MINI_APPID.fullmatch(appid):
        raise PlatformError(45064)
    return {**url, "appid": appid, "pagepath": _check_text(button, "pagepath", URL_BYTES, level.url)}


NEEDS: dict[str, Callable[[dict[str, Any], Level], dict[str, Any]]] = {
    "view": _view,
    "media_id": _media,
    "article_id": _article,
    "article_view_limited": _article,
    "miniprogram": _mini_program,
}
