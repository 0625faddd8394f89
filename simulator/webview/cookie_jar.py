"""Each follower has his own phone, so the shop's cookies are kept here, one jar per follower.

Source: https://www.rfc-editor.org/rfc/rfc6265 (paths, expiry, Max-Age before Expires).
"""

import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

KIND = "cookies"


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie as the shop set it; `expires_at` is a Unix time, None until the browser closes."""

    name: str
    value: str
    path: str
    expires_at: float | None

    def is_sent_to(self, path: str) -> bool:
        """Tell whether a request for `path` carries this cookie."""
        if path == self.path or self.path == "/":
            return True
        return path.startswith(self.path if self.path.endswith("/") else self.path + "/")


def parse_set_cookie(header: str, request_path: str, now: float) -> Cookie | None:
    """Read one Set-Cookie header; None when it is not a cookie at all."""
    pair, *attributes = header.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        return None
    named = {key.strip().lower(): val.strip() for key, _, val in (a.partition("=") for a in attributes)}
    path = named.get("path", "")
    if not path.startswith("/"):
        path = request_path.rpartition("/")[0] or "/"
    return Cookie(name.strip(), value.strip(), path, _expiry(named, now))


def _expiry(named: dict[str, str], now: float) -> float | None:
    try:
        return now + int(named["max-age"])
    except (KeyError, ValueError):
        pass
    try:
        return parsedate_to_datetime(named["expires"]).timestamp()
    except (KeyError, ValueError):
        return None


class DocumentStore(Protocol):
    """The part of the engine's store that is used here."""

    lock: AbstractContextManager[Any]

    def find(self, kind: str, key: str) -> dict[str, Any] | None: ...

    def put(self, kind: str, key: str, document: dict[str, Any]) -> object: ...

    def remove(self, kind: str, key: str) -> None: ...


class CookieJars:
    """All jars of the simulator, kept in the engine's store."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def header_for(self, owner: str, path: str) -> str:
        """Return the Cookie header of a request, the most specific path first; empty when there is none."""
        now = time.time()
        sent = [c for c in self._open(owner) if c.is_sent_to(path) and not _is_expired(c, now)]
        sent.sort(key=lambda cookie: len(cookie.path), reverse=True)
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent)

    def keep(self, owner: str, set_cookies: list[str], path: str) -> None:
        """Store what a response set, and forget what it expired."""
        now = time.time()
        parsed = [cookie for cookie in (parse_set_cookie(h, path, now) for h in set_cookies) if cookie]
        if not parsed:
            return
        with self._store.lock:
            jar = {(cookie.name, cookie.path): cookie for cookie in self._open(owner)}
            for cookie in parsed:
                jar.pop((cookie.name, cookie.path), None)
                if not _is_expired(cookie, now):
                    jar[cookie.name, cookie.path] = cookie
            self._store.put(KIND, owner, {"cookies": [asdict(cookie) for cookie in jar.values()]})

    def forget(self, owner: str) -> None:
        """Empty one follower's jar, as clearing the phone's storage does."""
        self._store.remove(KIND, owner)

    def _open(self, owner: str) -> list[Cookie]:
        document = self._store.find(KIND, owner) or {"cookies": []}
        return [Cookie(**row) for row in document["cookies"]]


def _is_expired(cookie: Cookie, now: float) -> bool:
    return cookie.expires_at is not None and cookie.expires_at <= now
