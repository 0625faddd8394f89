"""Answers that never come or come broken (500, time-out, reset), and the server end that cuts connections."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Request, Response, request

if TYPE_CHECKING:
    from simulator.engine import Engine

LONGEST_SILENCE_SECONDS = 60.0


def broken_answer(engine: Engine, family: str, moment: str, asked: Request | None = None) -> Response | None:
    """What `<family>_500`, `_timeout` or `_reset` answers at this moment (before or after the effect)."""
    faults, asked = engine.faults, asked or request
    for kind in ("500", "timeout", "reset"):
        name = f"{family}_{kind}"
        if faults.peek(name, asked.path) == moment and faults.take(name, asked.path) == moment:
            if kind == "timeout":
                go_silent(engine, asked)
            elif kind == "reset":
                asked.environ["simulator.drop"] = True
            body = (
                '{"code":"SYSTEM_ERROR","message":"系统错误"}' if family == "pay" else "Internal Server Error"
            )
            kind_of_body = "application/json; charset=utf-8" if family == "pay" else "text/html"
            return Response(body, status=500, content_type=kind_of_body)
    return None


def go_silent(engine: Engine, asked: Request) -> None:
    """Nothing comes until the other side has given up."""
    engine.stopping.wait(LONGEST_SILENCE_SECONDS)
    asked.environ["simulator.drop"] = True


def cut(connection: socket.socket) -> None:
    """Sends RST instead of a polite end; detached, because open files of the server would hold the socket."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


class DroppingMiddleware:
    """Cuts the TCP connection without an answer where a view asked for it."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        held: list[Any] = []

        def hold(*args: Any) -> Callable[[bytes], None]:
            held.append(args)
            return lambda data: None

        body = self._app(environ, hold)
        if environ.get("simulator.drop"):
            cut(environ["werkzeug.socket"])
            raise ConnectionResetError("dropped on purpose")
        start_response(*held[0])
        return body
