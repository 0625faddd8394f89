"""Products as they are on sale now; read only."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from app.catalog.models import Product
from app.catalog.service import list_all, price_span_fen

blueprint = Blueprint("products", __name__, url_prefix="/products")

LOW_STOCK = 5


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One line of the list."""

    product: Product
    lowest_fen: int
    highest_fen: int
    stock: int
    is_low: bool


@blueprint.get("/")
def index() -> str:
    """Every product, drafts included."""
    return render_template("console/products/index.html", rows=[_row(product) for product in list_all()])


def _row(product: Product) -> ProductRow:
    lowest, highest = price_span_fen(product)
    stock = sum(sku.stock for sku in product.skus)
    is_low = any(sku.stock <= LOW_STOCK for sku in product.skus) or not product.skus
    return ProductRow(product, lowest, highest, stock, is_low)
