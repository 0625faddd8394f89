"""What the account sent to single followers: who, what, when, in columns, some thirty bytes a message.

Proves that nothing was lost or repeated, fills getmsglist, and is the chat of followers whom nobody keeps singly.
"""

from __future__ import annotations

import base64
import json
import threading
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from typing import Any

from simulator.clock import Clock, iso
from simulator.store import Store

COLUMNS = {"who": "Q", "what": "L", "at": "d", "record": "Q", "seq": "Q"}
SENT = 2002  # opercode of the records


class SentLog:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self.load()

    def load(self) -> None:
        saved = self._store.find("sent_log", "columns")
        self._columns = {name: array(code) for name, code in COLUMNS.items()}
        self._contents: list[str] = saved["contents"] if saved else []
        self._known = {text: place for place, text in enumerate(self._contents)}
        for name, column in self._columns.items():
            if saved:
                column.frombytes(zlib.decompress(base64.b64decode(saved[name])))

    def save(self) -> None:
        if self._contents:
            columns = {
                name: base64.b64encode(zlib.compress(column.tobytes(), 1)).decode()
                for name, column in self._columns.items()
            }
            self._store.put("sent_log", "columns", {**columns, "contents": self._contents})

    def add(self, number: int, bubble: dict[str, Any]) -> int:
        """One message to the follower of this number; answers its place in his chat."""
        text = json.dumps(bubble, ensure_ascii=False)
        with self._lock:
            what = self._known.setdefault(text, len(self._contents))
            if what == len(self._contents):
                self._contents.append(text)
            seq = self._store.quick_number("chat")
            values = (number, what, self._clock.now(), self._store.quick_number("record"), seq)
            for column, value in zip(self._columns.values(), values, strict=True):
                column.append(value)
        return seq

    def chat(self, number: int) -> list[dict[str, Any]]:
        """His messages as bubbles."""
        found: list[dict[str, Any]] = []
        place = -1
        who, length = self._columns["who"], len(self._columns["seq"])
        while True:
            try:
                place = who.index(number, place + 1, length)
            except ValueError:
                return found
            head = {"seq": self._columns["seq"][place], "direction": "out", "state": "ok"}
            at = {"at": iso(self._columns["at"][place])}
            found.append({**head, **at, **json.loads(self._contents[self._columns["what"][place]])})

    def records(self, start: int, end: int, first: int, most: int) -> list[dict[str, Any]]:
        """As getmsglist tells them, without the openid but with the follower's number."""
        at, ids, rows = self._columns["at"], self._columns["record"], []
        with self._lock:
            for place in range(max(bisect_left(at, start), bisect_left(ids, first)), len(ids)):
                if at[place] >= end + 1 or len(rows) == most:
                    break
                bubble = json.loads(self._contents[self._columns["what"][place]])
                if bubble["via"] != "customer_service":
                    continue
                row = {
                    "msgid": ids[place],
                    "opercode": SENT,
                    "text": words_of(bubble),
                    "time": int(at[place]),
                }
                rows.append(
                    {**row, "number": self._columns["who"][place], "worker": bubble["kf_account"] or ""}
                )
        return rows

    def counts(self, text: str = "") -> list[tuple[str, Counter[int]]]:
        """How often each follower got each message whose words hold `text`."""
        with self._lock:
            who, what = self._columns["who"][:], self._columns["what"][:]
            contents = list(self._contents)
        wanted = {
            place: words for place, one in enumerate(contents) if text in (words := words_of(json.loads(one)))
        }
        counts: dict[int, Counter[int]] = {place: Counter() for place in wanted}
        for number, place in zip(who, what, strict=True):
            if place in counts:
                counts[place][number] += 1
        return [(wanted[place], counter) for place, counter in counts.items()]


def words_of(bubble: dict[str, Any]) -> str:
    """Of a text its words, of a card title and address, of anything else its kind."""
    article = next(iter(bubble.get("articles") or []), None)
    if article:
        return f"{article['title']} {article['url']}".strip()
    if bubble.get("rows"):
        return " ".join([bubble["title"], *(row["value"] for row in bubble["rows"])])
    return str(bubble.get("text") or bubble.get("title") or f"[{bubble['kind']}]")
