"""What an article of a draft must be: sizes, pictures, flags; and what is taken out of its body."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call

MOST_ARTICLES = 8
TITLE, AUTHOR, DIGEST = 32, 16, 120
CONTENT_CHARACTERS, CONTENT_BYTES, SOURCE_URL_BYTES = 20_000, 2**20, 1024
DEFAULT_DIGEST = 54
MOST_PICTURES = 20
KINDS = ("news", "newspic")
SCRIPTS = re.compile(r"<(script|iframe|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
HANDLERS = re.compile(r"\son\w+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
SCRIPT_ADDRESS = re.compile(r"(href|src)\s*=\s*([\"']?)\s*javascript:[^\"'>\s]*\2", re.IGNORECASE)
PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
PICTURE_ADDRESS = re.compile(r"\s(?:data-)?src\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
CROP = re.compile(r"(?:0|1|0?\.\d+|1\.0+)(?:_(?:0|1|0?\.\d+|1\.0+)){3}")


def read_articles(call: Call, given: Any) -> list[dict[str, Any]]:
    """All articles of a draft. Raises: PlatformError 44003, 45008 and those of one article."""
    if not isinstance(given, list) or not given:
        raise PlatformError(44003)
    if not call.verdicts.add("文章数", len(given) <= MOST_ARTICLES, f"{len(given)}/{MOST_ARTICLES}"):
        raise PlatformError(45008)
    return [read_article(call, article, alone=len(given) == 1) for article in given]


def read_article(call: Call, given: Any, *, alone: bool) -> dict[str, Any]:
    """As it is kept. Raises: PlatformError 44003, 40035, 45003, 45110, 45004, 44004, 45002, 45005, 40007, 40097."""
    if not isinstance(given, dict):
        raise PlatformError(44003)
    kind = given.get("article_type") or "news"
    if kind not in KINDS:
        raise PlatformError(40035)
    article = {"article_type": kind, **_words(call, given), **_flags(given), **_crops(given)}
    if kind == "newspic":
        article["image_info"] = {"image_list": _pictures(call, given)}
    else:
        article["thumb_media_id"] = _permanent(call, given.get("thumb_media_id"))
        if not (alone and article["digest"]):  # WeChat reads the digest of a single article only
            article["digest"] = _first_words(article)
    if given.get("product_info"):
        article["product_info"] = given["product_info"]
    return article


def _words(call: Call, given: dict[str, Any]) -> dict[str, str]:
    title, author = _text(given, "title"), _text(given, "author")
    digest, content = _text(given, "digest"), _text(given, "content")
    source = _text(given, "content_source_url")
    if not title.strip():
        raise PlatformError(45003)
    rules = (
        ("标题", len(title), TITLE, 45003),
        ("作者", len(author), AUTHOR, 45110),
        ("摘要", len(digest), DIGEST, 45004),
        ("正文字数", len(content), CONTENT_CHARACTERS - 1, 45002),
        ("正文字节", len(content.encode()), CONTENT_BYTES - 1, 45002),
        ("原文链接", len(source.encode()), SOURCE_URL_BYTES, 45005),
    )
    for name, size, most, errcode in rules:
        if size > most:
            call.verdicts.add(name, False, f"{size}/{most}")
            raise PlatformError(errcode)
    if not content.strip() and given.get("article_type") != "newspic":
        raise PlatformError(44004)
    if source and urlsplit(source).scheme not in {"http", "https"}:
        call.verdicts.add("原文链接", False, source[:64])
        raise PlatformError(40039)
    cleaned = clean(call, content)
    return {
        "title": title,
        "author": author,
        "digest": digest,
        "content": cleaned,
        "content_source_url": source,
    }


def clean(call: Call, content: str) -> str:
    """Without scripts; pictures from elsewhere than uploadimg lose their address."""
    without = SCRIPT_ADDRESS.sub("", HANDLERS.sub("", SCRIPTS.sub("", content)))
    if without != content:
        call.verdicts.add("正文", None, "去掉了脚本")
    own = call.engine.settings.base + "/mmbiz/"

    def keep(match: re.Match[str]) -> str:
        found = PICTURE_ADDRESS.search(match[0])
        address = next((part for part in found.groups() if part), "") if found else ""
        if address.startswith(own):
            return match[0]
        call.verdicts.add("正文图片", None, f"不是 uploadimg 的，去掉了：{address[:60]}")
        return ""

    return PICTURE.sub(keep, without)


def _flags(given: dict[str, Any]) -> dict[str, int]:
    flags = {name: given.get(name, 0) for name in ("need_open_comment", "only_fans_can_comment")}
    if any(value not in (0, 1) for value in flags.values()):
        raise PlatformError(40097)
    return {name: int(value) for name, value in flags.items()}


def _crops(given: dict[str, Any]) -> dict[str, Any]:
    """The corners of both crops as shares of the picture."""
    crops = {name: given[name] for name in ("pic_crop_235_1", "pic_crop_1_1") if given.get(name)}
    if not all(isinstance(text, str) and CROP.fullmatch(text) for text in crops.values()):
        raise PlatformError(40097)
    for text in crops.values():
        left, top, right, bottom = map(float, text.split("_"))
        if left >= right or top >= bottom:
            raise PlatformError(40097)
    return crops | ({"cover_info": given["cover_info"]} if isinstance(given.get("cover_info"), dict) else {})


def _pictures(call: Call, given: dict[str, Any]) -> list[dict[str, str]]:
    info = given.get("image_info")
    rows = info.get("image_list") if isinstance(info, dict) else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_PICTURES:
        raise PlatformError(40035)
    ids = [row.get("image_media_id") if isinstance(row, dict) else None for row in rows]
    return [{"image_media_id": _permanent(call, media_id)} for media_id in ids]


def _permanent(call: Call, media_id: Any) -> str:
    """Raises: PlatformError 40007: a temporary picture will not do."""
    found = call.engine.store.find("materials", media_id) if isinstance(media_id, str) else None
    good = found is not None and found["type"] in ("image", "thumb")
    if not call.verdicts.add("封面或图片是永久素材", good, str(media_id)[:24]):
        raise PlatformError(40007)
    return str(media_id)


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PlatformError(47001)
    return value


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _first_words(article: dict[str, Any]) -> str:
    reader = _Words()
    reader.feed(article["content"])
    return " ".join("".join(reader.parts).split())[:DEFAULT_DIGEST]
