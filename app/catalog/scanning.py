"""What a scanned code of goods stands for: a SKU's code, as a bar code or in a QR code, or a product's address."""

import re

from sqlalchemy import select

from app.catalog.models import Product, Sku
from app.catalog.states import ProductState
from app.core.db import db

_ADDRESS = re.compile(r"/shop/p/([\w-]{1,60})(?:[?#]|$)")
LONGEST_CODE = 60


def find_scanned_slug(result: str) -> str | None:
    """The slug of the product on sale that was scanned. `result` as WeChat tells it: `EAN_13,690…`."""
    if found := _ADDRESS.search(result):
        return found.group(1)
    code = result.rpartition(",")[2].strip()
    if not code or len(code) > LONGEST_CODE:
        return None
    query = select(Product.slug).join(Sku, Sku.product_id == Product.id)
    return db.session.scalar(
        query.where(Sku.code == code, Sku.removed_at.is_(None), Product.state == ProductState.ON_SALE).limit(
            1
        )
    )
