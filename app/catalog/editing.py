"""Keeping what an editor decided about a product: who was late changes nothing, every change of money is recorded."""

from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, func, select, update

from app.catalog import stock
from app.catalog.descriptions import clean
from app.catalog.drafts import ProductDraft, SkuDraft, check
from app.catalog.models import OPENING, Product, ProductPicture, Sku
from app.catalog.records import record_price, record_removed, record_state, record_stock
from app.catalog.states import PRODUCT_MOVES, ProductState
from app.core import clock, ids
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.states import move_state, record_event


class EditedMeanwhile(InputInvalid):
    """Somebody else has kept another version since this one was read."""

    code = "edited_meanwhile"
    http_status = 409


def get_product(product_id: int) -> Product:
    """A product in whatever state. Raises: NotFound."""
    product = db.session.get(Product, product_id)
    if product is None:
        raise NotFound(_("没有这件商品"))
    return product


def add_product(draft: ProductDraft, *, actor: str, cause: str = stock.EDITED, slug: str = "") -> int:
    """Keep a new product as a draft; returns its id. `slug`: its word in links, if not one that is made up.

    Opens a transaction or joins one. Raises: InputInvalid.
    """
    check(draft, None)
    with transaction() as session:
        product = Product(slug=slug or ids.new_code(), state=ProductState.DRAFT, title=draft.title)
        session.add(product)
        _write_words(product, draft, actor)
        session.flush()
        record_event(product, new=ProductState.DRAFT, cause=cause, actor=actor)
        record_state(product, "", actor)
        _write_skus(product, draft, actor, cause)
        return product.id


def change_product(
    product_id: int, draft: ProductDraft, *, actor: str, seen_mark: int, cause: str = stock.EDITED
) -> None:
    """Keep a product anew. Opens a transaction or joins one.

    Raises: NotFound; EditedMeanwhile when it is no longer the version that was seen; InputInvalid; OutOfStock.
    """
    check(draft, product_id)
    with transaction():
        product = get_product(product_id)
        _take_turn(product, seen_mark)
        _write_words(product, draft, actor)
        _write_skus(product, draft, actor, cause)


def move_product(product_id: int, to: ProductState, *, actor: str, cause: str = stock.EDITED) -> bool:
    """Put a product on sale or take it off; False when it is there already. Opens a transaction or joins one.

    Raises: NotFound, TransitionRefused; InputInvalid when there is nothing to sell.
    """
    with transaction():
        product = get_product(product_id)
        if to == ProductState.ON_SALE and not product.skus:
            raise InputInvalid(_("“%(title)s”还没有规格和价格，不能上架", title=product.title))
        old = product.state
        if not move_state(product, PRODUCT_MOVES, to, cause=cause, actor=actor):
            return False
        record_state(product, old, actor)
        return True


def _take_turn(product: Product, seen_mark: int) -> None:
    """One guarded UPDATE: of two who saw the same version, the second one's changes no row."""
    statement = update(Product).where(Product.id == product.id, Product.change_mark == seen_mark)
    statement = statement.values(change_mark=Product.change_mark + 1)
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    if cast("CursorResult[Any]", result).rowcount != 1:
        raise EditedMeanwhile(_("这件商品刚被别人改过"))
    db.session.refresh(product)


def _write_words(product: Product, draft: ProductDraft, actor: str) -> None:
    product.title, product.summary = draft.title, draft.summary
    product.description = clean(draft.description)
    product.category_id, product.position = draft.category_id, draft.position
    product.changed_at, product.changed_by = clock.now(), actor
    if [picture.file for picture in product.pictures] != list(draft.pictures):
        product.pictures = [
            ProductPicture(file=name, position=position) for position, name in enumerate(draft.pictures)
        ]


def _write_skus(product: Product, draft: ProductDraft, actor: str, cause: str) -> None:
    mine = {sku.id: sku for sku in product.skus}
    wanted = {sku.sku_id for sku in draft.skus}
    if wanted - set(mine) - {None}:
        raise EditedMeanwhile(_("有规格刚被删除"))
    for sku in mine.values():
        if sku.id not in wanted:
            _remove_sku(sku, actor)
        else:  # two may swap codes or options: neither may be in the other's way meanwhile
            sku.code, sku.options = f"~{sku.id}", f"~{sku.id}"
    db.session.flush()
    for position, each in enumerate(draft.skus):
        if each.sku_id is None:
            _add_sku(product, each, position, actor)
        else:
            _change_sku(mine[each.sku_id], each, position, actor, cause)
    db.session.flush()
    db.session.expire(product, ["skus"])


def _add_sku(product: Product, draft: SkuDraft, position: int, actor: str) -> None:
    sku = Sku(
        product_id=product.id,
        code=draft.code or _free_code(product, position),
        options=draft.options,
        price_fen=draft.price_fen,
        weight_grams=draft.weight_grams,
        position=position,
    )
    db.session.add(sku)
    db.session.flush()
    record_price(sku, None, actor)
    move_pieces(sku, draft.stock_change, actor=actor, cause=OPENING)


def _change_sku(sku: Sku, draft: SkuDraft, position: int, actor: str, cause: str) -> None:
    price_fen = sku.price_fen
    sku.code = draft.code or _free_code(sku.product, position)
    sku.options, sku.price_fen = draft.options, draft.price_fen
    sku.weight_grams, sku.position = draft.weight_grams, position
    db.session.flush()
    record_price(sku, price_fen, actor)
    move_pieces(sku, draft.stock_change, actor=actor, cause=cause)


def move_pieces(sku: Sku, change: int, *, actor: str, cause: str = stock.EDITED, note: str = "") -> None:
    """Add or take away pieces, and record it; joins the open transaction or is one. Raises: OutOfStock."""
    with transaction() as session:
        session.refresh(sku)
        before = sku.stock
        stock.change_stock(sku.id, change, cause=cause, actor=actor, note=note)
        session.refresh(sku)
        record_stock(sku, before, actor)


def _remove_sku(sku: Sku, actor: str) -> None:
    sku.removed_at = clock.now()
    record_removed(sku, actor)


def _free_code(product: Product, position: int) -> str:
    """A code that no SKU has: `P7-1`, or with a number behind."""
    for number in range(position + 1, position + 1000):
        code = f"P{product.id}-{number}"
        taken = select(func.count()).where(Sku.code == code, Sku.removed_at.is_(None))
        if not db.session.scalar(taken):
            return code
    return f"P{product.id}-{ids.new_code()}"
