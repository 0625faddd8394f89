"""Telling the shop of complaints, at the address it has set, on the schedule of complaint notifications."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any

from simulator.clock import iso
from simulator.outbound import LIMIT_SECONDS
from simulator.pay.notifications import Event
from simulator.pay.notifier import FIRST_DELAY_SECONDS

if TYPE_CHECKING:
    from simulator.engine import Engine

DISTANCES = (5, *[60] * 10, *[300] * 90)  # the real one goes on for a week
SUMMARIES = {"COMPLAINT.CREATE": "产生新投诉", "COMPLAINT.STATE_CHANGE": "投诉单状态变化"}


class ComplaintNotifier:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.timer.register("complaint_notify", self._run)

    def schedule(self, complaint_id: str, event: str, action: str) -> None:
        """Plans the first try; without an address nobody is told."""
        if self._engine.store.find("complaint_url", "url") is None:
            self._note(complaint_id, {"id": "", "try": 0, "action": action, "verdict": "没有设置通知地址"})
            return
        way = self._engine.faults.take("complaint_notify")
        job = {"complaint_id": complaint_id, "event": event, "action": action, "id": str(uuid.uuid4())}
        if way == "lost":
            self._note(complaint_id, {**job, "try": 0, "verdict": "按开关丢弃"})
            return
        self._plan({**job, "try": 1, "way": way}, FIRST_DELAY_SECONDS)

    def _run(self, job: dict[str, Any]) -> None:
        known = self._engine.store.find("complaint_url", "url")
        if known is None or self._engine.store.find("complaints", job["complaint_id"]) is None:
            return
        way = job["way"]
        spoils = set() if way in ("off", "twice", "twin") else {way}
        outcomes = self._send(known["url"], job, spoils, copies=2 if way == "twin" else 1)
        if way == "twice":
            outcomes += self._send(known["url"], job, set())
        next_at = None
        if not any(outcome["ok"] for outcome in outcomes) and job["try"] <= len(DISTANCES):
            # What was spoilt once comes properly the next time, as after a mended network.
            next_at = self._plan({**job, "try": job["try"] + 1, "way": "off"}, DISTANCES[job["try"] - 1])
        for outcome in outcomes:
            said = {"status": outcome["status"], "verdict": outcome["verdict"], "next_at": next_at}
            self._note(job["complaint_id"], {**{name: job[name] for name in ("id", "try", "action")}, **said})

    def _send(
        self, url: str, job: dict[str, Any], spoils: set[str], *, copies: int = 1
    ) -> list[dict[str, Any]]:
        plain = {"complaint_id": job["complaint_id"], "action_type": job["action"]}
        event = Event(job["event"], SUMMARIES[job["event"]], "complaint", plain)
        title = f"投诉通知（第 {job['try']} 次）" + (f"：{'、'.join(sorted(spoils))}" if spoils else "")
        complaint = self._engine.store.find("complaints", job["complaint_id"]) or {"openid": None}
        outcomes: list[dict[str, Any]] = []

        def send() -> None:
            outcomes.append(
                self._engine.notifier.post_event(
                    url, event, job["id"], spoils, title=title, openid=complaint["openid"]
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
        names = ("complaint_id", "event", "action", "id", "try", "way")
        self._engine.timer.add("complaint_notify", due_at, **{name: job[name] for name in names})
        self._engine.events.publish("jobs", kind="complaint_notify", due_at=iso(due_at))
        return iso(due_at)

    def _note(self, complaint_id: str, entry: dict[str, Any]) -> None:
        whole = {"status": None, "next_at": None, "at": iso(self._engine.clock.now()), **entry}
        self._engine.complaints.note_try(complaint_id, whole)
