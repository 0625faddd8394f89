"""The merchant's list of products: filtered, searched, sorted, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select

from app.catalog.models import Product, Sku
from app.catalog.states import ProductState
from app.core.db import db

PER_PAGE = 50
LOW_STOCK = 5  # of a SKU


class Shelf(StrEnum):
    """Which products are listed."""

    ALL = "all"
    ON_SALE = "on_sale"
    SOLD_OUT = "sold_out"  # on sale, nothing in stock
    OFF_SALE = "off_sale"
    DRAFT = "draft"


class Order(StrEnum):
    """What comes first."""

    SHELF = "shelf"  # as followers see them
    NEWEST = "newest"
    CHANGED = "changed"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    FEWEST = "fewest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; it stands in the address."""

    shelf: Shelf = Shelf.ALL
    category_id: int | None = None  # 0: without a category
    search: str = ""
    order: Order = Order.SHELF


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One line of the list."""

    product: Product
    lowest_fen: int
    highest_fen: int
    stock: int
    is_low: bool

    @property
    def is_sold_out(self) -> bool:
        """On sale, but nothing can be bought."""
        return self.product.state == ProductState.ON_SALE and self.stock == 0


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page of the list, and how many there are on all."""

    rows: Sequence[ProductRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages."""
        return -(-self.total // PER_PAGE)


_SKUS = (
    select(
        Sku.product_id,
        func.min(Sku.price_fen).label("lowest"),
        func.max(Sku.price_fen).label("highest"),
        func.sum(Sku.stock).label("pieces"),
        func.min(Sku.stock).label("fewest"),
    )
    .where(Sku.removed_at.is_(None))
    .group_by(Sku.product_id)
    .subquery()
)
_PIECES = func.coalesce(_SKUS.c.pieces, 0)
_ORDERS: Mapping[Order, tuple[ColumnElement[Any], ...]] = {
    Order.SHELF: (Product.position, Product.id),
    Order.NEWEST: (Product.created_at.desc(), Product.id.desc()),
    Order.CHANGED: (Product.changed_at.desc(), Product.id.desc()),
    Order.CHEAPEST: (func.coalesce(_SKUS.c.lowest, 0), Product.id),
    Order.DEAREST: (func.coalesce(_SKUS.c.highest, 0).desc(), Product.id),
    Order.FEWEST: (_PIECES, Product.id),
}


def list_products(wanted: Wanted, *, page: int = 1) -> ProductPage:
    """One page of what is wanted."""
    total = db.session.scalar(_narrow(select(func.count(Product.id)), wanted)) or 0
    columns = (_SKUS.c.lowest, _SKUS.c.highest, _PIECES, _SKUS.c.fewest)
    query = _narrow(select(Product, *columns), wanted).order_by(*_ORDERS[wanted.order])
    found = db.session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    rows = [
        ProductRow(product, lowest or 0, highest or 0, int(pieces), (fewest or 0) <= LOW_STOCK)
        for product, lowest, highest, pieces, fewest in found
    ]
    return ProductPage(rows, total, page)


def count_shelves() -> dict[Shelf, int]:
    """How many products stand on each shelf."""
    shelf = case((_is_sold_out(), Shelf.SOLD_OUT.value), else_=Product.state)
    query = select(shelf, func.count()).select_from(Product)
    query = query.outerjoin(_SKUS, _SKUS.c.product_id == Product.id).group_by(shelf)
    found = {str(name): number for name, number in db.session.execute(query)}
    counts = {each: found.get(each.value, 0) for each in Shelf}
    counts[Shelf.ALL] = sum(found.values())
    counts[Shelf.ON_SALE] += counts[Shelf.SOLD_OUT]
    return counts


def _narrow(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.select_from(Product).outerjoin(_SKUS, _SKUS.c.product_id == Product.id)
    if wanted.shelf == Shelf.SOLD_OUT:
        query = query.where(_is_sold_out())
    elif wanted.shelf != Shelf.ALL:
        query = query.where(Product.state == ProductState(wanted.shelf.value))
    if wanted.category_id is not None:
        is_it = Product.category_id == wanted.category_id
        query = query.where(is_it if wanted.category_id else Product.category_id.is_(None))
    if words := wanted.search:
        code = exists().where(
            Sku.product_id == Product.id, Sku.removed_at.is_(None), Sku.code.icontains(words, autoescape=True)
        )
        query = query.where(Product.title.icontains(words, autoescape=True) | code)
    return query


def _is_sold_out() -> ColumnElement[bool]:
    return (Product.state == ProductState.ON_SALE) & (_PIECES == 0)
