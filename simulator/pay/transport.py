"""The door of APIv3: check the signature, find the call, play faults, sign the answer, write the wire log."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Response, request

from simulator.crypto import payments
from simulator.engine import Engine
from simulator.http_faults import broken_answer
from simulator.pay import authorization
from simulator.pay.errors import PayError, param_error
from simulator.wirelog import Verdicts, flatten

Body = dict[str, Any] | bytes | None  # bytes: a file, which is not signed


class AnyCall(Protocol):
    """What both of WeChat Pay's interfaces know of a call under way."""

    engine: Engine
    verdicts: Verdicts


@dataclass(slots=True)
class PayCall:
    """One merchant call under way."""

    engine: Engine
    target: str
    raw: bytes
    verdicts: Verdicts = field(default_factory=Verdicts)

    def json(self) -> dict[str, Any]:
        """Raises: PayError PARAM_ERROR."""
        try:
            body = json.loads(self.raw.decode("utf-8"))
        except ValueError as error:
            raise param_error("/", "", "body is not UTF-8 JSON") from error
        if not isinstance(body, dict):
            raise param_error("/", "", "body is not an object")
        return body


@dataclass(frozen=True, slots=True)
class PayRoute:
    method: str
    pattern: re.Pattern[str]
    title: str
    function: Callable[..., tuple[int, Body]]


ROUTES: list[PayRoute] = []


def pay_route(method: str, pattern: str, title: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function(call, **named groups) → (status, body)."""

    def register(function: Callable[..., tuple[int, Body]]) -> Callable[..., tuple[int, Body]]:
        ROUTES.append(PayRoute(method, re.compile(pattern), title, function))
        return function

    return register


def handle(engine: Engine) -> Response:
    started = time.monotonic()
    target = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI"))
    target = re.sub(r"^https?://[^/]+", "", target)
    call = PayCall(engine, target, request.get_data())
    found, groups = _find(request.method, request.path)
    response = _respond(call, found, groups)
    dropped = request.environ.get("simulator.drop")
    engine.wire.record(
        "to_wechat",
        found.title if found else f"未知接口 {request.path}",
        request={
            "method": request.method,
            "url": target,
            "headers": flatten(request.headers.items()),
            "body": call.raw,
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


def _respond(call: PayCall, found: PayRoute | None, groups: dict[str, str]) -> Response:
    engine = call.engine
    broken = broken_answer(engine, "pay", "before")
    if broken is not None:
        call.verdicts.add("故障开关", None, "未执行")
        return broken
    try:
        status, body = _execute(call, found, groups)
        call.verdicts.add("结果", True, str(status))
    except PayError as error:
        status, body = error.status, error.body()
        call.verdicts.add("结果", False, f"{error.status} {error.code} {error.message}")
    response = _signed(call, status, body)
    if status < 300:
        broken = broken_answer(engine, "pay", "after")
        if broken is not None:
            call.verdicts.add("故障开关", None, "已执行")
            return broken
    return response


def _execute(call: PayCall, found: PayRoute | None, groups: dict[str, str]) -> tuple[int, Body]:
    settings = call.engine.settings
    authorization.check(
        settings,
        call.verdicts,
        header=request.headers.get("Authorization", ""),
        method=request.method,
        target=call.target,
        body=_signed_part(call),
        now=call.engine.clock.wall(),
    )
    authorization.check_manners(settings, call.verdicts, dict(request.headers))
    if call.engine.faults.strikes("pay_429", request.path):
        raise PayError(429, "FREQUENCY_LIMITED", "频率超限")
    if found is None:
        raise PayError(404, "NOT_FOUND", "接口不存在")
    if found.method != request.method:
        raise PayError(405, "METHOD_NOT_ALLOWED", "请求方法不正确")
    return found.function(call, **groups)


def _signed_part(call: PayCall) -> bytes:
    """The body; of a file that is handed in, only what its `meta` part says."""
    if request.mimetype == "multipart/form-data":
        return request.form.get("meta", "").encode()
    return call.raw


def _find(method: str, path: str) -> tuple[PayRoute | None, dict[str, str]]:
    found: tuple[PayRoute | None, dict[str, str]] = (None, {})
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match is not None:
            found = route, match.groupdict()
            if route.method == method:
                break
    return found


def _signed(call: PayCall, status: int, body: Body) -> Response:
    engine = call.engine
    if isinstance(body, bytes):
        return Response(body, status=status, content_type="application/octet-stream")
    data = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    serial, key = authorization.signing_key(engine, request.headers.get("Wechatpay-Serial", ""))
    headers = authorization.signature_headers(serial, key, data, engine.clock.wall())
    if status < 300 and engine.faults.strikes("pay_unsigned", request.path):
        headers = {}
        call.verdicts.add("故障开关", None, "应答没有签名")
    elif status < 300 and engine.faults.strikes("pay_probe", request.path):
        headers["Wechatpay-Signature"] = authorization.SIGN_TEST + headers["Wechatpay-Signature"]
        call.verdicts.add("故障开关", None, "应答带签名探测")
    headers["Request-ID"] = f"08{secrets.token_hex(20).upper()}-0"
    return Response(data, status=status, headers=headers, content_type="application/json; charset=utf-8")


@pay_route("GET", r"/v3/certificates", "下载平台证书")
def list_certificates(call: PayCall) -> tuple[int, Body]:
    if call.engine.faults.peek("pay_certificates") == "404":
        message = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。"
        raise PayError(404, "RESOURCE_NOT_EXISTS", message)
    return 200, {"data": [certificate_entry(call.engine)]}


def certificate_entry(engine: Engine) -> dict[str, Any]:
    from simulator.clock import iso
    from simulator.crypto.keys import certificate_pem

    certificate = engine.settings.wechatpay.platform_certificate
    sealed = payments.encrypt_resource(
        certificate_pem(certificate).decode(),
        key=engine.settings.merchant.apiv3_key,
        associated_data="certificate",
    )
    return {
        "serial_no": authorization.platform_serial(engine.settings),
        "effective_time": iso(certificate.not_valid_before_utc.timestamp()),
        "expire_time": iso(certificate.not_valid_after_utc.timestamp()),
        "encrypt_certificate": sealed,
    }


@pay_route("POST", r"/v3/security/echo", "安全自检")
def echo(call: PayCall) -> tuple[int, Body]:
    body = call.json()
    message = body.get("echo_message")
    if not isinstance(message, str) or not message:
        raise param_error("/echo_message", message, "is required")
    answer: dict[str, Any] = {"echo_message": message}
    if body.get("encrypted_echo_message"):
        try:
            plain = payments.decrypt_field(
                str(body["encrypted_echo_message"]), call.engine.settings.wechatpay.private_key
            )
        except ValueError as error:
            raise param_error("/encrypted_echo_message", "…", "cannot be decrypted") from error
        call.verdicts.add("敏感字段解密", True)
        answer["encrypted_echo_message"] = payments.encrypt_field(
            plain, call.engine.settings.merchant.public_key
        )
    if body.get("notify_url"):
        call.engine.notifier.schedule_echo(str(body["notify_url"]), message)
    return 200, answer
