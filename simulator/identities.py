"""Random identities and keys, made once per folder: the account, the merchant and WeChat Pay."""

from __future__ import annotations

import base64
import json
import os
import secrets
import string
from pathlib import Path

from simulator.crypto import keys

ALPHANUMERIC = string.ascii_letters + string.digits
NAME_FILE = "identity.json"


def init_folder(folder: Path) -> dict[str, str]:
    """Makes what is missing and changes nothing that is there; returns the names."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME_FILE
    if not path.exists():
        keys.write_secret(path, json.dumps(_make_names(), indent=1, ensure_ascii=False).encode())
    names: dict[str, str] = json.loads(path.read_text("utf-8"))
    if "app_appid" not in names:  # a folder from before there was a mobile app
        names |= _make_app()
        keys.write_secret(path, json.dumps(names, indent=1, ensure_ascii=False).encode())
    if "apiv2_key" not in names:  # a folder from before there was APIv2
        names["apiv2_key"] = _letters(32)
        keys.write_secret(path, json.dumps(names, indent=1, ensure_ascii=False).encode())
    _make_pair(folder, "merchant", f"Merchant {names['mchid']}")
    _make_pair(folder, "platform", "Tenpay.com Root CA of the simulator")
    wechat_key = folder / "wechatpay_key.pem"
    if not wechat_key.exists():
        keys.write_secret(wechat_key, keys.private_pem(keys.make_private_key()))
    return names


def _make_names() -> dict[str, str]:
    mchid = "16" + _digits(8)
    return {
        "appid": "wx" + secrets.token_hex(8),
        "appsecret": secrets.token_hex(16),
        "token": _letters(20),
        "aes_key": _aes_key(),
        "original_id": "gh_" + secrets.token_hex(6),
        **_make_app(),
        "mchid": mchid,
        "apiv3_key": _letters(32),
        "public_key_id": f"PUB_KEY_ID_01{mchid}20261121{_digits(14)}",
    }


def _make_app() -> dict[str, str]:
    return {"app_appid": "wx" + secrets.token_hex(8), "app_secret": secrets.token_hex(16)}


def _aes_key() -> str:
    """43 letters and digits, as the console makes them, that are also strict base64 of 32 bytes."""
    while True:
        key = base64.b64encode(os.urandom(32)).decode().rstrip("=")
        if key.isalnum():
            return key


def _make_pair(folder: Path, name: str, common_name: str) -> None:
    key_path, certificate_path = folder / f"{name}_key.pem", folder / f"{name}_cert.pem"
    if not key_path.exists():
        keys.write_secret(key_path, keys.private_pem(keys.make_private_key()))
        certificate_path.unlink(missing_ok=True)
    if not certificate_path.exists():
        certificate = keys.make_certificate(keys.read_private_key(key_path), common_name)
        certificate_path.write_bytes(keys.certificate_pem(certificate))


def _letters(length: int) -> str:
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))


def _digits(length: int) -> str:
    return "".join(secrets.choice(string.digits) for _ in range(length))
