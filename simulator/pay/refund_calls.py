"""Refunding, asking about it, and sending an abnormal one on (https://pay.weixin.qq.com/doc/v3/merchant/4012791862)."""

from __future__ import annotations

from typing import Any

from simulator.pay.errors import PayError
from simulator.pay.refund_rules import check_card, check_refund
from simulator.pay.refunds import as_refund
from simulator.pay.transport import AnyCall, Body, PayCall, pay_route

NUMBER = r"[^/]+"
PATH = r"/v3/refund/domestic/refunds"


@pay_route("POST", PATH, "申请退款")
def apply(call: PayCall) -> tuple[int, Body]:
    return 200, as_refund(take_refund(call, call.json()))


def take_refund(call: AnyCall, body: dict[str, Any]) -> dict[str, Any]:
    """Takes a refund, also of APIv2, or finds the same one. Raises: PayError."""
    engine = call.engine
    check_refund(body)
    call.verdicts.add("参数", True)
    with engine.store.lock:
        refund = engine.refunds.find(body["out_refund_no"])
        if refund is not None:
            _check_same(call, refund, body)
            return refund
        order = _paid_order(call, body)
        _play_faults(call)
        return engine.refunds.add(order, body)


@pay_route("GET", rf"{PATH}/(?P<out_refund_no>{NUMBER})", "查询退款")
def query(call: PayCall, out_refund_no: str) -> tuple[int, Body]:
    refund = call.engine.refunds.find(out_refund_no)
    if refund is None:
        raise PayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return 200, as_refund(refund)


@pay_route("POST", rf"{PATH}/(?P<refund_id>{NUMBER})/apply-abnormal-refund", "发起异常退款")
def apply_abnormal(call: PayCall, refund_id: str) -> tuple[int, Body]:
    engine, body = call.engine, call.json()
    with engine.store.lock:
        refund = engine.refunds.find_by_id(refund_id)
        if refund is None or refund["out_refund_no"] != body.get("out_refund_no"):
            raise PayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        if refund["status"] != "ABNORMAL":
            raise PayError(400, "INVALID_REQUEST", "退款单状态不是退款异常")
        account = check_card(engine, body)
        call.verdicts.add("收款账户", True, account)
        return 200, as_refund(engine.refunds.send_to(refund, account))


def _check_same(call: AnyCall, refund: dict[str, Any], body: dict[str, Any]) -> None:
    if refund["canonical"] != body:
        raise PayError(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    call.verdicts.add("重入参数与首次一致", True)


def _paid_order(call: AnyCall, body: dict[str, Any]) -> dict[str, Any]:
    orders = call.engine.orders
    by_transaction = body.get("transaction_id")
    order = (
        orders.find_by_transaction(by_transaction) if by_transaction else orders.find(body["out_trade_no"])
    )
    if order is None or order["state"] != "SUCCESS":
        raise PayError(404, "RESOURCE_NOT_EXISTS", "原订单不存在")
    return order


def _play_faults(call: AnyCall) -> None:
    faults = call.engine.faults
    if faults.strikes("refund_not_enough"):
        raise PayError(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
    if faults.strikes("refund_account"):
        raise PayError(403, "USER_ACCOUNT_ABNORMAL", "用户账户注销")
    if faults.strikes("refund_no_auth"):
        raise PayError(403, "NO_AUTH", "没有退款权限")
