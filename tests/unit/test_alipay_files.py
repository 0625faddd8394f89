"""Files that Alipay names are fetched from its own hosts alone, over TLS."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.core.errors import GatewayUnreachable
from app.payments.gateways.alipay_transport import AlipayTransport
from tests.keys import key_pair

FILE = "/downloadBillFile.resource?fileId=1"


class Session:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, url: str, **_how: Any) -> Any:
        self.asked.append(url)
        raw = SimpleNamespace(stream=lambda *_args, **_more: iter([b"PK"]))
        return nullcontext(SimpleNamespace(status_code=200, raw=raw))


def fetch(gateway: str, address: str) -> str:
    """The address that was asked in the end."""
    key = key_pair("alipay app")
    transport = AlipayTransport(address=gateway, app_id="1", private_key=key, public_keys=[key.public_key()])
    session = transport._session = Session()  # type: ignore[assignment]
    with transport.open_file(address) as pieces:
        assert list(pieces) == [b"PK"]
    return str(session.asked[0])


@pytest.mark.parametrize(
    ("gateway", "address", "asked"),
    [
        (
            "https://openapi.alipay.com/gateway.do",
            f"http://dwbillcenter.alipay.com{FILE}",
            f"https://dwbillcenter.alipay.com{FILE}",
        ),
        ("http://127.0.0.1:8001/gateway.do", f"http://127.0.0.1:8001{FILE}", f"http://127.0.0.1:8001{FILE}"),
    ],
)
def test_alipays_own_hosts_are_followed(app: Flask, gateway: str, address: str, asked: str) -> None:
    with app.test_request_context():
        assert fetch(gateway, address) == asked


@pytest.mark.parametrize(
    "address",
    [
        f"https://evilalipay.com{FILE}",
        f"https://alipay.com.example.cn{FILE}",
        f"https://dwbillcenter.alipay.com@example.cn{FILE}",
        f"https://dwbillcenter.alipay.com:8443{FILE}",
        f"https://x.alipaydev.com{FILE}",
        f"https://openapi.alipay.com.{FILE}",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_host_is(app: Flask, address: str) -> None:
    with app.test_request_context(), pytest.raises(GatewayUnreachable):
        fetch("https://openapi.alipay.com/gateway.do", address)
