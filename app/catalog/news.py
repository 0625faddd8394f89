"""The card that presents a product in a chat: title, summary, picture, and a link that knows its entrance.

Cards are read with one statement and without loading a product: a follower waits for them in the chat.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from app.catalog.models import Product, ProductPicture, Sku
from app.catalog.states import ProductState
from app.core.db import db
from app.core.money import format_yuan


@dataclass(frozen=True, slots=True)
class Card:
    """What a news message says of a product. `picture` is a name in the media store, or empty."""

    slug: str
    title: str
    summary: str
    picture: str
    lowest_fen: int | None  # None without a SKU
    highest_fen: int | None
    is_flash: bool = False  # the lowest price is the one of a flash sale

    @property
    def headline(self) -> str:
        """Title and price; `起` where options cost differently."""
        if self.lowest_fen is None:
            return self.title
        more = " 起" if self.highest_fen != self.lowest_fen else ""
        kind = "秒杀 " if self.is_flash else ""
        return f"{self.title} {kind}¥{format_yuan(self.lowest_fen)}{more}"

    def picture_url(self, base_url: str) -> str:
        """The picture's full address; empty without one."""
        return f"{base_url}/shop/media/{self.picture}" if self.picture else ""

    def link(self, base_url: str, entrance_code: str) -> str:
        """The product's page, entered by this door."""
        return f"{base_url}/shop/p/{self.slug}?e={entrance_code}"


_FIRST_PICTURE = (
    select(ProductPicture.file)
    .where(ProductPicture.product_id == Product.id)
    .order_by(ProductPicture.position)
    .limit(1)
    .scalar_subquery()
)
_ALL = (
    select(
        Product.slug,
        Product.title,
        Product.summary,
        func.coalesce(func.nullif(Product.cover, ""), _FIRST_PICTURE, ""),
        func.min(Sku.price_fen),
        func.max(Sku.price_fen),
    )
    .outerjoin(Sku, (Sku.product_id == Product.id) & Sku.removed_at.is_(None))
    .group_by(Product.id)
)
_CARDS = _ALL.where(Product.state == ProductState.ON_SALE)
_ONE = _CARDS.where(Product.slug == bindparam("slug"))
_NEWEST_FIRST = _CARDS.order_by(Product.created_at.desc(), Product.id.desc())


def find_card(slug: str) -> Card | None:
    """The card of this product, if it is on sale."""
    row = db.session.execute(_ONE, {"slug": slug}).one_or_none()
    return Card(*row) if row else None


def find_card_of_any(slug: str) -> Card | None:
    """The card of this product, whether it is on sale or not."""
    row = db.session.execute(_ALL.where(Product.slug == slug)).one_or_none()
    return Card(*row) if row else None


def all_cards() -> Mapping[str, Card]:
    """The cards of all that is on sale by slug, what came on sale last first; one statement."""
    return {row[0]: Card(*row) for row in db.session.execute(_NEWEST_FIRST)}


def lowest_price_fen(product: Product) -> int:
    """The price in fen that the product starts at; 0 without a SKU."""
    return min((sku.price_fen for sku in product.skus), default=0)
