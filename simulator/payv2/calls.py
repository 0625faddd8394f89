"""Ordering, querying and closing by APIv2: the same orders, in other words (https://pay.weixin.qq.com/doc/v2/merchant/4011937109)."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from simulator.clock import BEIJING
from simulator.pay.errors import PayError
from simulator.pay.h5_page import H5_PATH
from simulator.pay.orders import CODE_PREFIX, STATES
from simulator.pay.transactions import close_order, create_order
from simulator.payv2.door import V2Call, v2_route
from simulator.payv2.facts import paid_members

WAYS = ("JSAPI", "NATIVE", "MWEB", "APP")
BODY_BYTES = 128


@v2_route("/pay/unifiedorder", "统一下单")
def unified_order(call: V2Call) -> dict[str, Any]:
    way = call.need("trade_type")
    if way not in WAYS:
        raise PayError(400, "PARAM_ERROR", "trade_type 不正确")
    prepay_id = create_order(call, _order_of(call, way), way)
    answer = {"trade_type": way, "prepay_id": prepay_id}
    if way == "NATIVE":
        answer["code_url"] = CODE_PREFIX + prepay_id
    if way == "MWEB":
        query = urlencode({"prepay_id": prepay_id, "package": secrets.randbelow(10**10)})
        answer["mweb_url"] = f"{call.engine.settings.base}{H5_PATH}?{query}"
    return answer


def _order_of(call: V2Call, way: str) -> dict[str, Any]:
    """The order as APIv3 would have it, and by what it came."""
    fields = call.fields
    body = call.need("body")
    if len(body.encode()) > BODY_BYTES:
        raise PayError(400, "PARAM_ERROR", "body 超过 128 字节")
    order: dict[str, Any] = {
        "appid": fields["appid"],
        "mchid": fields["mch_id"],
        "description": body,
        "out_trade_no": call.need("out_trade_no"),
        "notify_url": call.need("notify_url"),
        "amount": {"total": call.whole("total_fee"), "currency": fields.get("fee_type") or "CNY"},
        "attach": fields.get("attach"),
        "api": {"version": "v2", "sign_type": call.sign_type, "product_id": fields.get("product_id", "")},
    }
    client_ip = call.need("spbill_create_ip")
    if fields.get("time_expire"):
        order["time_expire"] = _moment(fields["time_expire"])
    if way == "JSAPI":
        order["payer"] = {"openid": call.need("openid")}
    if way == "NATIVE":
        call.need("product_id")
    if way == "MWEB":
        order["scene_info"] = {"payer_client_ip": client_ip, "h5_info": _h5_info(call)}
    return order


def _h5_info(call: V2Call) -> dict[str, str]:
    try:
        info = json.loads(call.need("scene_info"))["h5_info"]
        return {"type": str(info["type"])}
    except (ValueError, KeyError, TypeError) as error:
        raise PayError(400, "PARAM_ERROR", "scene_info 不正确") from error


def _moment(text: str) -> str:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING).isoformat()
    except ValueError as error:
        raise PayError(400, "PARAM_ERROR", "time_expire 不正确") from error


@v2_route("/pay/orderquery", "查询订单")
def order_query(call: V2Call) -> dict[str, Any]:
    order = find_order(call)
    if order is None or order["canonical"] is None:
        raise PayError(404, "ORDER_NOT_EXIST", "此交易订单号不存在")
    state = "REFUND" if order.get("has_refund") else order["state"]
    described = {"trade_state": state, "trade_state_desc": STATES.get(state, "转入退款")}
    if order["state"] != "SUCCESS":
        return {"out_trade_no": order["out_trade_no"], "total_fee": str(order["amount_fen"]), **described}
    return paid_members(order) | described


def find_order(call: V2Call) -> dict[str, Any] | None:
    """The order that `transaction_id` or `out_trade_no` names."""
    orders, transaction_id = call.engine.orders, call.fields.get("transaction_id")
    if transaction_id:
        return orders.find_by_transaction(transaction_id)
    return orders.find(call.need("out_trade_no"))


@v2_route("/pay/closeorder", "关闭订单")
def close(call: V2Call) -> dict[str, Any]:
    number = call.need("out_trade_no")
    order = call.engine.orders.find(number)
    if order is not None and order["state"] == "CLOSED":
        raise PayError(400, "ORDER_CLOSED", "订单已关闭")
    close_order(call, number)
    return {}
