"""Ordering, querying and closing (https://pay.weixin.qq.com/doc/v3/merchant/4012791856)."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from simulator.pay.errors import PayError
from simulator.pay.h5_page import H5_PATH
from simulator.pay.order_rules import canonical_form, check_order, life_of
from simulator.pay.orders import CODE_PREFIX, as_answer
from simulator.pay.transport import AnyCall, Body, PayCall, pay_route

NUMBER = r"[^/]+"
EARLY_CLOSE_SECONDS = 300


@pay_route("POST", r"/v3/pay/transactions/jsapi", "JSAPI 下单")
def create_jsapi(call: PayCall) -> tuple[int, Body]:
    return 200, {"prepay_id": _create(call, "JSAPI")}


@pay_route("POST", r"/v3/pay/transactions/native", "Native 下单")
def create_native(call: PayCall) -> tuple[int, Body]:
    return 200, {"code_url": CODE_PREFIX + _create(call, "NATIVE")}


@pay_route("POST", r"/v3/pay/transactions/h5", "H5 下单")
def create_h5(call: PayCall) -> tuple[int, Body]:
    query = urlencode({"prepay_id": _create(call, "MWEB"), "package": secrets.randbelow(10**10)})
    return 200, {"h5_url": f"{call.engine.settings.base}{H5_PATH}?{query}"}


@pay_route("POST", r"/v3/pay/transactions/app", "APP 下单")
def create_app(call: PayCall) -> tuple[int, Body]:
    return 200, {"prepay_id": _create(call, "APP")}


def _create(call: PayCall, trade_type: str) -> str:
    return create_order(call, call.json(), trade_type)


def create_order(call: AnyCall, body: dict[str, Any], trade_type: str) -> str:
    """Takes an order, also of APIv2, and answers what it is paid with. Raises: PayError."""
    engine = call.engine
    check_order(body, trade_type)
    call.verdicts.add("参数", True)
    _check_identities(call, body, trade_type)
    with engine.store.lock:
        order = engine.orders.find(body["out_trade_no"])
        if order is None:
            expires_at = engine.clock.now() + life_of(body, engine.clock.wall())
            form = canonical_form(body)
            order = engine.orders.add(body, trade_type=trade_type, canonical=form, expires_at=expires_at)
        else:
            _check_reentry(call, order, body, trade_type)
        prepay_id = engine.orders.new_prepay(order)
    if engine.faults.peek("notify_early") == "order":
        engine.faults.take("notify_early")
        call.verdicts.add("故障开关", None, "下单应答之前就已支付并通知")
        engine.cashier.pay_now(order["out_trade_no"], wait_for_notification=True)
    return prepay_id


def _check_identities(call: AnyCall, body: dict[str, Any], trade_type: str) -> None:
    engine = call.engine
    if body["mchid"] != engine.settings.merchant.mchid:
        raise PayError(400, "PARAM_ERROR", "mchid 与签名的商户号不一致", field="/mchid", location="body")
    if body["appid"] not in engine.settings.merchant.bound_appids:
        raise PayError(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
    is_app = body["appid"] == engine.settings.account.app_appid
    if is_app != (trade_type == "APP") and trade_type in ("APP", "JSAPI"):
        call.verdicts.add("appid 与支付方式相符", False, body["appid"])
        raise PayError(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
    openid = (body.get("payer") or {}).get("openid")
    if openid is not None and engine.followers.find(openid) is None:
        raise PayError(400, "INVALID_REQUEST", "无效的openid：appid和openid不匹配")
    call.verdicts.add("appid、mchid、openid 相符", True)


def _check_reentry(call: AnyCall, order: dict[str, Any], body: dict[str, Any], trade_type: str) -> None:
    """Raises: PayError for a number that cannot be ordered (again) with this content."""
    if order["state"] == "SUCCESS":
        raise _paid(call)
    if order["canonical"] is None:
        raise PayError(400, "INVALID_REQUEST", "该单号已被关闭，请更换商户订单号")
    if order["state"] == "CLOSED":
        raise PayError(400, "ORDER_CLOSED", "订单已关闭")
    if order["canonical"] != canonical_form(body) or order["trade_type"] != trade_type:
        raise PayError(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
    if order["expires_at"] <= call.engine.clock.now():
        raise PayError(400, "INVALID_REQUEST", "订单已过支付有效期，请更换商户订单号")
    call.verdicts.add("重入参数与首次一致", True)


@pay_route("GET", rf"/v3/pay/transactions/out-trade-no/(?P<out_trade_no>{NUMBER})", "按商户单号查单")
def query_by_number(call: PayCall, out_trade_no: str) -> tuple[int, Body]:
    _check_mchid_in_query(call)
    order = call.engine.orders.find(out_trade_no)
    if order is None or order["canonical"] is None:
        raise PayError(404, "ORDER_NOT_EXIST", "订单不存在")
    return 200, as_answer(order)


@pay_route("GET", rf"/v3/pay/transactions/id/(?P<transaction_id>{NUMBER})", "按微信单号查单")
def query_by_transaction(call: PayCall, transaction_id: str) -> tuple[int, Body]:
    _check_mchid_in_query(call)
    order = call.engine.orders.find_by_transaction(transaction_id)
    if order is None:
        raise PayError(404, "ORDER_NOT_EXIST", "订单不存在")
    return 200, as_answer(order)


@pay_route("POST", rf"/v3/pay/transactions/out-trade-no/(?P<out_trade_no>{NUMBER})/close", "关单")
def close(call: PayCall, out_trade_no: str) -> tuple[int, Body]:
    if call.json().get("mchid") != call.engine.settings.merchant.mchid:
        raise PayError(400, "PARAM_ERROR", "mchid 不正确", field="/mchid", location="body")
    close_order(call, out_trade_no)
    return 204, None


def close_order(call: AnyCall, out_trade_no: str) -> None:
    """Closes, or burns the number. Raises: PayError."""
    engine = call.engine
    with engine.store.lock:
        order = engine.orders.find(out_trade_no)
        if order is None:
            if engine.faults.take("pay_close_unknown") == "404":
                raise PayError(404, "ORDER_NOT_EXIST", "订单不存在")
            engine.orders.burn(out_trade_no, engine.settings.merchant.mchid)
            call.verdicts.add("从未下单", None, "这个单号以后不能再用")
        elif order["state"] == "SUCCESS":
            raise _paid(call)
        else:
            if engine.clock.now() - order["created_at"] < EARLY_CLOSE_SECONDS:
                call.verdicts.add("下单 5 分钟后再关单", None, "太早关单可能撞上正在付款的买家")
            engine.orders.close(out_trade_no)


def _check_mchid_in_query(call: PayCall) -> None:
    given = parse_qs(urlsplit(call.target).query).get("mchid", [""])[0]
    if given != call.engine.settings.merchant.mchid:
        raise PayError(400, "PARAM_ERROR", "参数错误", field="mchid", value=given, location="query")


def _paid(call: AnyCall) -> PayError:
    return PayError(400, call.engine.faults.take("pay_paid_code"), "该订单已支付")
