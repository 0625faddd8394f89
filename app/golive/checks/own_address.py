"""Asking the shop's own public address, and no other: host and path come from the settings and from here.

No redirect is followed, little is read, and nobody waits longer than a few seconds.
"""

from dataclasses import dataclass

import requests

from app.core.db import leave_database
from app.golive.checks.contract import Finding, Surroundings, fail

TIMEOUT = (3, 5)
MOST_BYTES = 4096
AGENT = {"User-Agent": "xiaopu-doctor", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    took_ms: int
    location: str = ""


class NoAnswer(Exception):
    """Nobody answered; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.says)
        self.finding = finding


def ask_own(around: Surroundings, path: str, *, query: dict[str, str] | None = None) -> Answer:
    """GET a path of our public address. Raises: NoAnswer."""
    return _send(around, "GET", path, params=query)


def post_own(around: Surroundings, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST to a path of our public address. Raises: NoAnswer."""
    return _send(around, "POST", path, data=body, headers=headers)


def _send(
    around: Surroundings, method: str, path: str, *, headers: dict[str, str] | None = None, **parts: object
) -> Answer:
    leave_database()
    try:
        response = around.session.request(
            method,
            around.base_url + path,
            headers={**AGENT, **(headers or {})},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
            **parts,  # type: ignore[arg-type]
        )
        with response:
            body = next(response.iter_content(MOST_BYTES), b"")
    except requests.exceptions.SSLError as error:
        raise NoAnswer(fail("certificate", host=around.host)) from error
    except requests.Timeout as error:
        raise NoAnswer(fail("slow", host=around.host)) from error
    except requests.RequestException as error:
        raise NoAnswer(fail("silent", host=around.host)) from error
    took_ms = int(response.elapsed.total_seconds() * 1000)
    return Answer(response.status_code, body, took_ms, response.headers.get("Location", "")[:200])
