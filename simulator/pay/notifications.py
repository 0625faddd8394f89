"""Building one notification, genuine or spoilt: envelope, encrypted resource, signature headers."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.clock import iso
from simulator.crypto import payments
from simulator.crypto.keys import make_private_key
from simulator.pay import authorization

if TYPE_CHECKING:
    from simulator.engine import Engine

OLD_SECONDS = 7200
SPOILS = (  # each is also the fault `notify_<name>`
    "forged",
    "probe",
    "old",
    "wrong_amount",
    "wrong_mchid",
    "wrong_appid",
    "wrong_openid",
    "unknown_serial",
    "wrong_key",
    "no_type",
)
UNSAFE_SPOILS = {"forged", "probe", "old", "unknown_serial", "wrong_key", "no_type"}  # must fail verification


@dataclass(frozen=True, slots=True)
class Event:
    """What a notification tells."""

    event_type: str
    summary: str
    original_type: str
    plain: dict[str, Any]
    api: dict[str, Any] | None = None  # None: APIv3


@dataclass(frozen=True, slots=True)
class Notification:
    body: bytes
    headers: dict[str, str]
    plain: str


def build(engine: Engine, event: Event, notification_id: str, spoils: set[str]) -> Notification:
    plain = json.dumps(_spoilt(event.plain, spoils), ensure_ascii=False, separators=(",", ":"))
    key = secrets.token_hex(16) if "wrong_key" in spoils else engine.settings.merchant.apiv3_key
    sealed = payments.encrypt_resource(plain, key=key, associated_data=event.original_type)
    envelope = {
        "id": notification_id,
        "create_time": iso(engine.clock.now()),
        "resource_type": "encrypt-resource",
        "event_type": event.event_type,
        "summary": event.summary,
        "resource": {"original_type": event.original_type, **sealed},
    }
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    return Notification(body, _headers(engine, body, spoils), plain)


def _headers(engine: Engine, body: bytes, spoils: set[str]) -> dict[str, str]:
    serial, key = authorization.signing_key(engine)
    timestamp = engine.clock.wall() - (OLD_SECONDS if "old" in spoils else 0)
    signer = stranger_key() if "forged" in spoils else key
    headers = authorization.signature_headers(serial, signer, body, timestamp)
    if "probe" in spoils:
        headers["Wechatpay-Signature"] = authorization.SIGN_TEST + headers["Wechatpay-Signature"]
    if "unknown_serial" in spoils:
        headers["Wechatpay-Serial"] = secrets.token_hex(20).upper()
    if "no_type" in spoils:
        del headers["Wechatpay-Signature-Type"]
    headers["Content-Type"] = "application/json"
    headers["User-Agent"] = "Mozilla/4.0"
    headers["Request-ID"] = f"08{secrets.token_hex(20).upper()}-0"
    return headers


def _spoilt(plain: dict[str, Any], spoils: set[str]) -> dict[str, Any]:
    spoilt = json.loads(json.dumps(plain))
    if "wrong_amount" in spoils:
        spoilt["amount"]["total"] += 1
        spoilt["amount"]["payer_total"] += 1
        if "refund" in spoilt["amount"]:
            spoilt["amount"]["refund"] += 1
    if "wrong_mchid" in spoils:
        spoilt["mchid"] = "1999999999"
    if "wrong_appid" in spoils:
        spoilt["appid"] = "wx0000000000000000"
    if "wrong_openid" in spoils:
        spoilt["payer"]["openid"] = "oStranger_000000000000000001"
    return dict(spoilt)


@cache
def stranger_key() -> rsa.RSAPrivateKey:
    """The key of somebody who is not WeChat Pay."""
    return make_private_key()
