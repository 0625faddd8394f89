"""How APIv2 signs, writes its refusals, and seals the news of a refund (https://pay.weixin.qq.com/doc/v2/merchant/4011985891)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from simulator.pay.errors import PayError

MD5, HMAC = "MD5", "HMAC-SHA256"
SIGN_TYPES = (MD5, HMAC)
# What APIv3 calls otherwise.
SPELT = {
    "ORDER_NOT_EXIST": "ORDERNOTEXIST",
    "ORDER_CLOSED": "ORDERCLOSED",
    "NO_AUTH": "NOAUTH",
    "NOT_ENOUGH": "NOTENOUGH",
    "MCH_NOT_EXISTS": "MCHID_NOT_EXIST",
    "SYSTEM_ERROR": "SYSTEMERROR",
}


class ProtocolError(Exception):
    """Refused before anything was understood: `return_code` FAIL, and no signature."""


def text_to_sign(fields: dict[str, Any], key: str) -> bytes:
    """Every field that is not empty, sorted by name, the key behind them."""
    pairs = [f"{name}={fields[name]}" for name in sorted(fields) if name != "sign" and fields[name] != ""]
    return "&".join([*pairs, f"key={key}"]).encode()


def sign(fields: dict[str, Any], key: str, sign_type: str) -> str:
    text = text_to_sign(fields, key)
    if sign_type == HMAC:
        return hmac.new(key.encode(), text, hashlib.sha256).hexdigest().upper()
    return hashlib.md5(text).hexdigest().upper()


def is_signed(fields: dict[str, Any], key: str, sign_type: str) -> bool:
    return hmac.compare_digest(str(fields.get("sign", "")), sign(fields, key, sign_type))


def seal(text: str, key: str) -> str:
    """A refund's `req_info`."""
    padder = padding.PKCS7(128).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    cipher = Cipher(algorithms.AES(hashlib.md5(key.encode()).hexdigest().encode()), modes.ECB()).encryptor()  # noqa: S305
    return base64.b64encode(cipher.update(padded) + cipher.finalize()).decode()


def refusal(error: PayError) -> dict[str, str]:
    """The members of an answer that says no."""
    words = error.message if not error.detail else f"{error.message}：{error.detail.get('field', '')}"
    return {
        "result_code": "FAIL",
        "err_code": SPELT.get(error.code, error.code),
        "err_code_des": words.rstrip("："),
    }
