"""Alipay's side of the wire for tests: notifications signed with a key of this run."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from app.payments.gateways import alipay_signing, install
from tests.keys import key_pair, private_pem, public_pem

APP_ID, SELLER_ID = "2021000000000001", "2088000000000017"


def use_alipay(app: Flask, folder: Path) -> None:
    """Give the shop an account at Alipay, which nobody answers for."""
    (folder / "alipay_app.pem").write_bytes(private_pem("alipay app"))
    (folder / "alipay_public.pem").write_bytes(public_pem("alipay"))
    app.config.update(
        ALIPAY_APP_ID=APP_ID,
        ALIPAY_SELLER_ID=SELLER_ID,
        ALIPAY_PRIVATE_KEY_FILE=str(folder / "alipay_app.pem"),
        ALIPAY_PUBLIC_KEY_FILE=str(folder / "alipay_public.pem"),
        ALIPAY_GATEWAY="http://127.0.0.1:9/gateway.do",
    )
    install(app)


def fields_of(number: str, **changes: str) -> dict[str, str]:
    """What Alipay says of a payment of ¥76.00 under this number."""
    return {
        "notify_time": "2026-11-21 10:20:05",
        "notify_type": "trade_status_sync",
        "notify_id": "20261121001",
        "app_id": APP_ID,
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": "2026112122001400000000000017",
        "out_trade_no": number,
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "76.00",
        "receipt_amount": "76.00",
        "seller_id": SELLER_ID,
        "subject": "茶 & 杯",
        "gmt_payment": "2026-11-21 10:20:04",
        **changes,
    }


def signed(fields: Mapping[str, str], *, key: str = "alipay", **unsigned: str) -> bytes:
    """The form as it is posted; `unsigned` is changed after signing."""
    signature = alipay_signing.sign(key_pair(key), alipay_signing.content_of(fields))
    return urlencode({**fields, "sign_type": "RSA2", "sign": signature, **unsigned}).encode()
