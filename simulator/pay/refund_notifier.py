"""Telling the shop how a refund ended, on the same schedule as payments."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any

from simulator.clock import iso
from simulator.outbound import LIMIT_SECONDS
from simulator.pay.notifications import Event
from simulator.pay.notifier import DISTANCES, FIRST_DELAY_SECONDS
from simulator.pay.refunds import as_notice
from simulator.payv2 import notices

if TYPE_CHECKING:
    from simulator.engine import Engine

SUMMARIES = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}


class RefundNotifier:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.timer.register("refund_notify", self._run)

    def schedule(self, refund: dict[str, Any]) -> None:
        """Plans the first try."""
        way = self._engine.faults.take("refund_notify")
        if way == "lost":
            self._note(refund, {"id": str(uuid.uuid4()), "try": 0, "verdict": "按开关丢弃"})
            return
        self._plan(refund, str(uuid.uuid4()), 1, FIRST_DELAY_SECONDS, way)

    def _run(self, job: dict[str, Any]) -> None:
        refund = self._engine.refunds.find(job["out_refund_no"])
        if refund is None or refund["status"] not in SUMMARIES:
            return
        way = job["way"]
        spoils = set() if way in ("off", "twice", "twin") else {way}
        outcomes = self._send(refund, job, spoils, copies=2 if way == "twin" else 1)
        if way == "twice":
            outcomes += self._send(refund, job, set())
        next_at = None
        if not any(outcome["ok"] for outcome in outcomes) and job["try"] <= len(DISTANCES):
            # What was spoilt once comes properly the next time, as after a mended network.
            next_at = self._plan(refund, job["id"], job["try"] + 1, DISTANCES[job["try"] - 1], "off")
        for outcome in outcomes:
            said = {"status": outcome["status"], "verdict": outcome["verdict"], "next_at": next_at}
            self._note(refund, {"id": job["id"], "try": job["try"], **said})

    def _send(
        self, refund: dict[str, Any], job: dict[str, Any], spoils: set[str], *, copies: int = 1
    ) -> list[dict[str, Any]]:
        event = self._event_of(refund)
        title = f"退款通知（第 {job['try']} 次）" + (f"：{'、'.join(sorted(spoils))}" if spoils else "")
        outcomes: list[dict[str, Any]] = []

        def send() -> None:
            outcomes.append(
                self._engine.notifier.post_event(
                    refund["notify_url"], event, job["id"], spoils, title=title, openid=refund["openid"]
                )
            )

        threads = [threading.Thread(target=send, daemon=True) for _ in range(copies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_SECONDS * 3)
        return outcomes

    def _event_of(self, refund: dict[str, Any]) -> Event:
        if refund.get("api"):
            return notices.refund_event(self._engine, refund)
        plain = as_notice(refund, self._engine.settings.merchant.mchid)
        return Event(f"REFUND.{refund['status']}", SUMMARIES[refund["status"]], "refund", plain)

    def _plan(
        self, refund: dict[str, Any], notification_id: str, attempt: int, delay: float, way: str
    ) -> str:
        due_at = self._engine.clock.now() + delay
        self._engine.timer.add(
            "refund_notify",
            due_at,
            out_refund_no=refund["out_refund_no"],
            out_trade_no=refund["out_trade_no"],
            id=notification_id,
            way=way,
            **{"try": attempt},
        )
        self._engine.events.publish(
            "jobs", kind="refund_notify", out_trade_no=refund["out_trade_no"], due_at=iso(due_at)
        )
        return iso(due_at)

    def _note(self, refund: dict[str, Any], entry: dict[str, Any]) -> None:
        whole = {"status": None, "next_at": None, "at": iso(self._engine.clock.now()), **entry}
        self._engine.refunds.note_try(refund["out_refund_no"], whole)
