"""Checking the Authorization header of a merchant's request, and signing the answer to it."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.crypto import keys, payments
from simulator.pay.errors import PayError
from simulator.settings import Settings
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

WINDOW_SECONDS = 300
PAIR = re.compile(r'\s*(\w+)="([^"]*)"\s*')
FIELDS = ("mchid", "nonce_str", "timestamp", "serial_no", "signature")
SIGN_TEST = "WECHATPAY/SIGNTEST/"


def parse(header: str) -> dict[str, str] | None:
    """The parameters by name, in whatever order they came; None for another scheme or a broken list."""
    scheme, _, rest = header.partition(" ")
    if scheme != payments.SCHEME:
        return None
    found = {}
    for part in rest.split(","):
        match = PAIR.fullmatch(part)
        if match is None:
            return None
        found[match[1]] = match[2]
    return found


def check(
    settings: Settings, verdicts: Verdicts, *, header: str, method: str, target: str, body: bytes, now: int
) -> None:
    """Raises: PayError 401 SIGN_ERROR. `target` is the request target as it was on the wire."""
    given = parse(header)
    _need(
        verdicts,
        "Authorization",
        given is not None,
        "缺少，或不是 " + payments.SCHEME if given is None else "",
    )
    assert given is not None  # noqa: S101  (_need raised)
    missing = [name for name in FIELDS if not given.get(name)]
    _need(verdicts, "Authorization 的五个参数", not missing, "缺少 " + "、".join(missing) if missing else "")
    _need(verdicts, "mchid", given["mchid"] == settings.merchant.mchid, given["mchid"])
    _need(verdicts, "serial_no", given["serial_no"] == settings.merchant.cert_serial, given["serial_no"])
    stamp = given["timestamp"]
    near = stamp.isdigit() and abs(now - int(stamp)) <= WINDOW_SECONDS
    _need(verdicts, "timestamp 在 5 分钟内", near, stamp)
    _need(verdicts, "nonce_str 不超过 32 字符", len(given["nonce_str"]) <= 32, given["nonce_str"])
    message = payments.lines(method, target, stamp, given["nonce_str"], body)
    signed = payments.is_signed(given["signature"], message, settings.merchant.public_key)
    _need(verdicts, "签名", signed, "" if signed else f"验签的串是 {method}\\n{target}\\n{stamp}\\n…")


def check_manners(settings: Settings, verdicts: Verdicts, headers: dict[str, str]) -> None:
    """Remarks that refuse nothing, except a Wechatpay-Serial that belongs to nobody. Raises: PayError 400."""
    names = {name.lower(): value for name, value in headers.items()}
    if not names.get("user-agent") or not names.get("accept"):
        verdicts.add("User-Agent 与 Accept", None, "缺少时真实服务可能拒绝")
    serial = names.get("wechatpay-serial", "")
    if not serial:
        verdicts.add("Wechatpay-Serial", None, "公钥模式的商户应当每次都带")
        return
    known = serial in {settings.wechatpay.public_key_id, platform_serial(settings)}
    if not verdicts.add("Wechatpay-Serial", known, serial):
        raise PayError(
            400, "PARAM_ERROR", "Wechatpay-Serial 不正确", location="header", field="Wechatpay-Serial"
        )


def platform_serial(settings: Settings) -> str:
    return keys.serial_of(settings.wechatpay.platform_certificate)


def signing_key(engine: Engine, asked_serial: str = "") -> tuple[str, rsa.RSAPrivateKey]:
    """The serial and key that sign an answer (for `asked_serial`) or a notification."""
    wechatpay = engine.settings.wechatpay
    certificate = (platform_serial(engine.settings), wechatpay.platform_key)
    public_key = (wechatpay.public_key_id, wechatpay.private_key)
    if asked_serial == wechatpay.public_key_id:
        return public_key
    uses_certificate = engine.faults.peek("pay_certificates") != "404"
    return certificate if asked_serial == certificate[0] or uses_certificate else public_key


def signature_headers(serial: str, key: rsa.RSAPrivateKey, body: bytes, timestamp: int) -> dict[str, str]:
    """The five headers of every answer and notification."""
    nonce = secrets.token_hex(16)
    return {
        "Wechatpay-Timestamp": str(timestamp),
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature-Type": payments.SCHEME,
        "Wechatpay-Signature": payments.sign(payments.lines(str(timestamp), nonce, body), key),
    }


def _need(verdicts: Verdicts, check: str, ok: bool, detail: str) -> None:
    if not verdicts.add(check, ok, detail):
        raise PayError(401, "SIGN_ERROR", f"签名错误：{check} {detail}".strip())
