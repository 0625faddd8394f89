"""What the audit log keeps of goods: prices, stock and states, before and after."""

from app.catalog.models import Product, Sku
from app.core import audit


def record_price(sku: Sku, before_fen: int | None, actor: str) -> None:
    """`before_fen`: None for a new SKU."""
    before = {"price_fen": before_fen} if before_fen is not None else None
    after = {"price_fen": sku.price_fen}
    audit.record(actor=actor, action="product.price", subject=_name(sku), before=before, after=after)


def record_stock(sku: Sku, before: int, actor: str) -> None:
    """`before`: how many pieces there were."""
    values = {"before": {"stock": before}, "after": {"stock": sku.stock}}
    audit.record(actor=actor, action="product.stock", subject=_name(sku), **values)


def record_removed(sku: Sku, actor: str) -> None:
    """A SKU that can no longer be bought."""
    before = {"price_fen": sku.price_fen, "stock": sku.stock}
    audit.record(actor=actor, action="product.sku_removed", subject=_name(sku), before=before)


def record_state(product: Product, old: str, actor: str) -> None:
    """`old`: empty when the product is new."""
    before = {"state": str(old)} if old else None
    after = {"state": str(product.state)}
    subject = f"product:{product.id}"
    audit.record(actor=actor, action="product.state", subject=subject, before=before, after=after)


def _name(sku: Sku) -> str:
    return f"sku:{sku.id}"
