"""What is sent: products as cards, with words of the merchant's where he wants other ones."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _

from app.broadcasts.states import Way
from app.catalog.news import Card, find_card_of_any
from app.core.errors import InputInvalid
from app.notice_templates.purposes import ABOUT_ORDERS, Purpose
from app.notice_templates.values import LONGEST_THING
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
    title, summary = longest(way)
    if any(len(item.title) > title or len(item.summary) > summary for item in items):
        raise InputInvalid(
            _("标题最多 %(title)d 个字，摘要最多 %(summary)d 个字", title=title, summary=summary)
        )
    return Content(items)


def longest(way: Way) -> tuple[int, int]:
    """Characters of a title, and of a summary."""
    return (LONGEST_THING, LONGEST_THING) if way is Way.NOTICE else (MAX_TITLE, MAX_SUMMARY)


def slug_of(kept: Mapping[str, Any]) -> str:
    """The first product of what a JSON column holds; empty without one."""
    items = kept.get("items") or [{}]
    return str(items[0].get("slug", ""))


def find_cards(
    content: Content, cards: Mapping[str, Card] | None = None, *, purpose: Purpose | None = None
) -> Sequence[tuple[Item, Card | None]]:
    """Each item with its product's card; None for what is not on sale. `cards`: all of now, when they are at hand.

    `purpose`: a notification about orders is also about what is sold no more.
    """
    if purpose in ABOUT_ORDERS:
        return [(item, find_card_of_any(item.slug)) for item in content.items]
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


def own_title(card: Card, way: Way) -> str:
    """The product's own words for it; a notification has a line of its own for the price."""
    return card.title if way is Way.NOTICE else card.headline


def words_of(item: Item, card: Card, way: Way = Way.CARD) -> tuple[str, str]:
    """Title and summary as they are sent, no longer than WeChat takes; a notification's may be its usual words."""
    title, summary = longest(way)
    own = "" if way is Way.NOTICE else card.summary
    return (item.title or own_title(card, way))[:title], (item.summary or own)[:summary]


def _article(item: Item, card: Card, base_url: str, code: str) -> Article:
    title, summary = words_of(item, card)
    return Article(title, summary, card.picture_url(base_url), card.link(base_url, code))
