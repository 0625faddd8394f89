"""A notification that the shop sends to itself: it shows that the address works, and changes nothing.

It proves itself by an HMAC of ours, not by WeChat's signature, and is never taken for money: who recognises it
answers what arrived and goes no further.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from app.core import clock, ids

MARK = "Xiaopu-Self-Test"
LIVES_SECONDS = 60
# A proxy that drops these would make every real notification unbelievable, so they are looked at as well.
NEEDED = (
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
    "Wechatpay-Signature",
    "Wechatpay-Signature-Type",
)
_PURPOSE = b"self-test of the notify address"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What is sent; `receipt` is what the right receiver answers."""

    headers: dict[str, str]
    body: bytes
    receipt: str


def write_self_test(secret: str) -> SelfTest:
    """A fresh one."""
    body = f"self-test {ids.new_token()}".encode()
    timestamp = str(int(clock.now().timestamp()))
    headers = dict.fromkeys(NEEDED, "self-test") | {"Wechatpay-Timestamp": timestamp}
    headers[MARK] = _sign(secret, timestamp, body)
    return SelfTest(headers | {"Content-Type": "application/json"}, body, write_receipt(secret, body))


def is_self_test(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether we sent it a moment ago."""
    timestamp, mark = headers.get("Wechatpay-Timestamp", ""), headers.get(MARK, "")
    if not mark or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    is_fresh = abs(clock.now().timestamp() - int(timestamp)) <= LIVES_SECONDS
    return is_fresh and hmac.compare_digest(mark.encode(), _sign(secret, timestamp, body).encode())


def find_dropped(headers: Mapping[str, str]) -> list[str]:
    """Which of the headers that every real notification carries did not arrive."""
    return [name for name in NEEDED if name not in headers]


def write_receipt(secret: str, body: bytes) -> str:
    """What only the shop with our secret can answer to this body."""
    return _sign(secret, "receipt", body)


def _sign(secret: str, *parts: str | bytes) -> str:
    key = hmac.new(secret.encode(), _PURPOSE, sha256).digest()
    text = b"\n".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hmac.new(key, text, sha256).hexdigest()
