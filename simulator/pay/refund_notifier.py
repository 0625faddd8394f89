"""Telling the shop how a refund ended, on the same schedule as payments."""

from __future__ import annotations

import uuid
from typing import Any

from simulator.pay.notifications import Event
from simulator.pay.notifier import DISTANCES
from simulator.pay.refunds import as_notice
from simulator.pay.retelling import Retelling, Telling
from simulator.payv2 import notices

SUMMARIES = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}


class RefundNotifier(Retelling):
    kind, title, distances = "refund_notify", "退款通知", DISTANCES
    job_fields = ("out_refund_no", "out_trade_no")

    def schedule(self, refund: dict[str, Any]) -> None:
        """Plans the first try."""
        numbers = {name: refund[name] for name in self.job_fields}
        self.begin({**numbers, "id": str(uuid.uuid4())})

    def find_telling(self, job: dict[str, Any]) -> Telling | None:
        refund = self._engine.refunds.find(job["out_refund_no"])
        if refund is None or refund["status"] not in SUMMARIES:
            return None
        return Telling(refund["notify_url"], self._event_of(refund), refund["openid"])

    def keep_try(self, job: dict[str, Any], entry: dict[str, Any]) -> None:
        self._engine.refunds.note_try(job["out_refund_no"], entry)

    def _event_of(self, refund: dict[str, Any]) -> Event:
        if refund.get("api"):
            return notices.refund_event(self._engine, refund)
        plain = as_notice(refund, self._engine.settings.merchant.mchid)
        return Event(f"REFUND.{refund['status']}", SUMMARIES[refund["status"]], "refund", plain)
