"""What was asked and answered under a `rid`, which stands at the end of every error text."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from simulator.clock import Clock
from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call, require_text, route

KEPT = 2000
KEPT_SECONDS = 7 * 86_400
MOST_BODY = 4000  # characters


class Rids:
    """The last calls that failed, in memory: those of a process before are unknown."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def keep(self, call: Call, answer: str, seconds: float) -> None:
        with self._lock:
            self._calls[call.rid] = {
                "invoke_time": int(self._clock.now()),
                "cost_in_ms": int(seconds * 1000),
                "request_url": call.request.query_string.decode("utf-8", "replace"),
                "request_body": call.raw.decode("utf-8", "replace")[:MOST_BODY],
                "response_body": answer[:MOST_BODY],
                "client_ip": call.request.remote_addr or "",
            }
            if len(self._calls) > KEPT:
                self._calls.popitem(last=False)

    def find(self, rid: str) -> dict[str, Any] | None:
        """None when it is unknown, or older than a week."""
        with self._lock:
            found = self._calls.get(rid)
        if found is None or self._clock.now() - found["invoke_time"] > KEPT_SECONDS:
            return None
        return found


@route("POST", "/cgi-bin/openapi/rid/get", "查询 rid")
def show(call: Call) -> dict[str, Any]:
    found = call.engine.rids.find(require_text(call.json(), "rid", 76001))
    if found is None:
        raise PlatformError(76001)
    return {"errcode": 0, "errmsg": "ok", "request": found}
