"""Permanent materials: adding, reading, listing, deleting; and the pictures of article bodies."""

from __future__ import annotations

import json
from typing import Any

from simulator.platform.errors import PlatformError
from simulator.platform.media import KINDS, PICTURES, as_file
from simulator.platform.routing import OK, Call, Result, require_text, route
from simulator.platform.uploads import read_upload

ENDINGS = {
    **{kind: endings for kind, (_, endings) in KINDS.items()},
    "image": (*KINDS["image"][1], ".bmp"),
    "voice": (".mp3", ".wma", ".wav", ".amr"),
}
LISTED = {"image": PICTURES, "voice": ("voice",), "video": ("video",), "news": ()}
MOST_LISTED = 20
BODY_PICTURE_BYTES = 2**20


@route("POST", "/cgi-bin/material/add_material", "新增永久素材", daily_limit=100_000)
def add(call: Call) -> dict[str, Any]:
    kind = call.arg("type")
    if kind not in ENDINGS:
        raise PlatformError(40004)
    given = read_upload(call, endings=ENDINGS[kind], largest=KINDS[kind][0])
    words = _description(call) if kind == "video" else {}
    document = call.engine.media.add(kind, given.data, given.ending, permanent=True, name=given.name, **words)
    url = {"url": call.engine.media.url(document)} if kind in PICTURES else {}
    return {"media_id": document["media_id"], **url}


@route("POST", "/cgi-bin/media/uploadimg", "上传图文内的图片", daily_limit=100_000)
def add_body_picture(call: Call) -> dict[str, Any]:
    given = read_upload(call, endings=(".jpg", ".jpeg", ".png"), largest=BODY_PICTURE_BYTES, too_large=40009)
    document = call.engine.media.add("body", given.data, given.ending, permanent=True)
    return {"url": call.engine.media.url(document)}


@route("POST", "/cgi-bin/material/get_material", "取永久素材", daily_limit=100_000)
def get(call: Call) -> Result:
    document = _material(call)
    if document["type"] == "video":
        url = call.engine.media.url(document)
        return {"title": document["title"], "description": document["introduction"], "down_url": url}
    return as_file(document, call.engine.media.read(document))


@route("POST", "/cgi-bin/material/del_material", "删除永久素材", daily_limit=100_000)
def delete(call: Call) -> dict[str, Any]:
    document = _material(call)
    if document["media_id"] in call.engine.menus.media_in_use():
        raise PlatformError(48005)
    call.engine.media.remove(document["media_id"])
    return OK


@route("GET", "/cgi-bin/material/get_materialcount", "取永久素材总数", daily_limit=100_000)
def count(call: Call) -> dict[str, Any]:
    media = call.engine.media
    return {
        f"{kind}_count": len(media.permanent(*LISTED[kind])) for kind in ("voice", "video", "image", "news")
    }


@route("POST", "/cgi-bin/material/batchget_material", "取永久素材列表", daily_limit=100_000)
def list_materials(call: Call) -> dict[str, Any]:
    body = call.json()
    kind, offset, number = body.get("type"), body.get("offset"), body.get("count")
    if not isinstance(kind, str) or kind not in LISTED:
        raise PlatformError(40004)
    if not isinstance(offset, int) or offset < 0 or not isinstance(number, int):
        raise PlatformError(40097)
    if not 1 <= number <= MOST_LISTED:
        raise PlatformError(40097)
    found = call.engine.media.permanent(*LISTED[kind])
    items = [_item(call, document) for document in found[offset : offset + number]]
    return {"total_count": len(found), "item_count": len(items), "item": items}


def _item(call: Call, document: dict[str, Any]) -> dict[str, Any]:
    item = {"media_id": document["media_id"], "name": document["name"], "update_time": document["created_at"]}
    return {**item, "url": call.engine.media.url(document)} if document["type"] in PICTURES else item


def _material(call: Call) -> dict[str, Any]:
    """Raises: PlatformError 41006, 40007."""
    media_id = require_text(call.json(), "media_id", 41006)
    document = call.engine.store.find("materials", media_id)
    if document is None or document["type"] not in ENDINGS:
        raise PlatformError(40007)
    return document


def _description(call: Call) -> dict[str, str]:
    """The film's title and words; some libraries put this form field into the query."""
    try:
        given = json.loads(call.request.form.get("description") or call.arg("description"))
        words = {name: given[name] for name in ("title", "introduction")}
    except (ValueError, KeyError, TypeError) as error:
        call.verdicts.add("description", False, "要有 title 与 introduction")
        raise PlatformError(47001) from error
    if not all(isinstance(text, str) and text for text in words.values()):
        raise PlatformError(47001)
    return words
