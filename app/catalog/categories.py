"""Categories of the shop: their names and their order. A product without one is found by search and under "all"."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from app.catalog.models import Category, Product
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound

LONGEST_TITLE = 40
MAX_CATEGORIES = 60


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category and how many products it has, on sale or not."""

    category: Category
    products: int


def list_rows() -> Sequence[CategoryRow]:
    """All of them, in the shop's order."""
    products = select(func.count(Product.id)).where(Product.category_id == Category.id).scalar_subquery()
    query = select(Category, products).order_by(Category.position, Category.id)
    return [CategoryRow(category, number) for category, number in db.session.execute(query)]


def add_category(title: str) -> int:
    """A new one at the end; returns its id. Opens a transaction or joins one. Raises: InputInvalid."""
    with transaction() as session:
        rows = list_rows()
        if len(rows) >= MAX_CATEGORIES:
            raise InputInvalid(_("分类最多 %(n)s 个", n=MAX_CATEGORIES))
        last = max((row.category.position for row in rows), default=-1)
        category = Category(title=_check_title(title, None), position=last + 1)
        session.add(category)
        session.flush()
        return category.id


def rename_category(category_id: int, title: str) -> None:
    """Another name. Opens a transaction. Raises: NotFound, InputInvalid."""
    with transaction():
        _get(category_id).title = _check_title(title, category_id)


def move_category(category_id: int, steps: int) -> None:
    """Up (-1) or down (1) among its neighbours. Opens a transaction. Raises: NotFound."""
    with transaction() as session:
        lock(_get(category_id))
        order = [row.category for row in list_rows()]
        at = next(place for place, category in enumerate(order) if category.id == category_id)
        order.insert(max(0, at + steps), order.pop(at))
        for place, category in enumerate(order):
            category.position = place
        session.flush()


def remove_category(category_id: int) -> int:
    """Take it away; its products stay, without a category; returns how many. Opens a transaction.

    Raises: NotFound.
    """
    with transaction() as session:
        category = _get(category_id)
        mine = Product.category_id == category_id
        number = session.scalar(select(func.count(Product.id)).where(mine)) or 0
        session.execute(update(Product).where(mine).values(category_id=None))
        session.delete(category)
        return number


def _get(category_id: int) -> Category:
    category = db.session.get(Category, category_id)
    if category is None:
        raise NotFound(_("没有这个分类"))
    return category


def _check_title(title: str, category_id: int | None) -> str:
    plain = " ".join(title.split())
    if not plain or len(plain) > LONGEST_TITLE:
        raise InputInvalid(_("分类名称要有 1 到 %(n)s 个字", n=LONGEST_TITLE))
    other = db.session.scalars(select(Category).where(Category.title == plain)).first()
    if other is not None and other.id != category_id:
        raise InputInvalid(_("已经有“%(title)s”这个分类", title=plain))
    return plain
