"""Carries one request to the shop and the answer back, byte by byte, without understanding it."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 65
CHUNK_BYTES = 64 * 1024
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

OURS = frozenset({"server", "date"})  # our own server writes them

Headers = list[tuple[str, str]]


class UpstreamUnreachable(Exception):
    """The shop does not answer at its address."""


@dataclass(slots=True)
class UpstreamAnswer:
    """The head of the shop's answer, and the body still on the wire."""

    status: int
    reason: str
    headers: Headers
    response: http.client.HTTPResponse
    connection: http.client.HTTPConnection

    def read_all(self) -> bytes:
        """Read the whole body and hang up."""
        try:
            return self.response.read()
        finally:
            self.connection.close()

    def stream(self) -> Iterator[bytes]:
        """Yield the body as it arrives, so that downloads and event streams do not wait."""
        try:
            while chunk := self.response.read1(CHUNK_BYTES):
                yield chunk
        finally:
            self.connection.close()


def send_upstream(base: str, method: str, target: str, headers: Headers, body: bytes) -> UpstreamAnswer:
    """Send one request to the shop; `target` is path and query, headers go as given.

    Raises: UpstreamUnreachable.
    """
    parts = urlsplit(base)
    secure = parts.scheme == "https"
    opener = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = opener(parts.hostname or "127.0.0.1", parts.port, timeout=TIMEOUT_SECONDS)
    try:
        _write_request(connection, method, target, headers, body)
        response = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise UpstreamUnreachable(str(error)) from error
    received = [(k, v) for k, v in response.getheaders() if k.lower() not in HOP_BY_HOP | OURS]
    return UpstreamAnswer(response.status, response.reason, received, response, connection)


def _write_request(
    connection: http.client.HTTPConnection, method: str, target: str, headers: Headers, body: bytes
) -> None:
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value.encode("latin-1", "replace"))
    if body or method in {"POST", "PUT", "PATCH"}:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
