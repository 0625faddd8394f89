"""The shop's window: the list of products, and one product."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.carts.service import MAX_QUANTITY
from app.catalog import descriptions
from app.catalog import service as catalog
from app.catalog.editing import get_product
from app.catalog.models import Product, Sku
from app.catalog.pictures import small_of
from app.catalog.previews import read_preview
from app.core.errors import NotFound
from app.core.incoming import row_id
from app.core.money import format_yuan
from app.delivery.freight import find_carriages
from app.notice_templates.purposes import Purpose
from app.promotions.holding import Offered, list_offered
from app.promotions.reductions import list_rules
from webviews.cost_words import freight_words
from webviews.coupon_words import coupon_value
from webviews.door import shop
from webviews.guards import open_to_all
from webviews.notice_consent import find_offer
from webviews.page import freight_rule
from webviews.session import find_follower
from webviews.share import share_product, share_shop
from webviews.shelf_prices import ShelfPrice, shelf_prices
from webviews.stock_requests import list_sold_out
from webviews.visits import look_at_product

LOW_STOCK = 5


@shop.get("/")
@open_to_all
def list_products() -> ResponseReturnValue:
    """Everything on sale, by category or by what was searched for."""
    search = request.args.get("q", "").strip()[:40]
    category_id = request.args.get("c", type=row_id)
    products = catalog.list_on_sale(category_id=category_id, search=search)
    return render_template(
        "shop/list.html",
        products=products,
        categories=catalog.list_categories(),
        category_id=category_id,
        search=search,
        prices=shelf_prices(products),
        is_sold_out=_is_sold_out,
        share_link=share_shop(),
        share_picture=_picture_address(products[0]) if products else "",
    )


@shop.get("/p/<slug>")
@open_to_all
def show_product(slug: str) -> ResponseReturnValue:
    """One product with its pictures, options and freight."""
    product = catalog.get_on_sale(slug)
    look_at_product()
    return _present(product, share_link=share_product(product))


@shop.get("/preview/<token>")
@open_to_all
def preview_product(token: str) -> ResponseReturnValue:
    """One product in whatever state, for whoever edits it: the same page, in a frame of the console."""
    product_id = read_preview(token, key=current_app.config["SECRET_KEY"])
    if product_id is None:
        raise NotFound(_("预览链接已经过期，请回到后台刷新"))
    return _present(get_product(product_id), is_preview=True)


def _present(product: Product, *, share_link: str = "", is_preview: bool = False) -> str:
    shelf = shelf_prices([product])[product.id]
    tell_me = () if is_preview else list_sold_out(product)
    return render_template(
        "shop/product.html",
        product=product,
        shelf=shelf,
        coupons=_offered()[:3],
        coupon_value=coupon_value,
        reductions=[rule for rule in list_rules() if rule.covers(product.id)],
        description=descriptions.show(product.description),
        is_preview=is_preview,
        is_sold_out=_is_sold_out(product),
        low_stock=_low_stock(product),
        tell_me=tell_me,
        notice=find_offer(Purpose.BACK_IN_STOCK) if tell_me else None,
        opening=find_offer(Purpose.OPENING) if _is_awaited(shelf) and not is_preview else None,
        options=_options(product.skus),
        skus=[_describe(sku, shelf.price_of(sku)) for sku in product.skus],
        freight=freight_words(find_carriages([product.id], None)[product.id], freight_rule()),
        max_quantity=MAX_QUANTITY,
        share_link=share_link,
        share_picture=_picture_address(product),
    )


def _picture_address(product: Product) -> str:
    """Full address of the product's first picture, small as share cards want it; empty without one."""
    if not product.pictures:
        return ""
    path = url_for("shop.show_media", file=small_of(product.pictures[0].file))
    return str(current_app.config["BASE_URL"] + path)


def _offered() -> list[Offered]:
    """Coupons this visitor may take now."""
    follower = find_follower()
    return [one for one in list_offered(follower.id if follower else None) if one.can_collect]


def _is_awaited(shelf: ShelfPrice) -> bool:
    """Whether its flash sale is still to begin."""
    return shelf.offer is not None and not shelf.offer.is_on


def _is_sold_out(product: Product) -> bool:
    return not any(sku.stock for sku in product.skus)


def _low_stock(product: Product) -> int:
    """Pieces left in all, when they are few; else 0."""
    pieces = sum(sku.stock for sku in product.skus)
    return pieces if pieces <= LOW_STOCK else 0


def _options(skus: Sequence[Sku]) -> dict[str, list[str]]:
    """Each option with its values, in the order of the SKUs: `{"净含量": ["50g", "125g"]}`."""
    options: dict[str, list[str]] = {}
    for sku in skus:
        for name, value in catalog.options_of(sku).items():
            values = options.setdefault(name, [])
            if value not in values:
                values.append(value)
    return options


def _describe(sku: Sku, price_fen: int) -> dict[str, Any]:
    """What the page's script has to know of a SKU; the price as the text to show."""
    return {
        "id": sku.id,
        "options": catalog.options_of(sku),
        "price": format_yuan(price_fen),
        "stock": sku.stock,
    }
