"""A running simulator in the test's own process, with the words tests use for it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from simulator.__main__ import Servers
from simulator.crypto import payments
from simulator.crypto.keys import read_private_key
from simulator.settings import Settings
from tests.simulator.fake_shop import FakeShop

JSAPI, NATIVE, H5 = (f"/v3/pay/transactions/{way}" for way in ("jsapi", "native", "h5"))


@dataclass
class Box:
    servers: Servers
    shop: FakeShop

    @property
    def engine(self) -> Any:
        return self.servers.engine

    @property
    def settings(self) -> Settings:
        return self.servers.settings

    @property
    def base(self) -> str:
        return self.settings.base

    # -- the control API

    def post(self, path: str, /, **body: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.base}/sim/api/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, /) -> dict[str, Any]:
        return requests.get(f"{self.base}/sim/api/{path}", timeout=30).json()

    @property
    def followers(self) -> list[dict[str, Any]]:
        return self.engine.followers.search("", 1000)

    def somebody(self, number: int = 0) -> str:
        return self.followers[number]["openid"]

    def stranger(self) -> str:
        return next(row["openid"] for row in self.followers if not row["subscribed"])

    def fault(self, name: str, value: str = "once") -> None:
        self.post("faults", name=name, value=value)

    def say(self, content: str, openid: str | None = None) -> dict[str, Any]:
        """The follower writes; answers the one delivery."""
        path = f"followers/{openid or self.somebody()}/say?wait=1"
        return self.post(path, type="text", content=content)["deliveries"][-1]

    def chat(self, openid: str | None = None) -> list[dict[str, Any]]:
        return self.get(f"followers/{openid or self.somebody()}/chat")["messages"]

    def wire(self) -> list[dict[str, Any]]:
        return self.get("wire?limit=2000")["entries"]

    def pass_time(self, seconds: float) -> None:
        self.post("clock", advance_seconds=seconds)

    # -- the platform's API

    def token(self) -> str:
        return self.api("POST", "/cgi-bin/stable_token", token=None, body=self.credentials())["access_token"]

    def credentials(self, **changes: Any) -> dict[str, Any]:
        account = self.settings.account
        usual = {"grant_type": "client_credential", "appid": account.appid, "secret": account.appsecret}
        return {**usual, **changes}

    def api(
        self,
        method: str,
        path: str,
        *,
        token: str | None = "",
        body: Any = None,
        **query: Any,
    ) -> dict[str, Any]:
        """One call as a well-behaved client makes it: the token in the query, raw UTF-8 in the body."""
        if token is not None:
            query["access_token"] = token or self.token()
        data = body if isinstance(body, bytes | None) else json.dumps(body, ensure_ascii=False).encode()
        answer = requests.request(method, self.base + path, params=query, data=data, timeout=30)
        assert answer.status_code == 200
        return json.loads(answer.content.decode())

    # -- the merchant

    @cached_property
    def merchant_key(self) -> RSAPrivateKey:
        assert self.settings.merchant.private_key_file is not None
        return read_private_key(self.settings.merchant.private_key_file)

    def order(self, **changes: Any) -> dict[str, Any]:
        """The body of an order that would be accepted."""
        body = {
            "appid": self.settings.account.appid,
            "mchid": self.settings.merchant.mchid,
            "description": "小铺-铁观音 250g",
            "out_trade_no": "SHOP20261121000017",
            "notify_url": f"{self.settings.web_base}/pay/notify/wechatpay_v3",
            "amount": {"total": 2590, "currency": "CNY"},
            "payer": {"openid": self.somebody()},
        }
        return {**body, **changes}

    def place(self, **changes: Any) -> str:
        """Orders and answers the prepay_id."""
        answer = self.merchant("POST", JSAPI, self.order(**changes))
        assert answer.status_code == 200, answer.text
        return answer.json()["prepay_id"]

    def query(self, number: str = "SHOP20261121000017") -> requests.Response:
        """What became of an order."""
        return self.merchant("GET", self.address_of(number))

    def close(self, number: str = "SHOP20261121000017") -> requests.Response:
        """No more payments for it."""
        path = f"/v3/pay/transactions/out-trade-no/{number}/close"
        return self.merchant("POST", path, {"mchid": self.settings.merchant.mchid})

    def address_of(self, number: str) -> str:
        """Where an order is asked for."""
        return f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.settings.merchant.mchid}"

    def merchant(self, method: str, target: str, body: Any = None, **changes: str) -> requests.Response:
        """One signed APIv3 call; `changes` replace parameters of the Authorization header."""
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Accept": "application/json", "User-Agent": "test/1"}
        headers["Wechatpay-Serial"] = self.settings.wechatpay.public_key_id
        headers["Authorization"] = self.authorization(method, target, data, **changes)
        return requests.request(method, self.base + target, data=data, headers=headers, timeout=30)

    def authorization(self, method: str, target: str, data: bytes, **changes: str) -> str:
        merchant = self.settings.merchant
        given = {
            "mchid": merchant.mchid,
            "nonce_str": "5F0A6C1E2B3D4E5F60718293A4B5C6D7",
            "timestamp": str(int(time.time())),
            "serial_no": merchant.cert_serial,
            **changes,
        }
        message = payments.lines(method, target, given["timestamp"], given["nonce_str"], data)
        given.setdefault("signature", payments.sign(message, self.merchant_key))
        return f"{payments.SCHEME} " + ",".join(f'{name}="{value}"' for name, value in given.items())

    def page_params(self, prepay_id: str, **changes: Any) -> dict[str, Any]:
        """What the page hands to getBrandWCPayRequest, signed."""
        given = {
            "appId": self.settings.account.appid,
            "timeStamp": str(int(time.time())),
            "nonceStr": "9d8c7b6a5948372615f0e1d2c3b4a596",
            "package": f"prepay_id={prepay_id}",
            "signType": "RSA",
            **changes,
        }
        parts = [str(given[name]) for name in ("appId", "timeStamp", "nonceStr", "package")]
        given.setdefault("paySign", payments.sign(payments.lines(*parts), self.merchant_key))
        return given

    def pay(self, prepay_id: str, **changes: Any) -> dict[str, Any]:
        """The follower types the password."""
        given = {"openid": self.somebody(), "prepay_id": prepay_id, "password": "123456", "action": "pay"}
        return self.post("bridge/pay", **{**given, **changes})

    def order_state(self, out_trade_no: str = "SHOP20261121000017") -> dict[str, Any]:
        return self.get(f"orders/{out_trade_no}")
