"""What is sent: products as cards, with words of the merchant's where he wants other ones."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _

from app.broadcasts.states import Way
from app.catalog.news import Card
from app.core.errors import InputInvalid
from app.promotions.cards import all_cards_now
from app.wechat.replies import Article, NewsReply

MAX_CARDS = {
    Way.MASS: 8,
    Way.CARD: 1,
    Way.NOTICE: 1,
}  # WeChat's: articles of a draft, articles of a customer-service message
MAX_TITLE = 32  # characters of an article's title
MAX_SUMMARY = 120


@dataclass(frozen=True, slots=True)
class Item:
    """One product; empty words are the product's own, as they are when it is sent."""

    slug: str
    title: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The products, the most important first."""

    items: tuple[Item, ...] = ()

    def keep(self) -> dict[str, Any]:
        """A form that a JSON column holds."""
        return {"items": [asdict(item) for item in self.items]}

    def hash(self) -> str:
        """The same for the same content: to warn before it is said twice."""
        return hashlib.sha256(json.dumps(self.keep(), sort_keys=True).encode()).hexdigest()


def read_content(kept: Mapping[str, Any], way: Way) -> Content:
    """What a form or a JSON column holds, checked.

    Raises: InputInvalid.
    """
    rows = kept.get("items", [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InputInvalid(_("内容无法识别"))
    items = tuple(
        Item(*(" ".join(str(row.get(name, "")).split()) for name in ("slug", "title", "summary")))
        for row in rows
    )
    if len(items) > MAX_CARDS[way]:
        raise InputInvalid(_("这种方式一次最多 %(most)d 件商品", most=MAX_CARDS[way]))
    if len({item.slug for item in items}) != len(items):
        raise InputInvalid(_("同一件商品选了两次"))
    if any(len(item.title) > MAX_TITLE or len(item.summary) > MAX_SUMMARY for item in items):
        message = _(
            "标题最多 %(title)d 个字，摘要最多 %(summary)d 个字", title=MAX_TITLE, summary=MAX_SUMMARY
        )
        raise InputInvalid(message)
    return Content(items)


def find_cards(
    content: Content, cards: Mapping[str, Card] | None = None
) -> Sequence[tuple[Item, Card | None]]:
    """Each item with its product's card; None for what is not on sale. `cards`: all of now, when they are at hand."""
    cards = all_cards_now() if cards is None else cards
    return [(item, cards.get(item.slug)) for item in content.items]


def make_news(content: Content, *, base_url: str, entrance_code: str) -> NewsReply:
    """The cards as WeChat shows them, with prices of this moment and links that say where they were.

    Raises: InputInvalid when one is not on sale, or when there is none.
    """
    pairs = find_cards(content)
    missing = [item.slug for item, card in pairs if card is None]
    if missing or not pairs:
        raise InputInvalid(_("有商品没有上架，先换掉它") if missing else _("先选商品"), missing=missing)
    return NewsReply(tuple(_article(item, card, base_url, entrance_code) for item, card in pairs if card))


def title_of(item: Item, card: Card) -> str:
    """What stands above the picture, no longer than WeChat takes."""
    return (item.title or card.headline)[:MAX_TITLE]


def summary_of(item: Item, card: Card) -> str:
    return (item.summary or card.summary)[:MAX_SUMMARY]


def _article(item: Item, card: Card, base_url: str, code: str) -> Article:
    return Article(
        title_of(item, card), summary_of(item, card), card.picture_url(base_url), card.link(base_url, code)
    )
