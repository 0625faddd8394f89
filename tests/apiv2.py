"""WeChat Pay's side of APIv2 for tests: answers and notifications signed with the key of this run, and no network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from requests.adapters import BaseAdapter

from app.payments.gateways import install
from app.payments.gateways.apiv2_client import Apiv2Account
from app.payments.gateways.apiv2_signing import SignType, sign
from app.payments.gateways.apiv2_values import read_flat
from app.payments.gateways.wechatpay_v2 import WechatPayV2
from tests.keys import certificate_pem
from tests.wechatpay import APPID, MCHID

KEY, OLD_KEY = "Shop2026ApiV2KeyForTests00000002", "Shop2025ApiV2KeyForTests00000001"
APP_APPID = "wxa1b2c3d4e5f60718"
Fields = dict[str, str]


def use_apiv2(app: Flask, keys: Path, **settings: Any) -> None:
    """Give the shop APIv2, which nobody answers for."""
    (keys / "apiclient_cert.pem").write_bytes(certificate_pem("merchant"))
    app.config.update(
        WXPAY_APIV2_KEY=KEY, WXPAY_CERT_FILE=str(keys / "apiclient_cert.pem"), WXPAY_SCAN_CODES=True
    )
    app.config.update(settings)
    install(app)


def make_gateway(*, sign_type: SignType = SignType.HMAC, keys: tuple[str, ...] = (KEY,)) -> WechatPayV2:
    """One of its own, without a shop."""
    files = ("/keys/apiclient_cert.pem", "/keys/apiclient_key.pem")
    account = Apiv2Account("https://pay.example.cn", APPID, MCHID, keys, sign_type, *files, APP_APPID)
    return WechatPayV2(account, notify_url="https://shop.example.cn/n", site="https://shop.example.cn")


def write(fields: Mapping[str, str], *, root: str = "xml") -> bytes:
    """XML as WeChat writes it."""
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<{root}>{inner}</{root}>".encode()


def signed(fields: Fields, *, key: str = KEY, kind: SignType = SignType.HMAC) -> bytes:
    """The same with the signature over it."""
    return write(fields | {"sign": sign(fields, key, kind)})


def yes(**fields: str) -> Fields:
    """An answer that says yes."""
    return {"return_code": "SUCCESS", "result_code": "SUCCESS", "appid": APPID, "mch_id": MCHID, **fields}


def no(code: str, words: str = "words") -> Fields:
    """An answer that says no."""
    return yes(result_code="FAIL", err_code=code, err_code_des=words)


def payment(number: str, **differently: str) -> Fields:
    """A payment of ¥76.00 as it is pushed."""
    return yes(
        **{
            "nonce_str": "NtN0nce",
            "openid": "oTeaShop_0000000000000000001",
            "trade_type": "NATIVE",
            "total_fee": "7600",
            "fee_type": "CNY",
            "transaction_id": "4200002611202611210000000018",
            "out_trade_no": number,
            "time_end": "20261121101532",
            **differently,
        }
    )


@dataclass
class Played(BaseAdapter):
    """Answers by `answer(path, fields)`: bytes or an exception; remembers what came, with which certificate."""

    answer: Callable[[str, Fields], bytes | Exception]
    seen: list[tuple[str, Fields, Any]] = field(default_factory=list)
    status: int = 200

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        fields = read_flat(request.body)  # type: ignore[arg-type]
        self.seen.append((request.path_url, fields, more["cert"]))
        said = self.answer(request.path_url, fields)
        if isinstance(said, Exception):
            raise said
        response = requests.Response()
        response.status_code, response._content, response.request = self.status, said, request
        response.elapsed = timedelta(milliseconds=12)
        return response

    def close(self) -> None:
        """Nothing is open."""


def play(gateway: WechatPayV2, answer: Callable[[str, Fields], bytes | Exception]) -> Played:
    """Let nobody but `answer` be asked."""
    played = Played(answer)
    gateway.client._http.mount("https://", played)
    gateway.client._http.mount("http://", played)
    return played
