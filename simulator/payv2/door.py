"""The door of APIv2: read the XML, check who signed it, find the call, play faults, sign the answer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request

from simulator.engine import Engine
from simulator.http_faults import broken_answer
from simulator.pay.errors import PayError
from simulator.payv2 import wire
from simulator.payv2.wire import ProtocolError
from simulator.platform import xml
from simulator.wirelog import Verdicts, flatten

NEEDED = ("appid", "mch_id", "nonce_str", "sign")


@dataclass(slots=True)
class V2Call:
    """One merchant call under way."""

    engine: Engine
    fields: dict[str, str] = field(default_factory=dict)
    verdicts: Verdicts = field(default_factory=Verdicts)

    @property
    def sign_type(self) -> str:
        return self.fields.get("sign_type") or wire.MD5

    def need(self, name: str) -> str:
        """Raises: PayError LACK_PARAMS."""
        if not self.fields.get(name):
            raise PayError(400, "LACK_PARAMS", f"缺少参数 {name}")
        return self.fields[name]

    def whole(self, name: str) -> int:
        """Raises: PayError."""
        text = self.need(name)
        if not (text.isascii() and text.isdecimal()):
            raise PayError(400, "PARAM_ERROR", f"{name} 应当是整数")
        return int(text)


@dataclass(frozen=True, slots=True)
class V2Route:
    title: str
    function: Callable[[V2Call], dict[str, Any]]


ROUTES: dict[str, V2Route] = {}


def v2_route(path: str, title: str) -> Callable[[Callable[[V2Call], dict[str, Any]]], Any]:
    """Registers a function(call) → the members of its answer."""

    def register(function: Callable[[V2Call], dict[str, Any]]) -> Callable[[V2Call], dict[str, Any]]:
        ROUTES[path] = V2Route(title, function)
        return function

    return register


def handle(engine: Engine) -> Response:
    started, call = time.monotonic(), V2Call(engine)
    found, raw = ROUTES.get(request.path), request.get_data()
    response = _respond(call, found, raw)
    dropped = request.environ.get("simulator.drop")
    engine.wire.record(
        "to_wechat",
        f"APIv2：{found.title}" if found else f"未知接口 {request.path}",
        request={
            "method": request.method,
            "url": request.path,
            "headers": flatten(request.headers.items()),
            "body": raw,
        },
        response={
            "status": None if dropped else response.status_code,
            "headers": flatten(response.headers.items()),
            "body": response.get_data(),
        },
        ms=(time.monotonic() - started) * 1000,
        verdicts=call.verdicts,
    )
    return response


def _respond(call: V2Call, found: V2Route | None, raw: bytes) -> Response:
    engine = call.engine
    if (broken := broken_answer(engine, "pay", "before")) is not None:
        call.verdicts.add("故障开关", None, "未执行")
        return broken
    try:
        _check(call, raw)
        if engine.faults.strikes("pay_429", request.path):
            raise PayError(429, "FREQUENCY_LIMITED", "频率超限")
        if found is None:
            raise ProtocolError("接口不存在")
        members = {"result_code": "SUCCESS", **found.function(call)}
        call.verdicts.add("结果", True, "SUCCESS")
    except ProtocolError as error:
        call.verdicts.add("结果", False, str(error))
        return answer({"return_code": "FAIL", "return_msg": str(error)})
    except PayError as error:
        members = wire.refusal(error)
        call.verdicts.add("结果", False, f"{members['err_code']} {members['err_code_des']}")
    response = _signed(call, members)
    if members["result_code"] == "SUCCESS" and (broken := broken_answer(engine, "pay", "after")) is not None:
        call.verdicts.add("故障开关", None, "已执行")
        return broken
    return response


def _check(call: V2Call, raw: bytes) -> None:
    """Raises: ProtocolError for what is not signed by the merchant."""
    if request.method != "POST":
        raise ProtocolError("请使用 post 方法")
    try:
        fields = xml.read(raw.decode("utf-8"))
    except (UnicodeDecodeError, xml.XmlError) as error:
        raise ProtocolError("XML格式错误") from error
    if not all(isinstance(value, str) for value in fields.values()):
        raise ProtocolError("XML格式错误")
    call.fields = fields
    settings, verdicts = call.engine.settings, call.verdicts
    missing = [name for name in NEEDED if not fields.get(name)]
    if not verdicts.add("公共参数齐全", not missing, "、".join(missing)):
        raise ProtocolError(f"缺少参数 {missing[0]}")
    if not verdicts.add("mch_id", fields["mch_id"] == settings.merchant.mchid, fields["mch_id"]):
        raise ProtocolError("mch_id 不存在")
    if not verdicts.add("appid", fields["appid"] in settings.merchant.bound_appids, fields["appid"]):
        raise ProtocolError("appid和mch_id不匹配")
    if not verdicts.add("nonce_str 不超过 32 字符", len(fields["nonce_str"]) <= 32, fields["nonce_str"]):
        raise ProtocolError("参数 nonce_str 过长")
    if not verdicts.add("sign_type", call.sign_type in wire.SIGN_TYPES, call.sign_type):
        raise ProtocolError("签名类型不正确")
    is_signed = wire.is_signed(fields, settings.merchant.apiv2_key, call.sign_type)
    if not verdicts.add(f"签名（{call.sign_type}）", is_signed):
        raise ProtocolError("签名错误")


def _signed(call: V2Call, members: dict[str, Any]) -> Response:
    settings = call.engine.settings
    fields = {
        "return_code": "SUCCESS",
        "return_msg": "OK",
        "appid": call.fields["appid"],
        "mch_id": settings.merchant.mchid,
        "nonce_str": secrets.token_hex(16),
        **{name: value for name, value in members.items() if value not in (None, "")},
    }
    if members["result_code"] == "SUCCESS" and call.engine.faults.strikes("pay_unsigned", request.path):
        call.verdicts.add("故障开关", None, "应答没有签名")
        return answer(fields)
    return answer(fields | {"sign": wire.sign(fields, settings.merchant.apiv2_key, call.sign_type)})


def answer(fields: dict[str, Any]) -> Response:
    return Response(xml.write(fields), content_type="text/xml; charset=utf-8")
