"""Native mode 1 (模式一): a scanned code names goods, so the merchant is asked what there is to pay.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011984169
"""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from simulator.outbound import LIMIT_SECONDS, Answer, post
from simulator.payv2 import wire
from simulator.platform import xml
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

PREFIX = "weixin://wxpay/bizpayurl?"
FIELDS = ("appid", "mch_id", "product_id", "time_stamp", "nonce_str", "sign")
BROKEN = "商家参数格式有误，请联系商家解决"
TROUBLE = "商家暂时没有响应，请稍后再试"


def is_static(text: str) -> bool:
    """Whether a scanned text is a code of goods, not of one order."""
    return text.startswith(PREFIX) and "product_id=" in text


def ask_merchant(engine: Engine, openid: str, text: str) -> tuple[dict[str, Any] | None, str]:
    """The order to pay as the client shows it, or what it says instead."""
    fields = dict(parse_qsl(urlsplit(text).query, keep_blank_values=True))
    merchant = engine.settings.merchant
    if set(fields) != set(FIELDS) or not 1 <= len(fields["product_id"]) <= 32:
        return None, BROKEN
    if fields["mch_id"] != merchant.mchid or fields["appid"] not in merchant.bound_appids:
        return None, BROKEN
    if not wire.is_signed(fields, merchant.apiv2_key, wire.MD5):
        return None, "支付签名验证失败"
    copies = 2 if engine.faults.strikes("scan_twice") else 1
    return _first(_ask(engine, openid, fields, copies))


def _ask(engine: Engine, openid: str, code: dict[str, str], copies: int) -> list[tuple[Any, str]]:
    follower = engine.followers.find(openid)
    fields = {
        "appid": code["appid"],
        "openid": openid,
        "mch_id": code["mch_id"],
        "is_subscribe": "Y" if follower and follower["subscribed"] else "N",
        "nonce_str": secrets.token_hex(16),
        "product_id": code["product_id"],
    }
    fields["sign"] = wire.sign(fields, engine.settings.merchant.apiv2_key, wire.MD5)
    found: list[tuple[Any, str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(_exchange(engine, openid, fields)), daemon=True)
        for _ in range(copies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_SECONDS * 3)
    return found


def _first(found: list[tuple[Any, str]]) -> tuple[dict[str, Any] | None, str]:
    """The order of the answers that have one: with two of them it has to be the same."""
    orders = [order for order, _problem in found if order is not None]
    if len({order["out_trade_no"] for order in orders}) > 1:
        return None, "商户为同一次扫码下了两笔单"
    return (orders[0], "") if orders else (None, found[0][1] if found else TROUBLE)


def _exchange(engine: Engine, openid: str, fields: dict[str, str]) -> tuple[dict[str, Any] | None, str]:
    """One question and what came of it, written into the wire log."""
    body, url = xml.write(fields).encode(), engine.settings.scan_callback_url
    answer = post(engine.settings, url, body, {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"})
    verdicts = Verdicts()
    order, problem = _judge(engine, answer, verdicts)
    engine.wire.record(
        "to_shop",
        "扫码支付回调（模式一）",
        request={"method": "POST", "url": url, "headers": {}, "body": body},
        response=answer.for_wire(),
        ms=answer.ms,
        verdicts=verdicts,
        openid=openid,
    )
    return order, problem


def _judge(engine: Engine, answer: Answer, verdicts: Verdicts) -> tuple[dict[str, Any] | None, str]:
    merchant = engine.settings.merchant
    if not verdicts.add("5 秒内应答", answer.status == 200, answer.error or f"HTTP {answer.status}"):
        return None, TROUBLE
    try:
        said = xml.read(answer.text)
    except xml.XmlError as error:
        verdicts.add("XML 应答", False, str(error))
        return None, TROUBLE
    if not verdicts.add(
        "return_code", said.get("return_code") == "SUCCESS", str(said.get("return_msg") or "")
    ):
        return None, str(said.get("return_msg") or TROUBLE)
    ours = (said.get("appid"), said.get("mch_id"))
    is_ours = ours[0] in merchant.bound_appids and ours[1] == merchant.mchid
    if not verdicts.add("appid、mch_id", is_ours, str(ours)):
        return None, BROKEN
    if not verdicts.add("签名（MD5）", wire.is_signed(said, merchant.apiv2_key, wire.MD5)):
        return None, "支付签名验证失败"
    if said.get("result_code") != "SUCCESS":
        verdicts.add("result_code", None, str(said.get("err_code_des")))
        return None, str(said.get("err_code_des") or TROUBLE)
    order, problem = engine.cashier.look_up(str(said.get("prepay_id")))
    verdicts.add("prepay_id", order is not None, problem)
    return order, problem
