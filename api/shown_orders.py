"""Orders and quotes as an app reads them: money in whole fen, moments in RFC 3339."""

from datetime import datetime
from typing import Any

from app.core import clock
from app.orders.models import Order, OrderLine
from app.orders.quoting import Priced


def show(order: Order) -> dict[str, Any]:
    """One order."""
    return {
        "order_no": order.order_no,
        "state": str(order.state),
        "goods_fen": order.goods_fen,
        "reduction_fen": order.reduction_fen,
        "coupon_fen": order.coupon_fen,
        "adjustment_fen": order.adjustment_fen,
        "shipping_fen": order.shipping_fen,
        "total_fen": order.total_fen,
        "refunded_fen": order.refunded_fen,
        "receiver": order.receiver,
        "phone": order.phone,
        "region": order.region,
        "address": order.address,
        "note": order.note,
        "created_at": _moment(order.created_at),
        "expires_at": _moment(order.expires_at),
        "paid_at": _moment(order.paid_at),
        "lines": [_line(line) for line in order.lines],
        "shipments": [
            {"carrier": each.carrier, "tracking_no": each.tracking_no, "shipped_at": _moment(each.shipped_at)}
            for each in order.shipments
        ],
    }


def show_quote(priced: Priced) -> dict[str, Any]:
    """What an order of this would cost; it can be made when nothing is `not_served` and no region is asked for."""
    price = priced.quote
    return {
        "goods_fen": price.goods_fen,
        "reduction_fen": price.reduction_fen,
        "shipping_fen": price.shipping_fen,
        "total_fen": price.total_fen,
        "needs_region": priced.needs_region,
        "not_served": [sku.id for sku in priced.not_served],
        "lines": [
            {
                "sku_id": sku.id,
                "quantity": quoted.line.quantity,
                "unit_price_fen": quoted.line.unit_price_fen,
                "reduction_fen": quoted.reduction_fen,
            }
            for sku, quoted in zip(priced.skus, price.lines, strict=True)
        ],
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "sku_id": line.sku_id,
        "product_slug": line.product_slug,
        "title": line.title,
        "options": line.options_label,
        "unit_price_fen": line.unit_price_fen,
        "quantity": line.quantity,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(clock.BEIJING).isoformat(timespec="seconds") if at else None
