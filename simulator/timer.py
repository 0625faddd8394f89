"""Jobs that fall due on the simulated clock, kept in the store so that a restart forgets none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from simulator.clock import Clock
from simulator.store import Store

logger = logging.getLogger(__name__)
LONGEST_WAIT_SECONDS = 5.0


class Timer:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._wake = threading.Event()
        self._stopping = False
        self._workers: dict[str, Callable[[dict[str, Any]], None]] = {}
        clock.listen(self._wake.set)

    def register(self, kind: str, worker: Callable[[dict[str, Any]], None]) -> None:
        self._workers[kind] = worker

    def add(self, kind: str, due_at: float, **fields: Any) -> None:
        key = f"{self._store.number('job'):010d}"
        self._store.put("jobs", key, {"key": key, "kind": kind, "due_at": due_at, **fields})
        self._wake.set()

    def start(self) -> None:
        threading.Thread(target=self._run, name="timer", daemon=True).start()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            jobs = sorted(self._store.all("jobs"), key=lambda job: job["due_at"])
            for job in jobs:
                if job["due_at"] > self._clock.now():
                    break
                # Removed before it runs: a job that kills the process is not played for ever.
                self._store.remove("jobs", job["key"])
                threading.Thread(target=self._work, args=(job,), daemon=True).start()
            waiting = [job["due_at"] for job in jobs if job["due_at"] > self._clock.now()]
            pause = min(
                (self._clock.real_seconds_until(due) for due in waiting), default=LONGEST_WAIT_SECONDS
            )
            self._wake.wait(min(pause, LONGEST_WAIT_SECONDS))

    def _work(self, job: dict[str, Any]) -> None:
        try:
            self._workers[job["kind"]](job)
        except Exception:
            logger.exception("job %s failed", job["kind"])
