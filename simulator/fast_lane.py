"""Customer-service messages by the hundred a second: the same call, without Flask and on connections that stay open.

Only how the request is read and the answer is written differs; checks, faults, quotas and the wire log are those of
`dispatch`. A connection has its thread, as everywhere in this server, for as long as the client keeps it open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from flask import Request, Response
from werkzeug.serving import WSGIRequestHandler

from simulator.http_faults import cut
from simulator.platform.dispatch import dispatch

if TYPE_CHECKING:
    from simulator.engine import Engine

PATH = "/cgi-bin/message/custom/send"
FIRST_LINE = f"POST {PATH}?".encode()
LARGEST_BODY, IDLE_SECONDS = 2**20, 60.0


@dataclass(slots=True)
class LaneRequest:
    """What `dispatch` and its calls want of a request."""

    full_path: str
    args: dict[str, str]
    headers: dict[str, str]
    remote_addr: str
    method: str = "POST"
    path: str = PATH
    environ: dict[str, Any] = field(default_factory=dict)

    @property
    def query_string(self) -> bytes:
        return self.full_path.partition("?")[2].encode("latin-1")


class LaneHandler(WSGIRequestHandler):
    """Takes the lane's requests itself and leaves everything else to the usual server."""

    engine: Engine

    def handle_one_request(self) -> None:
        if cast(Any, self.rfile).peek(len(FIRST_LINE)).startswith(FIRST_LINE):
            self._take()
        else:
            super().handle_one_request()

    def _take(self) -> None:
        target = self.rfile.readline(65_537).decode("latin-1").split(" ")[1]
        headers = self._read_headers()
        self.close_connection = headers.get("connection", "").lower() == "close"
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self.wfile.write(
                b"HTTP/1.1 411 Length Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
            return
        body = self.rfile.read(int(length))
        query = dict(parse_qsl(target.partition("?")[2], keep_blank_values=True))
        asked = LaneRequest(target, query, headers, self.client_address[0])
        response = dispatch(self.engine, PATH, cast(Request, asked), body)
        if asked.environ.get("simulator.drop"):
            self.close_connection = True
            cut(self.connection)
            raise ConnectionResetError("dropped on purpose")
        self._answer(response)

    def _read_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(65_537).strip()) and len(headers) < 100:
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return headers

    def _answer(self, response: Response) -> None:
        self.connection.settimeout(IDLE_SECONDS)
        body = response.get_data()
        head = (
            f"HTTP/1.1 {response.status}\r\nContent-Type: {response.content_type}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: {'close' if self.close_connection else 'keep-alive'}\r\n\r\n"
        )
        self.wfile.write(head.encode() + body)
