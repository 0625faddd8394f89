"""The links followers hand to friends: the product or the shop, with an entrance of their own kind."""

from flask import current_app, url_for

from app.catalog.models import Product
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from webviews.words import face_here


def share_product(product: Product) -> str:
    """Full address of the product as shared; the merchant later sees that the order came from a friend's card."""
    code = code_for(EntranceKind.SHARE, product.slug, product.title)
    return current_app.config["BASE_URL"] + url_for("shop.show_product", slug=product.slug, e=code)


def share_shop() -> str:
    """Full address of the shop as shared."""
    code = code_for(EntranceKind.SHARE, "/shop/", face_here().name)
    return current_app.config["BASE_URL"] + url_for("shop.list_products", e=code)
