"""The cards of products in a chat with what they cost now: while a flash sale runs, its price."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from app.catalog.models import Product, Sku
from app.catalog.news import Card, all_cards, find_card
from app.core import clock
from app.core.db import db
from app.promotions.flash import FlashOffer, find_offers, unit_price_fen
from app.promotions.models import FlashItem, FlashSale


def all_cards_now() -> Mapping[str, Card]:
    """The cards of all that is on sale by slug, what came on sale last first."""
    cards, now = dict(all_cards()), clock.now()
    in_sale = (
        select(Sku.product_id)
        .join(FlashItem)
        .join(FlashSale)
        .where(FlashSale.is_active, FlashSale.starts_at <= now, FlashSale.ends_at > now)
    )
    products = db.session.scalars(select(Product).where(Product.id.in_(in_sale))).all()
    offers = find_offers(sku.id for product in products for sku in product.skus)
    priced = [_price(cards[product.slug], product, offers) for product in products if product.slug in cards]
    return cards | {card.slug: card for card in priced}


def find_card_now(slug: str) -> Card | None:
    """The card of this product, if it is on sale."""
    card = find_card(slug)
    if card is None:
        return None
    product = db.session.scalars(select(Product).where(Product.slug == slug)).one()
    return _price(card, product, find_offers(sku.id for sku in product.skus))


def next_change() -> datetime | None:
    """When a flash sale begins or ends next: cards made now are good until then."""
    now = clock.now()
    spans = select(FlashSale.starts_at, FlashSale.ends_at).where(FlashSale.is_active, FlashSale.ends_at > now)
    moments = (moment for span in db.session.execute(spans) for moment in span)
    return min((moment for moment in moments if moment > now), default=None)


def _price(card: Card, product: Product, offers: Mapping[int, FlashOffer]) -> Card:
    """What anybody pays for one piece; a share that is used up is told on the product's page."""
    prices = [unit_price_fen(sku, offers.get(sku.id)) for sku in product.skus]
    if not prices:
        return card
    lowest = min(prices)
    return replace(card, lowest_fen=lowest, highest_fen=max(prices), is_flash=lowest != card.lowest_fen)
