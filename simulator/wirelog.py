"""The wire log: every request in both directions with the verdict of each check; secrets are shortened."""

from __future__ import annotations

import itertools
import re
import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

from simulator.clock import Clock, iso
from simulator.events import Events
from simulator.store import Store

KEPT = 2000
BODY_LIMIT = 64_000
SECRET_FIELDS = re.compile(
    r"((?:access_token|refresh_token|secret|appsecret|jsapi_ticket|apiv3_key)(?:=|\"\s*:\s*\"))([^&\"\s]{12,})"
)


class Verdicts:
    """The checks of one exchange in their order; `ok` None marks a remark that refuses nothing."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, check: str, ok: bool | None, detail: str = "") -> bool:
        self.rows.append({"check": check, "ok": ok, "detail": detail})
        return bool(ok)

    @property
    def all_ok(self) -> bool:
        return all(row["ok"] is not False for row in self.rows)

    @property
    def summary(self) -> str:
        """The first check that failed, or ok."""
        failed = [row for row in self.rows if row["ok"] is False]
        return f"{failed[0]['check']}：{failed[0]['detail']}".rstrip("：") if failed else "ok"


class WireLog:
    def __init__(self, store: Store, events: Events, clock: Clock, secrets: Iterable[str]) -> None:
        self._store, self._events, self._clock = store, events, clock
        self._secrets = [secret for secret in secrets if len(secret) >= 8]
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def record(
        self,
        direction: str,
        title: str,
        *,
        request: dict[str, Any],
        response: dict[str, Any] | None,
        ms: float,
        verdicts: Verdicts,
        openid: str | None = None,
    ) -> int:
        """Keeps one exchange: parts with headers, body, perhaps decoded; the request with method and url."""
        entry = {
            "seq": self._store.quick_number("wire"),
            "at": iso(self._clock.wall()),
            "direction": direction,
            "method": request["method"],
            "url": self.shorten(request["url"]),
            "status": response["status"] if response else None,
            "ms": round(ms, 1),
            "title": title,
            "verdicts": [{**row, "detail": self.shorten(row["detail"])} for row in verdicts.rows],
            "openid": openid,
        }
        full = {**entry, "request": self._part(request), "response": self._part(response)}
        with self._lock:
            self._entries.append(full)
        self._events.publish("wire", entry=entry)
        return int(entry["seq"])

    def list(self, after: int = 0, limit: int = 200) -> list[dict[str, Any]]:
        """The newest entries, or those that follow `after`; without headers and bodies."""
        with self._lock:
            found = [entry for entry in self._entries if entry["seq"] > after]
        found = found[:limit] if after else found[-limit:]
        return [{key: entry[key] for key in entry if key not in {"request", "response"}} for entry in found]

    def find(self, seq: int) -> dict[str, Any] | None:
        with self._lock:
            return next((entry for entry in reversed(self._entries) if entry["seq"] == seq), None)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def shorten(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _short(secret))
        return SECRET_FIELDS.sub(lambda match: match[1] + _short(match[2]), text)

    def _part(self, part: dict[str, Any] | None) -> dict[str, Any] | None:
        if part is None:
            return None
        headers = {name: self.shorten(str(value)) for name, value in dict(part.get("headers") or {}).items()}
        return {
            "headers": headers,
            "body": self.shorten(as_text(part.get("body"))),
            "decoded": self.shorten(as_text(part.get("decoded"))),
        }


def as_text(body: str | bytes | None) -> str:
    if body is None:
        return ""
    if isinstance(body, bytes):
        sample = body[:512]
        if b"\x00" in sample:
            return f"（{len(body)} 字节的二进制内容）"
        body = body.decode("utf-8", "replace")
    return body if len(body) <= BODY_LIMIT else body[:BODY_LIMIT] + "…"


def _short(secret: str) -> str:
    return f"{secret[:4]}…{secret[-4:]}" if len(secret) >= 16 else secret[:2] + "…"


def flatten(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers as a dictionary; repeated ones joined."""
    merged: dict[str, str] = {}
    for name, group in itertools.groupby(
        sorted(pairs, key=lambda pair: pair[0].lower()), lambda pair: pair[0]
    ):
        merged[name] = ", ".join(value for _, value in group)
    return merged
