"""Finding what is on sale. Stock moves in `stock.py`, cards for chats in `news.py`."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.catalog.models import Category, Product, Sku
from app.catalog.options import split_options
from app.catalog.states import ProductState
from app.core.db import db
from app.core.errors import NotFound

MAX_LISTED = 200  # a small shop shows everything on one page; beyond this the follower searches


def list_on_sale(*, category_id: int | None = None, search: str = "") -> Sequence[Product]:
    """Products on sale in shelf order, of one category or matching `search` in title or summary."""
    query = select(Product).where(Product.state == ProductState.ON_SALE)
    if category_id is not None:
        query = query.where(Product.category_id == category_id)
    if words := search.strip()[:40]:
        query = query.where(
            or_(
                Product.title.icontains(words, autoescape=True),
                Product.summary.icontains(words, autoescape=True),
            )
        )
    return db.session.scalars(query.order_by(Product.position, Product.id).limit(MAX_LISTED)).all()


def list_all() -> Sequence[Product]:
    """Every product, drafts included, for the merchant."""
    return db.session.scalars(select(Product).order_by(Product.position, Product.id)).all()


def get_on_sale(slug: str) -> Product:
    """Raises: NotFound when there is none or it is not on sale."""
    query = select(Product).where(Product.slug == slug, Product.state == ProductState.ON_SALE)
    product = db.session.scalars(query).first()
    if product is None:
        raise NotFound(_("这件商品不在架上"))
    return product


def find_product(slug: str) -> Product | None:
    """The product of this slug, on sale or not, for the merchant."""
    return db.session.scalars(select(Product).where(Product.slug == slug)).first()


def list_categories() -> Sequence[Category]:
    """Categories that have something on sale."""
    on_sale = select(Product.category_id).where(Product.state == ProductState.ON_SALE)
    query = select(Category).where(Category.id.in_(on_sale)).order_by(Category.position, Category.id)
    return db.session.scalars(query).all()


def get_sku(sku_id: int) -> Sku:
    """A SKU of a product on sale. Raises: NotFound."""
    sku = db.session.get(Sku, sku_id)
    if sku is None or not is_for_sale(sku):
        raise NotFound(_("这件商品已经下架"))
    return sku


def is_for_sale(sku: Sku) -> bool:
    """Whether it may be bought while stock lasts."""
    return sku.removed_at is None and sku.product.state == ProductState.ON_SALE


def price_span_fen(product: Product) -> tuple[int, int]:
    """The lowest and the highest price in fen; zeros without a SKU."""
    prices = [sku.price_fen for sku in product.skus] or [0]
    return min(prices), max(prices)


def options_label(options: str) -> str:
    """`净含量=125g;包装=罐装` as people read it: `125g 罐装`."""
    return " ".join(part.partition("=")[2] for part in options.split(";") if part)


def options_of(sku: Sku) -> dict[str, str]:
    """`净含量=125g;包装=罐装` as a dict in the order it was written."""
    return split_options(sku.options)


def codes_of(sku_ids: Iterable[int]) -> dict[int, str]:
    """The merchant's own codes of these SKUs, by their ids; of one that is gone there is none."""
    query = select(Sku.id, Sku.code).where(Sku.id.in_(set(sku_ids)))
    return {row.id: row.code for row in db.session.execute(query)}
