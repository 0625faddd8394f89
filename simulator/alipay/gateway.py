"""`gateway.do`: checks the common parameters and the signature, opens pay pages, answers calls, writes the wire log."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from simulator.alipay.bills import FILE_PATH, find_file
from simulator.alipay.calls import CALLS
from simulator.alipay.pay_rules import PAGES, check_payment
from simulator.alipay.wire import DONE, AlipayError, invalid, read_time, text_to_sign
from simulator.crypto import payments
from simulator.http_faults import broken_answer
from simulator.wirelog import Verdicts, flatten

if TYPE_CHECKING:
    from simulator.engine import Engine

GATEWAY_PATH = "/gateway.do"
NEEDED = ("app_id", "method", "charset", "sign_type", "sign", "timestamp", "version")
CLOCK_SECONDS = 900


def make_gateway(engine: Engine) -> Blueprint:
    gateway = Blueprint("alipay_gateway", __name__)

    @gateway.route(GATEWAY_PATH, methods=["GET", "POST"])
    def receive() -> Response:
        started, verdicts = time.monotonic(), Verdicts()
        fields = {**request.args.to_dict(), **request.form.to_dict()}
        method = fields.get("method", "")
        title = PAGES.get(method) or CALLS.get(method, ("未知接口",))[0]
        response = _respond(engine, method, fields, verdicts)
        dropped = request.environ.get("simulator.drop")
        engine.wire.record(
            "to_wechat",
            f"支付宝：{title} {method}",
            request={
                "method": request.method,
                "url": request.full_path,
                "headers": flatten(request.headers.items()),
                "body": fields.get("biz_content", ""),
            },
            response={
                "status": None if dropped else response.status_code,
                "headers": flatten(response.headers.items()),
                "body": response.get_data(),
            },
            ms=(time.monotonic() - started) * 1000,
            verdicts=verdicts,
        )
        return response

    @gateway.get(FILE_PATH)
    def send_bill() -> Response:
        data = find_file(engine, request.args.get("fileId", ""))
        if data is None:
            return Response("地址已失效", status=404)
        return Response(data, content_type="application/octet-stream")

    return gateway


def _respond(engine: Engine, method: str, fields: dict[str, str], verdicts: Verdicts) -> Response:
    if method in PAGES:
        return _open_page(engine, method, fields, verdicts)
    broken = broken_answer(engine, "alipay", "before")
    if broken is not None:
        verdicts.add("故障开关", None, "未执行")
        return broken
    try:
        content = _check(engine, fields, verdicts)
        if method not in CALLS:
            raise invalid("isv.invalid-method", "不存在的方法名")
        if engine.faults.strikes("alipay_busy"):
            raise AlipayError("ACQ.SYSTEM_ERROR", "接口返回错误")
        body = {**DONE, **CALLS[method][1](engine, content)}
        verdicts.add("结果", True, "10000")
    except AlipayError as error:
        body = error.body
        verdicts.add("结果", False, f"{body['sub_code']} {body['sub_msg']}")
    response = _signed(engine, method, body, verdicts)
    if body["code"] == DONE["code"]:
        broken = broken_answer(engine, "alipay", "after")
        if broken is not None:
            verdicts.add("故障开关", None, "已执行")
            return broken
    return response


def _check(engine: Engine, fields: dict[str, str], verdicts: Verdicts) -> dict[str, Any]:
    """The business parameters of a request that is in order. Raises: AlipayError."""
    missing = [name for name in NEEDED if not fields.get(name)]
    if not verdicts.add("公共参数齐全", not missing, "、".join(missing)):
        raise invalid(f"isv.missing-{missing[0].replace('_', '-')}", f"缺少参数 {missing[0]}")
    identity = engine.settings.alipay
    if not verdicts.add("app_id", fields["app_id"] == identity.app_id, fields["app_id"]):
        raise invalid("isv.invalid-app-id", "无效的 AppID 参数")
    if not verdicts.add("sign_type", fields["sign_type"] == "RSA2", fields["sign_type"]):
        raise invalid("isv.invalid-signature-type", "无效的签名类型")
    if not verdicts.add("charset", fields["charset"].lower() == "utf-8", fields["charset"]):
        raise invalid("isv.invalid-charset", "字符集错误")
    is_charset_known = request.args.get("charset", "").lower() == "utf-8"
    if not verdicts.add(
        "charset 在地址里", is_charset_known, "" if is_charset_known else "否则中文会被当作 GBK"
    ):
        raise invalid("isv.invalid-charset", "charset 应当在地址的参数里")
    text = text_to_sign(fields, leave_out=("sign",))
    if not verdicts.add("签名", payments.is_signed(fields["sign"], text, identity.app_key)):
        raise invalid("isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配")
    is_now = abs(read_time("timestamp", fields["timestamp"]) - engine.clock.wall()) <= CLOCK_SECONDS
    if not verdicts.add("timestamp 是现在的北京时间", is_now, fields["timestamp"]):
        raise invalid("isv.invalid-timestamp", "非法的时间戳参数")
    try:
        content = json.loads(fields.get("biz_content", ""))
    except ValueError as error:
        raise invalid("isv.invalid-parameter", "biz_content 不是 JSON") from error
    if not isinstance(content, dict):
        raise invalid("isv.invalid-parameter", "biz_content 不是 JSON 对象")
    return content


def _open_page(engine: Engine, method: str, fields: dict[str, str], verdicts: Verdicts) -> Response:
    """A browser comes with a signed address: on to the cashier, or a page that says what is wrong."""
    if "micromessenger" in request.headers.get("User-Agent", "").lower():
        verdicts.add("不在微信里打开", False)
        return notice("如需浏览，请长按网址复制后使用浏览器访问")
    try:
        content = _check(engine, fields, verdicts)
        visit = check_payment(engine, method, content, fields)
        known = engine.alipay.find(visit["out_trade_no"])
        if known is not None and known["paid_at"] is not None:
            raise AlipayError("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
    except AlipayError as error:
        verdicts.add("参数", False, error.body["sub_msg"])
        return notice(error.body["sub_msg"], error.body["sub_code"])
    verdicts.add("参数", True)
    word = engine.alipay.open_visit(visit)
    target = redirect(url_for("alipay_pages.show", visit=word))
    return Response(status=302, headers={"Location": target.headers["Location"]})


def _signed(engine: Engine, method: str, body: dict[str, Any], verdicts: Verdicts) -> Response:
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    signature = payments.sign(written.encode(), engine.settings.alipay.private_key)
    if engine.faults.strikes("alipay_unsigned"):
        verdicts.add("故障开关", None, "应答的签名是别的内容的")
        signature = payments.sign(b"{}", engine.settings.alipay.private_key)
    text = f'{{"{method.replace(".", "_")}_response":{written},"sign":"{signature}"}}'
    return Response(text, content_type="text/html;charset=utf-8")


def notice(text: str, code: str = "") -> Response:
    return Response(render_template("simulator_notice.html", title=text, text="", code=code))
