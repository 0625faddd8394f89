"""Orders and refunds in APIv2's words."""

from __future__ import annotations

from typing import Any

from simulator.clock import iso
from simulator.pay.coupons import coupon_of, money_of
from simulator.pay.refunds import total_money_of

STATUSES = {"PROCESSING": "PROCESSING", "SUCCESS": "SUCCESS", "ABNORMAL": "CHANGE", "CLOSED": "REFUNDCLOSE"}


def paid_members(order: dict[str, Any]) -> dict[str, str]:
    """What is told of a payment, in a query and in a notification alike."""
    return {
        "appid": order["appid"],
        "openid": order.get("payer") or order["openid"],
        "is_subscribe": "Y",
        "trade_type": order["trade_type"],
        "bank_type": order["bank_type"],
        "total_fee": str(order["amount_fen"]),
        "fee_type": order["currency"],
        "cash_fee": str(money_of(order)),
        **_coupon_members(order),
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "attach": order["attach"] or "",
        "time_end": "".join(char for char in order["success_time"][:19] if char.isdigit()),
    }


def _coupon_members(order: dict[str, Any]) -> dict[str, str]:
    coupon_fen = coupon_of(order)
    if not coupon_fen:
        return {}
    members = {"settlement_total_fee": str(money_of(order)), "coupon_fee": str(coupon_fen)}
    return members | {"coupon_count": "1"}


def refund_news(refund: dict[str, Any], now: float) -> dict[str, str]:
    """What stands sealed in the notification of a refund."""
    done_at = refund["success_time"] or iso(now)
    return {
        "transaction_id": refund["transaction_id"],
        "out_trade_no": refund["out_trade_no"],
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "total_fee": str(refund["total_fen"]),
        "settlement_total_fee": str(total_money_of(refund)),
        "refund_fee": str(refund["amount_fen"]),
        "settlement_refund_fee": str(money_of(refund)),
        "refund_status": STATUSES[refund["status"]],
        "success_time": done_at[:19].replace("T", " "),
        "refund_recv_accout": refund["received_account"],
        "refund_account": "REFUND_SOURCE_UNSETTLED_FUNDS",
        "refund_request_source": refund["source"],
    }
