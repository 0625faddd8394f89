"""Orders and quotes as an app reads them: money in whole fen, moments in RFC 3339."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from app.core import clock
from app.delivery.points import get_point
from app.orders.models import Order, OrderLine
from app.orders.pickup import code_to_show, scan_text
from app.orders.quoting import CouponChoice, Priced
from app.payments.refunds.buyer_view import BuyersRefund, refunds_for_buyer


def show(order: Order) -> dict[str, Any]:
    """One order."""
    return show_all([order])[0]


def show_all(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """Several, their refunds read at once."""
    refunds = refunds_for_buyer([order.id for order in orders])
    return [_show(order, refunds[order.id]) for order in orders]


def _show(order: Order, refunds: Iterable[BuyersRefund]) -> dict[str, Any]:
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
        "is_withdrawn": order.is_withdrawn,
        "refunds": [_refund(each) for each in refunds],
        "pickup": _pickup(order),
        "receiver": order.receiver,
        "phone": order.phone,
        "region": order.region,
        "address": order.address,
        "note": order.note,
        "created_at": moment(order.created_at),
        "expires_at": moment(order.expires_at),
        "paid_at": moment(order.paid_at),
        "lines": [_line(line) for line in order.lines],
        "shipments": [
            {"carrier": each.carrier, "tracking_no": each.tracking_no, "shipped_at": moment(each.shipped_at)}
            for each in order.shipments
        ],
    }


def show_quote(priced: Priced, choices: Iterable[CouponChoice]) -> dict[str, Any]:
    """What an order of this would cost; it can be made when nothing is `not_served` and no region is asked for."""
    price = priced.quote
    return {
        "goods_fen": price.goods_fen,
        "reduction_fen": price.reduction_fen,
        "coupon_id": price.coupon.id if price.coupon else None,
        "coupon_fen": price.coupon_fen,
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
                "coupon_fen": quoted.coupon_fen,
            }
            for sku, quoted in zip(priced.skus, price.lines, strict=True)
        ],
        "coupons": [_choice(each) for each in choices],
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


def _choice(choice: CouponChoice) -> dict[str, Any]:
    return {
        "coupon_id": choice.copy.id,
        "title": choice.copy.coupon.title,
        "off_fen": choice.off_fen,
        "short_of_fen": choice.short_of_fen,
        "expires_at": moment(choice.copy.expires_at),
    }


def _pickup(order: Order) -> dict[str, Any] | None:
    if order.pickup is None:
        return None
    point, code = get_point(order.pickup.point_id), code_to_show(order)
    return {
        "title": point.title,
        "address": point.address,
        "phone": point.phone,
        "hours": point.hours,
        "code": code,
        "qr_text": scan_text(code, current_app.config["BASE_URL"]) if code else "",
    }


def _refund(refund: BuyersRefund) -> dict[str, Any]:
    return {
        "amount_fen": refund.amount_fen,
        "money_fen": refund.amount_fen - refund.coupon_fen,
        "state": str(refund.state),
        "reason": refund.reason,
        "received_account": refund.received_account,
        "at": moment(refund.at),
    }


def moment(at: datetime | None) -> str | None:
    """In Beijing's time, RFC 3339."""
    return at.astimezone(clock.BEIJING).isoformat(timespec="seconds") if at else None
