"""The chat of each follower with the account: bubbles in both directions and system lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.clock import Clock, iso
from simulator.events import Events
from simulator.store import Store

FAILURE_LINE = "该公众号暂时无法提供服务，请稍后再试"
KEPT_PER_FOLLOWER = 500


class Chats:
    """`direction` is seen from the account: `in` was written by the follower, `out` by the account."""

    def __init__(self, store: Store, events: Events, clock: Clock) -> None:
        self._store, self._events, self._clock = store, events, clock
        self._others: list[Callable[[str], list[dict[str, Any]]]] = []

    def also(self, source: Callable[[str], list[dict[str, Any]]]) -> None:
        """Messages that are kept for many at once and put together for whoever looks."""
        self._others.append(source)

    def add(
        self, openid: str, direction: str, kind: str, *, seq: int | None = None, **content: Any
    ) -> dict[str, Any]:
        seq = self._store.quick_number("chat") if seq is None else seq
        message = {
            "seq": seq,
            "openid": openid,
            "direction": direction,
            "at": iso(self._clock.now()),
            "kind": kind,
            "state": "ok",
            **content,
        }
        self._store.put("chat", f"{openid}:{seq:010d}", message)
        self._events.publish("chat", openid=openid, message=message)
        return message

    def tell(self, openid: str, seq: int, **content: Any) -> None:
        """Shows one that is kept elsewhere to a phone that is open."""
        head = {"seq": seq, "openid": openid, "direction": "out", "at": iso(self._clock.now()), "state": "ok"}
        self._events.publish("chat", openid=openid, message={**head, **content})

    def change(self, message: dict[str, Any], **changes: Any) -> None:
        """Changes one message; after a reset it may be gone, and nobody misses it."""
        key = f"{message['openid']}:{message['seq']:010d}"
        if self._store.find("chat", key) is not None:
            changed = self._store.change("chat", key, **changes)
            self._events.publish("chat", openid=message["openid"], message=changed)

    def fail(self, openid: str) -> dict[str, Any]:
        return self.add(openid, "system", "text", text=FAILURE_LINE, state="failed")

    def list(self, openid: str) -> list[dict[str, Any]]:
        found = self._store.under("chat", f"{openid}:")
        for source in self._others:
            found += source(openid)
        return sorted(found, key=lambda message: message["seq"])[-KEPT_PER_FOLLOWER:]
