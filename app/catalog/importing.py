"""Goods that come in from a sheet: what the shop has of what it names, and one product kept wholly or not at all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from app.catalog.drafts import ProductDraft
from app.catalog.editing import add_product, change_product, move_product
from app.catalog.models import Category, Product, ProductPicture
from app.catalog.states import ProductState
from app.catalog.stock import IMPORTED
from app.core.db import db, leave_database, transaction
from app.core.media.store import get_media, is_plain_name


@dataclass(frozen=True, slots=True)
class Known:
    """What the shop has, as far as a sheet speaks of it. `categories`: their numbers by title."""

    by_key: Mapping[str, Product]
    by_title: Mapping[str, Sequence[Product]]
    categories: Mapping[str, int]
    pictures: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProductWish:
    """A product as the sheet wants it: `product` None for a new one, `state` None for the one it has.

    `key` is a new one's word in links; empty for one that is made up.
    """

    draft: ProductDraft
    state: ProductState | None
    product: Product | None
    key: str = ""


def find_known(*, keys: Collection[str], titles: Collection[str], pictures: Collection[str]) -> Known:
    """Look up what a sheet names. May ask the media store: never inside a transaction."""
    there = _find_pictures(set(pictures))
    named = or_(Product.slug.in_(set(keys) - {""}), Product.title.in_(set(titles) - {""}))
    products = db.session.scalars(select(Product).where(named).order_by(Product.id)).all()
    by_title: dict[str, list[Product]] = {}
    for product in products:
        by_title.setdefault(product.title, []).append(product)
    return Known(
        by_key={product.slug: product for product in products},
        by_title=by_title,
        categories={row.title: row.id for row in db.session.scalars(select(Category))},
        pictures=there,
    )


def import_product(want: Callable[[], ProductWish | None], *, actor: str, note: Callable[[], None]) -> None:
    """Ask what is wanted of the product as it stands now, keep it, and note that, all in one transaction.

    Raises: InputInvalid, OutOfStock, and whatever `want` and `note` raise; then nothing is kept.
    """
    with transaction():
        if (wish := want()) is not None:
            _keep(wish, actor)
        note()


def _keep(wish: ProductWish, actor: str) -> None:
    if wish.product is None:
        product_id = add_product(wish.draft, slug=wish.key, actor=actor, cause=IMPORTED)
    else:
        product_id, mark = wish.product.id, wish.product.change_mark
        change_product(product_id, wish.draft, seen_mark=mark, actor=actor, cause=IMPORTED)
    if wish.state is not None:
        move_product(product_id, wish.state, actor=actor, cause=IMPORTED)


def _find_pictures(names: set[str]) -> frozenset[str]:
    """Those that the shop has: named by a product, or uploaded before."""
    there = set(db.session.scalars(select(ProductPicture.file).where(ProductPicture.file.in_(names))))
    leave_database()  # the store may be behind the network
    return frozenset(there | {name for name in names - there if is_plain_name(name) and _is_stored(name)})


def _is_stored(name: str) -> bool:
    try:
        get_media().read(name)
    except FileNotFoundError:
        return False
    return True
