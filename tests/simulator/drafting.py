"""A picture and a draft, as a shop makes them before it sends."""

from __future__ import annotations

from typing import Any

from tests.simulator.box import Box
from tests.simulator.files import PNG, upload


def thumb(box: Box) -> str:
    return str(upload(box, "/cgi-bin/material/add_material", "a.png", PNG, type="image")["media_id"])


def article(box: Box, **changes: Any) -> dict[str, Any]:
    usual = {
        "title": "秋茶上新",
        "author": "茶小铺",
        "digest": "本周铁观音",
        "content": "<p>正文</p>",
        "content_source_url": f"{box.settings.web_base}/m/goods/88",
        "need_open_comment": 0,
    }
    if "thumb_media_id" not in changes:
        usual["thumb_media_id"] = thumb(box)
    return {**usual, **changes}


def add(box: Box, *articles: dict[str, Any]) -> dict[str, Any]:
    return box.api("POST", "/cgi-bin/draft/add", body={"articles": list(articles) or [article(box)]})


def draft(box: Box, *articles: dict[str, Any]) -> str:
    return str(add(box, *articles)["media_id"])


def call(box: Box, path: str, **body: Any) -> dict[str, Any]:
    """One of `/cgi-bin/…`, without that part."""
    return box.api("POST", f"/cgi-bin/{path}", body=body)
