"""Product news: cards that open a product's page."""

from collections.abc import Iterable

from flask import current_app

from app.catalog.models import Product
from app.catalog.news import make_card
from app.catalog.service import find_on_sale, newest
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from app.wechat.replies import Article, NewsReply

MAX_NEWEST = 8


def reply_with_product(slug: str, kind: EntranceKind, ref: str, label: str) -> NewsReply | None:
    """One card for the product of this slug; None when it is not on sale."""
    product = find_on_sale(slug)
    return _to_news([product], code_for(kind, ref, label)) if product else None


def reply_with_newest(kind: EntranceKind, ref: str, label: str) -> NewsReply | None:
    """Cards for what came on sale last; None when nothing is on sale."""
    products = newest(MAX_NEWEST)
    return _to_news(products, code_for(kind, ref, label)) if products else None


def _to_news(products: Iterable[Product], entrance_code: str) -> NewsReply:
    base_url = current_app.config["BASE_URL"]
    cards = (make_card(p, base_url=base_url, entrance_code=entrance_code) for p in products)
    return NewsReply(tuple(Article(c.title, c.summary, c.picture_url, c.link) for c in cards))
