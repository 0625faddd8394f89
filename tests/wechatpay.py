"""WeChat Pay's side of the wire for tests: notifications signed and encrypted with the keys of this run."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from app.core import clock
from tests.keys import key_pair

APPID, MCHID = "wx5a1b2c3d4e5f6a7b", "1900000001"
APIV3_KEY = "Shop2026ApiV3KeyForTests00000001"
KEY_ID = "PUB_KEY_ID_0119000000012026112100000000000001"


def transaction(out_trade_no: str, **differently: Any) -> dict[str, Any]:
    """A paid transaction as WeChat describes it."""
    return {
        "mchid": MCHID,
        "appid": APPID,
        "out_trade_no": out_trade_no,
        "transaction_id": "4200002611202611210000000017",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "success_time": "2026-11-21T10:15:32+08:00",
        "payer": {"openid": "oTeaShop_0000000000000000001"},
        "amount": {"total": 7600, "payer_total": 7600, "currency": "CNY", "payer_currency": "CNY"},
    } | differently


def notification(content: dict[str, Any], *, apiv3_key: str = APIV3_KEY, **envelope: Any) -> bytes:
    """The body that WeChat posts: `content` encrypted into an envelope."""
    nonce = "n0nceShop001"
    sealed = AESGCM(apiv3_key.encode()).encrypt(nonce.encode(), json.dumps(content).encode(), b"transaction")
    whole = {
        "id": "7c0f0d2a-5f3e-5b1c-9d38-2f6f1d7a0017",
        "create_time": "2026-11-21T10:15:33+08:00",
        "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "associated_data": "transaction",
            "nonce": nonce,
            "ciphertext": base64.b64encode(sealed).decode(),
        },
    }
    return json.dumps(whole | envelope, ensure_ascii=False).encode()


def signed(
    body: bytes, *, key: str = "wechatpay", serial: str = KEY_ID, age_seconds: int = 0
) -> dict[str, str]:
    """The headers that go with `body`."""
    timestamp, nonce = str(int(clock.now().timestamp()) - age_seconds), "c9b8a7f6e5d4c3b2"
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    signature = base64.b64encode(key_pair(key).sign(message, PKCS1v15(), SHA256())).decode()
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": signature,
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        "Content-Type": "application/json",
    }
