"""What the doctor looks at, played: an own address that answers as told, an interface that refuses as told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests

from app.core.errors import PlatformError
from app.golive.checks.contract import Surroundings
from tests.fakes import FakeGateway

Answer = tuple[int, bytes, dict[str, str]] | Exception
Asked = Callable[[str, str, dict[str, Any]], Answer]


@dataclass
class FakeSession:
    """Answers each request by `answer(method, url, parts)`; remembers them."""

    answer: Asked
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def request(self, method: str, url: str, **parts: Any) -> requests.Response:
        self.asked.append((method, url, parts))
        said = self.answer(method, url, parts)
        if isinstance(said, Exception):
            raise said
        response = requests.Response()
        response.status_code, response._content = said[0], said[1]
        response._content_consumed, response.elapsed = True, timedelta(milliseconds=12)
        response.headers.update(said[2])
        return response

    def get(self, url: str, **parts: Any) -> requests.Response:
        return self.request("GET", url, **parts)


@dataclass
class FakeClient:
    """The account's interface: answers by endpoint, or refuses with an error."""

    answers: dict[str, Any] = field(default_factory=dict)
    refusal: PlatformError | None = None

    def check_credentials(self) -> None:
        if self.refusal:
            raise self.refusal

    def get(self, endpoint: str, **_more: Any) -> Any:
        if self.refusal:
            raise self.refusal
        return self.answers[endpoint]

    def post(self, endpoint: str, **_more: Any) -> Any:
        return self.get(endpoint)


CONFIG = {
    "BASE_URL": "https://shop.example.cn",
    "SECRET_KEY": "a-key-for-tests-only-9f31c2d4e5b6a798",
    "WECHAT_TOKEN": "shopbot2026",
    "WECHAT_APPID": "wx5a1b2c3d4e5f6a7b",
    "WECHAT_API_BASE": "https://api.weixin.qq.com",
    "WECHAT_CALLBACK_MODE": "safe",
    "WXPAY_MCHID": "1900000001",
}


def around(
    answer: Asked | None = None,
    *,
    client: FakeClient | None = None,
    gateway: FakeGateway | None = None,
    timetable: dict[str, timedelta] | None = None,
    **config: Any,
) -> Surroundings:
    """Surroundings with these parts; nobody answers at the own address unless told."""
    session = FakeSession(answer or (lambda *_: requests.ConnectionError()))
    return Surroundings(
        config=CONFIG | config,
        client=client or FakeClient(),  # type: ignore[arg-type]
        gateway=gateway or FakeGateway(),
        session=session,  # type: ignore[arg-type]
        timetable=timetable or {},
    )
