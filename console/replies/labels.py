"""Replies in words: what each kind is called, and what one says in a line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.catalog.models import Product
from app.keywords.replies import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    MAX_CARDS,
    MAX_REPLIES,
    MAX_TEXT_BYTES,
    ReplyKind,
    ReplySpec,
)
from app.materials.models import Material, MaterialKind
from console.frame.labels import Labels

ICONS = {
    ReplyKind.TEXT: "text",
    ReplyKind.IMAGE: "picture",
    ReplyKind.VOICE: "voice",
    ReplyKind.VIDEO: "video",
    ReplyKind.MUSIC: "music",
    ReplyKind.PRODUCT: "package",
    ReplyKind.NEWEST: "new",
    ReplyKind.ARTICLE: "article",
    ReplyKind.HAND_OVER: "headset",
    ReplyKind.ORDER_STATUS: "truck",
}
_LINK = re.compile(r'<a\s+href="(https?://[^"\s]{1,2000})"[^>]{0,300}>([^<]{1,600})</a>', re.IGNORECASE)


MATERIAL_OF = {
    ReplyKind.IMAGE: MaterialKind.IMAGE,
    ReplyKind.VOICE: MaterialKind.VOICE,
    ReplyKind.VIDEO: MaterialKind.VIDEO,
    ReplyKind.MUSIC: MaterialKind.THUMB,
}
PICTURES = "image/jpeg,image/png,image/gif,image/webp"
ACCEPTS = {  # for the browser's file dialog
    MaterialKind.IMAGE: PICTURES,
    MaterialKind.THUMB: PICTURES,
    MaterialKind.VOICE: ".mp3,.amr,audio/mpeg,audio/amr",
    MaterialKind.VIDEO: "video/mp4",
}
LIMITS = {
    "replies": MAX_REPLIES,
    "text": MAX_TEXT_BYTES,
    "cards": MAX_CARDS,
    "title": LONGEST_TITLE,
    "summary": LONGEST_SUMMARY,
    "link": '<a href="https://…">…</a>',
}


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of a text as WeChat shows it."""

    words: str
    link: str = ""


def offer() -> dict[str, object]:
    """What the macros of `_replies.html` use."""
    return {
        "reply_label": reply_label,
        "reply_icon": reply_icon,
        "split_text": split_text,
        "material_hint": material_hint,
        "material_label": material_label,
        "material_of": MATERIAL_OF,
        "accepts": ACCEPTS,
        "limits": LIMITS,
    }


# What this kind of reply is called.
reply_label = Labels(
    {
        ReplyKind.TEXT: _l("文字"),
        ReplyKind.IMAGE: _l("图片"),
        ReplyKind.VOICE: _l("语音"),
        ReplyKind.VIDEO: _l("视频"),
        ReplyKind.MUSIC: _l("音乐"),
        ReplyKind.PRODUCT: _l("商品"),
        ReplyKind.NEWEST: _l("最新上架"),
        ReplyKind.ARTICLE: _l("文章"),
        ReplyKind.HAND_OVER: _l("转人工"),
        ReplyKind.ORDER_STATUS: _l("订单进度"),
    }
)


def reply_icon(kind: ReplyKind) -> str:
    """The name of its icon."""
    return ICONS[kind]


# What this kind of material is called.
material_label = Labels(
    {
        MaterialKind.IMAGE: _l("图片"),
        MaterialKind.VOICE: _l("语音"),
        MaterialKind.VIDEO: _l("视频"),
        MaterialKind.THUMB: _l("音乐缩略图"),
    }
)


# What may be uploaded as this kind.
material_hint = Labels(
    {
        MaterialKind.IMAGE: _l("JPG、PNG、GIF 或 WebP，最大 20 MB；动图只留第一帧，微信回复里的图片不会动。"),
        MaterialKind.THUMB: _l("JPG、PNG、GIF 或 WebP，会缩成 64 KB 以内的小图。"),
        MaterialKind.VOICE: _l("MP3 或 AMR，最大 2 MB，最长 60 秒。"),
        MaterialKind.VIDEO: _l("MP4，最大 10 MB。"),
    }
)


def reply_in_short(spec: ReplySpec, products: Mapping[str, Product], material: Material | None) -> str:
    """What this reply says, for a line of a list."""
    if spec.kind is ReplyKind.PRODUCT:
        return _say_products([products[slug].title for slug in spec.slugs if slug in products])
    if spec.kind in (ReplyKind.IMAGE, ReplyKind.VOICE, ReplyKind.VIDEO):
        return material.title if material else _("素材已删除")
    words = spec.title if spec.kind in (ReplyKind.MUSIC, ReplyKind.ARTICLE) else spec.text
    return without_links(words) or reply_label(spec.kind)


def split_text(text: str) -> Iterator[TextPart]:
    """A text cut where links stand; everything else in it, other tags too, is shown as it was typed."""
    end = 0
    for found in _LINK.finditer(text):
        if found.start() > end:
            yield TextPart(text[end : found.start()])
        yield TextPart(found[2], found[1])
        end = found.end()
    if end < len(text):
        yield TextPart(text[end:])


def without_links(text: str) -> str:
    """The words of a text as a phone shows them: of a link, what can be tapped."""
    return "".join(part.words for part in split_text(text))


def _say_products(titles: Sequence[str]) -> str:
    if not titles:
        return _("商品已删除")
    return _("%(title)s 等 %(n)s 件", title=titles[0], n=len(titles)) if titles[1:] else titles[0]
