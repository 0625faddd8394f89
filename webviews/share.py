"""The link a follower hands to friends: the product with an entrance of its own kind."""

from flask import url_for

from app.catalog.models import Product
from app.entrances import service as entrances
from app.entrances.models import EntranceKind


def share_link(product: Product) -> str:
    """Path of the product as shared; the merchant later sees that the order came from a friend's card."""
    entrance = entrances.code_for(EntranceKind.SHARE, ref=product.slug, label=f"分享：{product.title}"[:80])
    return url_for("shop.show_product", slug=product.slug, e=entrance)
