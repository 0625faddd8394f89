"""What is on sale. Prices are whole fen and those of this moment; a quote says what an order costs."""

from typing import Any

from flask import current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from api.door import api
from api.guards import customer_only, follower_id
from app.catalog import descriptions
from app.catalog import service as catalog
from app.catalog.models import Product, Sku
from app.core.incoming import row_id
from app.promotions.flash import FlashOffer, find_offers, unit_price_fen


@api.get("/products")
@customer_only
def list_products() -> ResponseReturnValue:
    """Everything on sale in shelf order, by category or search."""
    search = request.args.get("search", "").strip()[:40]
    products = catalog.list_on_sale(category_id=request.args.get("category", type=row_id), search=search)
    skus = [sku.id for product in products for sku in product.skus]
    offers = find_offers(skus, follower_id=follower_id())
    return jsonify(products=[_card(product, offers) for product in products])


@api.get("/products/<slug>")
@customer_only
def show_product(slug: str) -> ResponseReturnValue:
    """One product with its SKUs."""
    product = catalog.get_on_sale(slug)
    offers = find_offers([sku.id for sku in product.skus], follower_id=follower_id())
    whole = {
        "description_html": str(descriptions.show(product.description)),
        "skus": [_sku(sku, offers) for sku in product.skus],
    }
    return jsonify(_card(product, offers) | whole)


def _card(product: Product, offers: dict[int, FlashOffer]) -> dict[str, Any]:
    prices = [unit_price_fen(sku, offers.get(sku.id)) for sku in product.skus] or [0]
    return {
        "slug": product.slug,
        "title": product.title,
        "summary": product.summary,
        "category_id": product.category_id,
        "pictures": [_address(picture.file) for picture in product.pictures],
        "lowest_fen": min(prices),
        "highest_fen": max(prices),
        "is_sold_out": not any(sku.stock for sku in product.skus),
    }


def _sku(sku: Sku, offers: dict[int, FlashOffer]) -> dict[str, Any]:
    return {
        "sku_id": sku.id,
        "options": catalog.options_of(sku),
        "price_fen": unit_price_fen(sku, offers.get(sku.id)),
        "list_price_fen": sku.price_fen,
        "stock": sku.stock,
    }


def _address(file: str) -> str:
    return str(current_app.config["BASE_URL"] + url_for("shop.show_media", file=file))
