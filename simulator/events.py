"""Server-Sent Events: whatever changes is told to every open phone and lab page."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from typing import Any

KEEPALIVE_SECONDS = 15.0


class Events:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: set[queue.SimpleQueue[str | None]] = set()
        self._closed = False

    def publish(self, topic: str, **fields: Any) -> None:
        with self._lock:
            readers = list(self._readers)
        if not readers:
            return
        line = json.dumps({"topic": topic, **fields}, ensure_ascii=False)
        for reader in readers:
            reader.put(line)

    def stream(self) -> Iterator[str]:
        """The text of one `text/event-stream` answer; ends when the simulator ends."""
        reader: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self._lock:
            if self._closed:
                return
            self._readers.add(reader)
        try:
            yield ": hello\n\n"
            while True:
                try:
                    line = reader.get(timeout=KEEPALIVE_SECONDS)
                except queue.Empty:
                    yield ": still here\n\n"
                    continue
                if line is None:
                    return
                yield f"data: {line}\n\n"
        finally:
            with self._lock:
                self._readers.discard(reader)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            readers = list(self._readers)
        for reader in readers:
            reader.put(None)
