"""The card that presents a product in a chat: title, summary, picture, and a link that knows its entrance."""

from dataclasses import dataclass

from app.catalog.models import Product
from app.core.money import format_yuan


@dataclass(frozen=True, slots=True)
class Card:
    """What a news message shows of a product; addresses are absolute."""

    title: str
    summary: str
    picture_url: str
    link: str


def make_card(product: Product, *, base_url: str, entrance_code: str) -> Card:
    """The product's card. `base_url` has no trailing slash; `entrance_code` comes from `entrances`."""
    picture = product.cover or (product.pictures[0].file if product.pictures else "")
    return Card(
        title=f"{product.title} ¥{format_yuan(lowest_price_fen(product))}{_from(product)}",
        summary=product.summary,
        picture_url=f"{base_url}/shop/media/{picture}" if picture else "",
        link=f"{base_url}/shop/p/{product.slug}?e={entrance_code}",
    )


def lowest_price_fen(product: Product) -> int:
    """The price in fen that the product starts at; 0 without a SKU."""
    return min((sku.price_fen for sku in product.skus), default=0)


def _from(product: Product) -> str:
    return " 起" if len({sku.price_fen for sku in product.skus}) > 1 else ""
