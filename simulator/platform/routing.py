"""The table of platform APIs: modules register their functions here, `dispatch` finds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Request, Response

from simulator.platform.errors import PlatformError
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

Result = dict[str, Any] | Response
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


@dataclass(slots=True)
class Call:
    """One API call under way: what came in, what was checked so far."""

    engine: Engine
    request: Request
    raw: bytes
    rid: str
    verdicts: Verdicts = field(default_factory=Verdicts)
    answer: str = ""  # what a switch wants the answer to be, where the effect is not to be touched

    def arg(self, name: str) -> str:
        return self.request.args.get(name, "")

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises: PlatformError 44002, 47001."""
        if not self.raw.strip():
            raise PlatformError(44002)
        try:
            body = json.loads(self.raw.decode("utf-8"))
        except ValueError as error:
            raise PlatformError(47001) from error
        if not isinstance(body, dict):
            raise PlatformError(47001)
        self.verdicts.add("请求体是 UTF-8 JSON", True)
        return body


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    title: str
    function: Callable[[Call], Result]
    needs_token: bool
    daily_limit: int | None


ROUTES: dict[str, Route] = {}


def route(
    method: str, path: str, title: str, *, needs_token: bool = True, daily_limit: int | None = None
) -> Callable[[Callable[[Call], Result]], Callable[[Call], Result]]:
    def register(function: Callable[[Call], Result]) -> Callable[[Call], Result]:
        ROUTES[path] = Route(method, path, title, function, needs_token, daily_limit)
        return function

    return register


def require_text(body: dict[str, Any], name: str, errcode: int = 40035) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise PlatformError(errcode)
    return value
