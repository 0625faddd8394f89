"""Telling the shop of complaints, at the address it has set, on the schedule of complaint notifications."""

from __future__ import annotations

import uuid
from typing import Any

from simulator.pay.notifications import Event
from simulator.pay.retelling import Retelling, Telling

SUMMARIES = {"COMPLAINT.CREATE": "产生新投诉", "COMPLAINT.STATE_CHANGE": "投诉单状态变化"}


class ComplaintNotifier(Retelling):
    kind, title = "complaint_notify", "投诉通知"
    distances = (5, *[60] * 10, *[300] * 90)  # the real one goes on for a week
    job_fields = ("complaint_id", "event", "action")
    noted_fields = ("action",)

    def schedule(self, complaint_id: str, event: str, action: str) -> None:
        """Plans the first try; without an address nobody is told."""
        job = {"complaint_id": complaint_id, "event": event, "action": action}
        if self._engine.store.find("complaint_url", "url") is None:
            self.note({**job, "id": "", "try": 0}, verdict="没有设置通知地址")
        else:
            self.begin({**job, "id": str(uuid.uuid4())})

    def find_telling(self, job: dict[str, Any]) -> Telling | None:
        known = self._engine.store.find("complaint_url", "url")
        complaint = self._engine.store.find("complaints", job["complaint_id"])
        if known is None or complaint is None:
            return None
        plain = {"complaint_id": job["complaint_id"], "action_type": job["action"]}
        event = Event(job["event"], SUMMARIES[job["event"]], "complaint", plain)
        return Telling(known["url"], event, complaint["openid"])

    def keep_try(self, job: dict[str, Any], entry: dict[str, Any]) -> None:
        self._engine.complaints.note_try(job["complaint_id"], entry)
