"""Telling the shop of something until it says that it has heard: what refunds and complaints have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.clock import iso
from simulator.outbound import LIMIT_SECONDS
from simulator.pay.notifications import Event
from simulator.pay.notifier import FIRST_DELAY_SECONDS

if TYPE_CHECKING:
    from simulator.engine import Engine


@dataclass(frozen=True, slots=True)
class Telling:
    """What is sent, and where."""

    url: str
    event: Event
    openid: str | None


class Retelling(ABC):
    """Plans tries on a schedule, plays the switch of its kind, and notes each try.

    A job holds `id`, `try`, `way` and what `job_fields` names.
    """

    kind: str  # of the timer's jobs, and the name of the switch
    title: str
    distances: Sequence[int]  # seconds between the tries
    job_fields: tuple[str, ...]
    noted_fields: tuple[str, ...] = ()  # of a job, beside `id` and `try`

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.timer.register(self.kind, self._run)

    @abstractmethod
    def find_telling(self, job: dict[str, Any]) -> Telling | None:
        """None when there is nothing to tell any more."""

    @abstractmethod
    def keep_try(self, job: dict[str, Any], entry: dict[str, Any]) -> None:
        """Write a try down where it is looked at."""

    def begin(self, job: dict[str, Any]) -> None:
        """Plans the first try, unless the switch loses it."""
        way = self._engine.faults.take(self.kind)
        if way == "lost":
            self.note({**job, "try": 0}, verdict="按开关丢弃")
        else:
            self._plan({**job, "try": 1, "way": way}, FIRST_DELAY_SECONDS)

    def note(self, job: dict[str, Any], **said: Any) -> None:
        """What became of a try."""
        known = {name: job[name] for name in ("id", "try", *self.noted_fields)}
        at = iso(self._engine.clock.now())
        self.keep_try(job, {"status": None, "next_at": None, "at": at, **known, **said})

    def _run(self, job: dict[str, Any]) -> None:
        telling = self.find_telling(job)
        if telling is None:
            return
        way = job["way"]
        spoils = set() if way in ("off", "twice", "twin") else {way}
        outcomes = self._send(telling, job, spoils, copies=2 if way == "twin" else 1)
        if way == "twice":
            outcomes += self._send(telling, job, set())
        next_at = None
        if not any(outcome["ok"] for outcome in outcomes) and job["try"] <= len(self.distances):
            # What was spoilt once comes properly the next time, as after a mended network.
            again = {**job, "try": job["try"] + 1, "way": "off"}
            next_at = self._plan(again, self.distances[job["try"] - 1])
        for outcome in outcomes:
            self.note(job, status=outcome["status"], verdict=outcome["verdict"], next_at=next_at)

    def _send(
        self, telling: Telling, job: dict[str, Any], spoils: set[str], *, copies: int = 1
    ) -> list[dict[str, Any]]:
        title = f"{self.title}（第 {job['try']} 次）" + (f"：{'、'.join(sorted(spoils))}" if spoils else "")
        outcomes: list[dict[str, Any]] = []

        def send() -> None:
            outcomes.append(
                self._engine.notifier.post_event(
                    telling.url, telling.event, job["id"], spoils, title=title, openid=telling.openid
                )
            )

        threads = [threading.Thread(target=send, daemon=True) for _ in range(copies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_SECONDS * 3)
        return outcomes

    def _plan(self, job: dict[str, Any], delay: float) -> str:
        due_at = self._engine.clock.now() + delay
        kept = {name: job[name] for name in ("id", "try", "way", *self.job_fields)}
        self._engine.timer.add(self.kind, due_at, **kept)
        about = {name: job[name] for name in ("out_trade_no",) if name in job}
        self._engine.events.publish("jobs", kind=self.kind, due_at=iso(due_at), **about)
        return iso(due_at)
