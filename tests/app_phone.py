"""The merchant's mobile app in tests. Every answer is held to the shop's own description of it."""

import json
import re
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.test import TestResponse

from api.self_description import read_description
from app.wechat.oauth import CodeUsed, Visitor

APP = {"WXPAY_APP_APPID": "wxa1b2c3d4e5f60718", "WXPAY_APP_SECRET": "1f0e2d3c4b5a69788796a5b4c3d2e1f0"}
HOME = {
    "receiver": "王小茶",
    "phone": "13800001234",
    "province": "福建省",
    "city": "厦门市",
    "detail": "湖滨南路 88 号",
}


class FakeLogin:
    """WeChat's answer to a code: `openid` or `openid/unionid`, which works once."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def exchange(self, code: str) -> Visitor:
        """Whom the code names. Raises: CodeUsed."""
        if code in self._used:
            raise CodeUsed(40163, "code been used")
        self._used.add(code)
        openid, _, unionid = code.split("#")[0].partition("/")
        return Visitor(openid, "snsapi_userinfo", False, unionid)


class AppPhone:
    """One installation of the app."""

    def __init__(self, app: Flask, openid: str = "oApp_000000000000000000001", unionid: str = "") -> None:
        self._client = app.test_client(use_cookies=False)
        self._code = f"{openid}/{unionid}"
        self._logins = 0
        self.tokens: dict[str, Any] = {}

    def log_in(self) -> "AppPhone":
        """With a fresh code."""
        self._logins += 1
        answer = self.call("POST", "/login", {"code": f"{self._code}#{self._logins}"})
        assert answer.status_code == 200, answer.text
        self.tokens = answer.get_json()
        return self

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """One call below /api/v1, with the access token if there is one."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.tokens:
            given.setdefault("Authorization", f"Bearer {self.tokens['access_token']}")
        answer = self._client.open(f"/api/v1{path}", method=method, json=body, headers=given)
        hold_to_description(method, path, body, answer)
        return answer

    def get(self, path: str) -> Any:
        """What a call that succeeds answers."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def order(self, sku_id: int, *, key: str = "a-key-of-one-press", **differently: Any) -> TestResponse:
        """Quote one piece and order it at that price; `differently` None leaves a field out."""
        items = [{"sku_id": sku_id, "quantity": 1}]
        quote = self.call("POST", "/quote", {"items": items, "address": HOME}).get_json()
        known = {"items": items, "address": HOME, "total_fen": quote["total_fen"]}
        body = known | {"terms": self.call("GET", "/terms").get_json()["terms"]} | differently
        given = {name: value for name, value in body.items() if value is not None}
        return self.call("POST", "/orders", given, Idempotency_Key=key)


def hold_to_description(method: str, path: str, body: Any, answer: TestResponse) -> None:
    """A good answer has the described form, an error the form of errors, a body that is taken its own form."""
    operation = find_operation(method, path)
    if method == "OPTIONS":
        return
    if operation is None:
        assert answer.status_code in (401, 404, 429), path
        _hold("#/components/schemas/Error", answer.get_json())
        return
    described = operation["responses"].get(str(answer.status_code))
    if described is None:
        assert answer.status_code >= 400
        _hold("#/components/schemas/Error", answer.get_json())
        return
    assert answer.status_code < 400
    if "content" in described:
        _check(described["content"]["application/json"]["schema"], answer.get_json())
    else:
        assert answer.data == b""
    if "requestBody" in operation:
        _check(operation["requestBody"]["content"]["application/json"]["schema"], body)


def find_operation(method: str, path: str) -> dict[str, Any] | None:
    """What the description says of this call; None for what is no call."""
    plain = "/api/v1" + path.partition("?")[0]
    for template, operations in read_description()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), plain):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None


def _hold(pointer: str, value: Any) -> None:
    _check({"$ref": pointer}, value)


def _check(schema: dict[str, Any], value: Any) -> None:
    whole = schema | {"components": read_description()["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(json.loads(json.dumps(value)))
