"""Budgets of the calls by day and by minute: counting, looking, clearing, which has a budget of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.clock import beijing_day
from simulator.limits import BY_NAME
from simulator.platform.errors import PlatformError
from simulator.platform.routing import OK, ROUTES, Call, route

if TYPE_CHECKING:
    from simulator.engine import Engine

UNLIMITED = 100_000  # what quota/get says of a call without a known budget
CLEARS_PER_MONTH, SINGLE_CLEARS_PER_MONTH = 10, 50


class Quotas:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, call: Call, path: str) -> None:
        """Every call counts, also one that fails.

        Raises: PlatformError 45009 when the day's are used up, 45011 when the minute's are.
        """
        self._count_minute(call, path)
        with self._engine.store.lock:
            used = self.used(path)
            limit = self.limit(path)
            if limit is not None and used >= limit:
                call.verdicts.add("每日配额", False, f"{used}/{limit}")
                raise PlatformError(45009)
            self._engine.store.put("quota", self._key(path), {"used": used + 1})

    def _count_minute(self, call: Call, path: str) -> None:
        """A minute begins with the first call after the one before it."""
        most, now = self._engine.limits.get("calls_per_minute"), self._engine.clock.now()
        if most >= BY_NAME["calls_per_minute"].default:
            return
        with self._engine.store.lock:
            row = self._engine.store.find("minutes", path) or {}
            is_over = not row or now - row["since"] >= 60
            since, used = (now, 0) if is_over else (row["since"], row["used"])
            if used >= most:
                call.verdicts.add("每分钟配额", False, f"{used}/{most}")
                raise PlatformError(45011)
            self._engine.store.put("minutes", path, {"since": since, "used": used + 1})

    def limit(self, path: str) -> int | None:
        return self._engine.limits.daily(path, ROUTES[path].daily_limit)

    def used(self, path: str) -> int:
        return int((self._engine.store.find("quota", self._key(path)) or {"used": 0})["used"])

    def clear(self, path: str | None = None) -> None:
        """One call's or all. Raises: PlatformError 48006 when the month's clearings are used up."""
        month = beijing_day(self._engine.clock.now())[:6]
        series, most = (
            (month, CLEARS_PER_MONTH) if path is None else (f"{month}:one", SINGLE_CLEARS_PER_MONTH)
        )
        with self._engine.store.lock:
            done = (self._engine.store.find("clears", series) or {"times": 0})["times"]
            if done >= most:
                raise PlatformError(48006)
            self._engine.store.put("clears", series, {"times": done + 1})
            for name in [path] if path else list(ROUTES):
                self._engine.store.remove("quota", self._key(name))

    def _key(self, path: str) -> str:
        return f"{beijing_day(self._engine.clock.now())}:{path}"


@route("POST", "/cgi-bin/clear_quota", "清空配额")
def clear_all(call: Call) -> dict[str, Any]:
    if call.json().get("appid") != call.engine.settings.account.appid:
        raise PlatformError(40013)
    call.engine.quotas.clear()
    return OK


@route("POST", "/cgi-bin/clear_quota/v2", "清空配额（用 appsecret）", needs_token=False)
def clear_all_by_secret(call: Call) -> dict[str, Any]:
    body = call.json()
    call.engine.tokens.check_credentials(call, str(body.get("appid", "")), str(body.get("appsecret", "")))
    call.engine.quotas.clear()
    return OK


@route("POST", "/cgi-bin/openapi/quota/clear", "清空一个接口的配额")
def clear_one(call: Call) -> dict[str, Any]:
    call.engine.quotas.clear(_path(call))
    return OK


@route("POST", "/cgi-bin/openapi/quota/get", "查询配额")
def show(call: Call) -> dict[str, Any]:
    path = _path(call)
    limit, used = call.engine.quotas.limit(path), call.engine.quotas.used(path)
    limit = UNLIMITED if limit is None else limit
    return {**OK, "quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}}


def _path(call: Call) -> str:
    """Raises: PlatformError 76003."""
    path = str(call.json().get("cgi_path", ""))
    if path not in ROUTES:
        raise PlatformError(76003)
    return path
