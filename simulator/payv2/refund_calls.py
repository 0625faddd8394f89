"""Refunding by APIv2, and asking about it (https://pay.weixin.qq.com/doc/v2/merchant/4011986681)."""

from __future__ import annotations

from typing import Any

from simulator.pay.coupons import coupon_of, money_of
from simulator.pay.errors import PayError
from simulator.pay.refund_calls import take_refund
from simulator.pay.refunds import total_money_of
from simulator.payv2.calls import find_order
from simulator.payv2.door import V2Call, v2_route
from simulator.payv2.facts import STATUSES

MOST_LISTED = 10


@v2_route("/secapi/pay/refund", "申请退款")
def apply(call: V2Call) -> dict[str, Any]:
    # Over plain HTTP there is no client certificate to look at: the switch stands for its absence.
    if call.engine.faults.strikes("pay_no_certificate"):
        raise PayError(400, "CERT_ERROR", "证书校验错误")
    call.verdicts.add("商户证书", None, "真实服务要求 TLS 客户端证书，这里是 HTTP，看不到")
    fields, amount = call.fields, {"refund": call.whole("refund_fee"), "total": call.whole("total_fee")}
    body: dict[str, Any] = {
        "out_refund_no": call.need("out_refund_no"),
        "amount": amount | {"currency": fields.get("refund_fee_type") or "CNY"},
        "api": {"version": "v2", "sign_type": call.sign_type},
    }
    for ours, theirs in (
        ("transaction_id", "transaction_id"),
        ("out_trade_no", "out_trade_no"),
        ("reason", "refund_desc"),
        ("notify_url", "notify_url"),
    ):
        if fields.get(theirs):
            body[ours] = fields[theirs]
    refund = take_refund(call, body)
    return {
        "transaction_id": refund["transaction_id"],
        "out_trade_no": refund["out_trade_no"],
        "out_refund_no": refund["out_refund_no"],
        "refund_id": refund["refund_id"],
        "refund_fee": str(refund["amount_fen"]),
        "total_fee": str(refund["total_fen"]),
        "cash_fee": str(total_money_of(refund)),
        "cash_refund_fee": str(money_of(refund)),
        "settlement_refund_fee": str(money_of(refund)),
    }


@v2_route("/pay/refundquery", "查询退款")
def query(call: V2Call) -> dict[str, Any]:
    found = _find(call)
    if not found:
        raise PayError(404, "REFUNDNOTEXIST", "退款单不存在")
    first = found[0]
    answer: dict[str, Any] = {
        "transaction_id": first["transaction_id"],
        "out_trade_no": first["out_trade_no"],
        "total_fee": str(first["total_fen"]),
        "cash_fee": str(total_money_of(first)),
        "refund_count": str(len(found)),
    }
    for at, refund in enumerate(found[:MOST_LISTED]):
        answer |= {f"{name}_{at}": value for name, value in _members(refund).items() if value}
    return answer


def _find(call: V2Call) -> list[dict[str, Any]]:
    refunds, fields = call.engine.refunds, call.fields
    if number := fields.get("refund_id"):
        return [each for each in [refunds.find_by_id(number)] if each]
    if number := fields.get("out_refund_no"):
        return [each for each in [refunds.find(number)] if each]
    order = find_order(call)
    return refunds.of_order(order["out_trade_no"]) if order else []


def _members(refund: dict[str, Any]) -> dict[str, str]:
    done_at = refund["success_time"]
    return {
        "out_refund_no": refund["out_refund_no"],
        "refund_id": refund["refund_id"],
        "refund_channel": "ORIGINAL",
        "refund_fee": str(refund["amount_fen"]),
        "settlement_refund_fee": str(money_of(refund)),
        "coupon_refund_fee": str(coupon_of(refund)) if coupon_of(refund) else "",
        "refund_status": STATUSES[refund["status"]],
        "refund_recv_accout": refund["received_account"],
        "refund_success_time": done_at[:19].replace("T", " ") if done_at else "",
        "refund_account": "REFUND_SOURCE_UNSETTLED_FUNDS",
    }
