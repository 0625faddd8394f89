"""What must survive a restart: JSON documents by kind and key, in memory and written through to SQLite."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Document = dict[str, Any]
RESERVED = 200


class Store:
    """Thread-safe. Readers get copies; hold `lock` for read-then-write steps."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS documents (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
        )
        self._reserved: dict[str, tuple[int, int]] = {}
        self._bodies: dict[str, dict[str, str]] = {}
        for kind, key, body in self._connection.execute("SELECT kind, key, body FROM documents ORDER BY key"):
            self._bodies.setdefault(kind, {})[key] = body

    def find(self, kind: str, key: str) -> Document | None:
        with self.lock:
            body = self._bodies.get(kind, {}).get(key)
        return None if body is None else json.loads(body)

    def put(self, kind: str, key: str, document: Document) -> Document:
        body = json.dumps(document, ensure_ascii=False)
        with self.lock:
            self._bodies.setdefault(kind, {})[key] = body
            self._write("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", kind, key, body)
        return document

    def change(self, kind: str, key: str, **changes: Any) -> Document:
        with self.lock:
            document = self.find(kind, key)
            if document is None:
                raise KeyError(f"{kind}/{key}")
            document.update(changes)
            return self.put(kind, key, document)

    def remove(self, kind: str, key: str) -> None:
        with self.lock:
            self._bodies.get(kind, {}).pop(key, None)
            self._write("DELETE FROM documents WHERE kind = ? AND key = ?", kind, key)

    def all(self, kind: str) -> list[Document]:
        with self.lock:
            bodies = list(self._bodies.get(kind, {}).values())
        return [json.loads(body) for body in bodies]

    def under(self, kind: str, prefix: str) -> list[Document]:
        """The documents whose key begins so."""
        with self.lock:
            bodies = [body for key, body in self._bodies.get(kind, {}).items() if key.startswith(prefix)]
        return [json.loads(body) for body in bodies]

    def count(self, kind: str) -> int:
        with self.lock:
            return len(self._bodies.get(kind, {}))

    def put_many(self, kind: str, documents: dict[str, Document]) -> None:
        """All of them in one transaction: thousands at a time."""
        bodies = {key: json.dumps(document, ensure_ascii=False) for key, document in documents.items()}
        with self.lock:
            self._bodies.setdefault(kind, {}).update(bodies)
            self._connection.execute("BEGIN")
            rows = [(kind, key, body) for key, body in bodies.items()]
            self._connection.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", rows)
            self._connection.execute("COMMIT")

    def number(self, name: str, start: int = 0, step: int = 1) -> int:
        """The next number of a named series, or the last of the next `step` ones."""
        with self.lock:
            document = self.find("series", name) or {"last": start}
            document["last"] += step
            self.put("series", name, document)
            return int(document["last"])

    def quick_number(self, name: str, step: int = 1) -> int:
        """As `number`, but only each two hundredth is written: after a restart the series goes on further up."""
        with self.lock:
            last, end = self._reserved.get(name, (0, 0))
            if last + step > end:
                size = max(RESERVED, step)
                end = self.number(name, step=size)
                last = end - size
            self._reserved[name] = (last + step, end)
            return last + step

    def clear(self, keep: Iterable[str]) -> None:
        """Forgets all documents but those of the kinds to keep; numbered series go on."""
        with self.lock:
            kept = {"series", *keep}
            for kind in [kind for kind in self._bodies if kind not in kept]:
                del self._bodies[kind]
                self._write("DELETE FROM documents WHERE kind = ?", kind)

    def close(self) -> None:
        with self.lock:
            self._connection.close()

    def _write(self, statement: str, *values: str) -> None:
        try:
            self._connection.execute(statement, values)
        except sqlite3.ProgrammingError:
            # A straggling thread after close(): the process is ending and the memory copy goes with it.
            return
