"""Requests to the shop within one time limit, no redirects; the web port's address goes straight upstream."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from simulator.settings import Settings

LIMIT_SECONDS = 5.0
BODY_LIMIT = 1_000_000
SOURCE_ADDRESS = "101.226.103.17"  # one of WeChat's, as a proxy in front of the shop would report it


@dataclass(frozen=True, slots=True)
class Answer:
    """What the partner answered; `status` is 0 when nothing came, and `error` then says why."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ms: float = 0.0
    error: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def for_wire(self, decoded: str | None = None) -> dict[str, object]:
        return {
            "status": self.status or None,
            "headers": self.headers,
            "body": self.error or self.body,
            "decoded": decoded,
        }


def post(settings: Settings, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    return send(settings, "POST", url, body, headers)


def send(settings: Settings, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """One exchange; whatever goes wrong is an answer, too."""
    started = time.monotonic()
    connection, path, forwarded = _prepare(settings, url)
    try:
        connection.request(method, path, body=body, headers={**headers, **forwarded})
        response = connection.getresponse()
        content = _read(connection, response, started)
        return Answer(response.status, dict(response.getheaders()), content, _ms(started))
    except TimeoutError:
        return Answer(0, ms=_ms(started), error=f"{LIMIT_SECONDS:.0f} 秒内没有完整的应答")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, ms=_ms(started), error=f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def _prepare(settings: Settings, url: str) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
    """The connection to open, the path to ask for, and the headers a proxy in front of the shop would add."""
    public = urlsplit(url)
    target = urlsplit(settings.upstream) if public.netloc == urlsplit(settings.web_base).netloc else public
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.hostname or "", target.port, timeout=LIMIT_SECONDS)
    path = public._replace(scheme="", netloc="", fragment="").geturl() or "/"
    forwarded = {
        "Host": public.netloc,
        "X-Forwarded-For": SOURCE_ADDRESS,
        "X-Forwarded-Proto": public.scheme,
        "X-Forwarded-Host": public.netloc,
    }
    return connection, path, forwarded


def _read(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, started: float
) -> bytes:
    """Reads piece by piece: a body that drips must not outlast the limit."""
    content = b""
    while len(content) < BODY_LIMIT:
        left = LIMIT_SECONDS - (time.monotonic() - started)
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        piece = response.read1(65_536)
        if not piece:
            break
        content += piece
    return content


def _ms(started: float) -> float:
    return (time.monotonic() - started) * 1000
