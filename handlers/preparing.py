"""Turns what the merchant set up into replies: cards from the catalogue, media_ids, links that know their door."""

import random
from collections.abc import Sequence

from app.catalog.news import Card
from app.keywords.replies import MAX_CARDS, ReplyKind, ReplyMode, ReplySpec
from app.wechat.replies import (
    Article,
    HandOver,
    MediaReply,
    MusicReply,
    NewsReply,
    PublishedArticleReply,
    Reply,
    TextReply,
)
from handlers.answers import Prepared, prepare_all
from handlers.doors import Door
from handlers.links import link_to, mark_links
from handlers.ready import Ready
from handlers.speech import say

PERSONAL = (ReplyKind.HAND_OVER, ReplyKind.ORDER_STATUS)  # depend on who asks and when: made for each push


def choose(specs: Sequence[ReplySpec], mode: ReplyMode) -> Sequence[ReplySpec]:
    """All of them, or one at random."""
    return specs if mode is ReplyMode.ALL else (random.choice(specs),)  # noqa: S311 - no secret


def is_same_for_everybody(specs: Sequence[ReplySpec], mode: ReplyMode) -> bool:
    """Whether everybody gets the same, so that the whole answer may be kept."""
    return mode is ReplyMode.ALL and not any(spec.kind in PERSONAL for spec in specs)


def make_prepared(spec: ReplySpec, door: Door, ready: Ready) -> tuple[Prepared, ...]:
    """The written reply for this door, kept until something changes."""
    media_id = ready.setup.media_ids.get(spec.material_id, "") if spec.material_id else ""
    return ready.prepared((spec, door, media_id), lambda: prepare_all(_make(spec, door, media_id, ready)))


def show_products(cards: Sequence[Card], door: Door, ready: Ready) -> Reply:
    """Cards that open their product's page; words when there is nothing to show."""
    if not cards:
        return TextReply(say("off_sale", shop_url=link_to("/shop/", door, ready)))
    base, code = ready.base_url, ready.code(door)
    return NewsReply(
        tuple(Article(c.headline, c.summary, c.picture_url(base), c.link(base, code)) for c in cards)
    )


def _make(spec: ReplySpec, door: Door, media_id: str, ready: Ready) -> Sequence[Reply]:
    match spec.kind:
        case ReplyKind.TEXT:
            return [TextReply(mark_links(spec.text, door, ready))]
        case ReplyKind.PRODUCT:
            cards = [card for slug in spec.slugs if (card := ready.cards.get(slug))]
            return [show_products(cards, door, ready)]
        case ReplyKind.NEWEST:
            return [show_products(list(ready.cards.values())[:MAX_CARDS], door, ready)]
        case ReplyKind.ARTICLE:
            return [PublishedArticleReply(spec.article_id, spec.title)]
        case ReplyKind.HAND_OVER:
            return [HandOver(spec.kf_account)]
    return [_make_media(spec, media_id)]


def _make_media(spec: ReplySpec, media_id: str) -> Reply:
    number = spec.material_id or 0
    if spec.kind is ReplyKind.MUSIC:
        return MusicReply(spec.title, spec.summary, spec.url, number, media_id)
    return MediaReply(number, spec.kind.value, media_id, spec.title, spec.summary)
