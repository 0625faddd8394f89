"""The articles of a mass message: made once from the products, pictures uploaded, one draft from them for each call.

Source: https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_add.html
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from flask_babel import gettext as _

from app.broadcasts.content import find_cards, read_content, words_of
from app.broadcasts.models import Broadcast
from app.catalog.news import Card
from app.catalog.pictures import wide_of
from app.core.errors import InputInvalid
from app.core.media.store import get_media
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from app.materials.models import MaterialKind
from app.materials.service import add_material
from app.materials.uploading import get_media_id
from app.wechat.client import AccountClient
from app.wechat.platform_errors import make_unreadable

MAX_AUTHOR = 16  # characters


class PictureMissing(InputInvalid):
    """An article needs a picture, and the product has none."""


def make_articles(
    client: AccountClient, row: Broadcast, *, base_url: str, author: str
) -> list[dict[str, Any]]:
    """The articles as a draft takes them; each links to its product, and the link says where it stood.

    Calls the network: never inside a transaction.
    Raises: InputInvalid when a product is not on sale, PictureMissing; PlatformError.
    """
    code = code_for(EntranceKind.BROADCAST, str(row.id), row.name)
    pairs = find_cards(read_content(row.content, row.way))
    if not pairs or any(card is None for _item, card in pairs):
        raise InputInvalid(_("有商品没有上架，先换掉它"))
    articles = []
    for item, card in pairs:
        if card is None:  # said above; for the reader of types
            continue
        title, summary = words_of(item, card)
        picture = _read_picture(card)
        articles.append(
            {
                "article_type": "news",
                "title": title,
                "author": author[:MAX_AUTHOR],
                "digest": summary,
                "content": _body(title, summary, _upload(client, picture)),
                "content_source_url": card.link(base_url, code),
                "thumb_media_id": _thumb_id(client, picture, title),
            }
        )
    return articles


def add_draft(client: AccountClient, articles: Sequence[dict[str, Any]]) -> str:
    """Put a draft into the account's box; returns its media_id. Each sending uses one up.

    Raises: PlatformError.
    """
    media_id = client.post("draft/add", data={"articles": list(articles)}).get("media_id")
    if not isinstance(media_id, str) or not media_id:
        raise make_unreadable("no media_id in the answer")
    return media_id


def _read_picture(card: Card) -> bytes:
    """The wide picture, or the one that stands for all sizes."""
    if not card.picture:
        raise PictureMissing(_("商品还没有图片：%(title)s", title=card.title))
    media = get_media()
    try:
        return media.read(wide_of(card.picture))
    except FileNotFoundError:
        pass
    try:
        return media.read(card.picture)
    except FileNotFoundError:
        raise PictureMissing(_("商品还没有图片：%(title)s", title=card.title)) from None


def _thumb_id(client: AccountClient, picture: bytes, title: str) -> str:
    """WeChat's number of the picture above the title; the same picture is uploaded once."""
    material = add_material(MaterialKind.IMAGE, picture, title=title, is_permanent=True, actor="")
    return get_media_id(client, material.id)


def _upload(client: AccountClient, picture: bytes) -> str:
    """WeChat's address of a picture inside an article: it shows no others."""
    url = client.post("media/uploadimg", files={"media": ("picture.jpg", picture, "image/jpeg")}).get("url")
    if not isinstance(url, str) or not url:
        raise make_unreadable("no url in the answer")
    return url


def _body(title: str, summary: str, picture_url: str) -> str:
    """Plain HTML: WeChat takes scripts out, and links to the shop are not allowed in it."""
    hint = _("点“阅读原文”选购")
    lines = [f'<p><img src="{escape(picture_url)}"></p>', f"<p><strong>{escape(title)}</strong></p>"]
    return "".join([*lines, f"<p>{escape(summary)}</p>" if summary else "", f"<p>{escape(hint)}</p>"])
