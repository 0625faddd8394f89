"""What a product costs on its card and page: its lowest price now, with the flash sale that makes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.catalog.models import Product, Sku
from app.promotions.flash import FlashOffer, find_offers, unit_price_fen
from webviews.session import find_follower


@dataclass(frozen=True, slots=True)
class ShelfPrice:
    """`lowest_fen` now; `list_fen` is the usual price where a flash sale goes below it, else 0."""

    lowest_fen: int
    has_several: bool
    list_fen: int = 0
    offer: FlashOffer | None = None  # on, or soon
    prices: tuple[tuple[int, int], ...] = ()  # sku id, price now

    def price_of(self, sku: Sku) -> int:
        """What this SKU costs now."""
        return dict(self.prices)[sku.id]


def shelf_prices(products: Sequence[Product]) -> dict[int, ShelfPrice]:
    """The price of each product by its id; two statements for all of them."""
    follower = find_follower()
    ids = [sku.id for product in products for sku in product.skus]
    offers = find_offers(ids, follower_id=follower.id if follower else None, soon=True)
    return {product.id: _shelf_price(product, offers) for product in products}


def _shelf_price(product: Product, offers: dict[int, FlashOffer]) -> ShelfPrice:
    prices = {sku.id: unit_price_fen(sku, offers.get(sku.id)) for sku in product.skus}
    if not prices:
        return ShelfPrice(0, has_several=False)
    cheapest = min(product.skus, key=lambda sku: prices[sku.id])
    lowest = prices[cheapest.id]
    told = _offer_to_tell(product, offers, cheapest, is_flash=lowest != cheapest.price_fen)
    return ShelfPrice(
        lowest,
        has_several=len(set(prices.values())) > 1,
        list_fen=cheapest.price_fen if lowest != cheapest.price_fen else 0,
        offer=told,
        prices=tuple(prices.items()),
    )


def _offer_to_tell(
    product: Product, offers: dict[int, FlashOffer], cheapest: Sku, *, is_flash: bool
) -> FlashOffer | None:
    """The sale that makes the price; else one that is on for another SKU; else the one that begins next."""
    if is_flash:
        return offers[cheapest.id]
    own = [offers[sku.id] for sku in product.skus if sku.id in offers]
    return min(own, key=lambda offer: (not offer.covers(1), offer.starts_at), default=None)
