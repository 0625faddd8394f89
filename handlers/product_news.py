"""Product news: cards that open a product's page."""

from collections.abc import Sequence

from flask import current_app

from app.catalog.news import Card, find_card, newest_cards
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from app.wechat.replies import Article, NewsReply

MAX_NEWEST = 8


def reply_with_product(slug: str, kind: EntranceKind, ref: str, label: str) -> NewsReply | None:
    """One card for the product of this slug; None when it is not on sale."""
    card = find_card(slug)
    return _to_news([card], code_for(kind, ref, label)) if card else None


def reply_with_newest(kind: EntranceKind, ref: str, label: str) -> NewsReply | None:
    """Cards for what came on sale last; None when nothing is on sale."""
    cards = newest_cards(MAX_NEWEST)
    return _to_news(cards, code_for(kind, ref, label)) if cards else None


def _to_news(cards: Sequence[Card], code: str) -> NewsReply:
    base = current_app.config["BASE_URL"]
    return NewsReply(
        tuple(Article(c.headline, c.summary, c.picture_url(base), c.link(base, code)) for c in cards)
    )
