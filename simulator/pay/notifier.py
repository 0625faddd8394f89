"""Telling the shop that an order was paid, on WeChat's schedule until it answers 2xx in time."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any

from simulator.clock import iso
from simulator.outbound import LIMIT_SECONDS, post
from simulator.pay import notifications
from simulator.pay.notifications import Event
from simulator.pay.orders import as_transaction
from simulator.payv2 import notices
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

FIRST_DELAY_SECONDS = 0.4
MINUTE, HOUR = 60, 3600
DISTANCES = (
    *(15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE),
    *(HOUR, 3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR),
)
BY_AMOUNT = {130: "lost", 132: "twice", 133: "forged", 134: "wrong_key"}


class Notifier:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.timer.register("notify", self._run)
        engine.timer.register("echo", self._run_echo)

    def schedule(self, order: dict[str, Any]) -> None:
        """Plans the first try of a paid order's notification."""
        number, scripted = order["out_trade_no"], self._scripted(order)
        if self._engine.faults.strikes("notify_lost") or scripted == "lost":
            self._note(
                number, notification_id=str(uuid.uuid4()), attempt=0, verdict="按开关丢弃", next_at=None
            )
            return
        late = self._engine.faults.take("notify_late")
        delay = float(late) if late != "off" else FIRST_DELAY_SECONDS
        self._plan(number, str(uuid.uuid4()), 1, delay)

    def send_now(self, order: dict[str, Any], spoils: set[str], *, copies: int = 1) -> dict[str, Any]:
        """For the lab: one try at once, without retries; answers its outcome."""
        return self._try(order, str(uuid.uuid4()), 1, spoils=spoils, copies=copies, retries=False)

    def send_early(self, order: dict[str, Any]) -> None:
        """A first try before anybody else gets an answer; retries follow the schedule."""
        self._try(order, str(uuid.uuid4()), 1, spoils=self._spoils(order))

    def schedule_echo(self, url: str, message: str) -> None:
        self._engine.timer.add(
            "echo", self._engine.clock.now() + FIRST_DELAY_SECONDS, url=url, message=message
        )

    def _run(self, job: dict[str, Any]) -> None:
        order = self._engine.orders.find(job["out_trade_no"])
        if order is None:
            return
        first = job["try"] == 1
        scripted = self._scripted(order)
        copies = 2 if first and self._engine.faults.strikes("notify_twin") else 1
        self._try(order, job["id"], job["try"], spoils=self._spoils(order), copies=copies)
        if first and (self._engine.faults.strikes("notify_twice") or scripted == "twice"):
            self._try(order, job["id"], job["try"], spoils=set(), retries=False)

    def _run_echo(self, job: dict[str, Any]) -> None:
        event = Event("SECURITY_ECHO.SUCCESS", "安全自检", "security", {"echo_message": job["message"]})
        self.post_event(job["url"], event, str(uuid.uuid4()), set(), title="安全自检通知", openid=None)

    def _try(
        self,
        order: dict[str, Any],
        notification_id: str,
        attempt: int,
        *,
        spoils: set[str],
        copies: int = 1,
        retries: bool = True,
    ) -> dict[str, Any]:
        event = _event_of(order if order["state"] == "SUCCESS" else _pretended(order))
        outcomes: list[dict[str, Any]] = []
        barrier = threading.Barrier(copies)

        def run() -> None:
            barrier.wait(10)
            title = f"支付通知（第 {attempt} 次）" + (f"：{'、'.join(sorted(spoils))}" if spoils else "")
            outcomes.append(
                self.post_event(
                    order["notify_url"], event, notification_id, spoils, title=title, openid=order["openid"]
                )
            )

        threads = [threading.Thread(target=run, daemon=True) for _ in range(copies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_SECONDS * 3)
        outcome = outcomes[0] if outcomes else {"ok": False, "status": None, "verdict": "没有应答"}
        good = any(row["ok"] for row in outcomes)
        next_at = self._after(order, notification_id, attempt) if retries and not good else None
        for row in outcomes:
            self._note(
                order["out_trade_no"],
                notification_id=notification_id,
                attempt=attempt,
                verdict=row["verdict"],
                next_at=next_at,
                status=row["status"],
            )
        return outcome

    def post_event(
        self,
        url: str,
        event: Event,
        notification_id: str,
        spoils: set[str],
        *,
        title: str,
        openid: str | None,
    ) -> dict[str, Any]:
        """One try of any notification: build, send, judge the answer, write the wire log."""
        if event.api:
            notification = notices.build(self._engine, event, spoils)
        else:
            notification = notifications.build(self._engine, event, notification_id, spoils)
        answer = post(self._engine.settings, url, notification.body, notification.headers)
        verdicts = Verdicts()
        for spoil in sorted(spoils):
            verdicts.add("故意做坏", None, spoil)
        is_there = verdicts.add("5 秒内应答", answer.status != 0, answer.error or f"{answer.ms:.0f} ms")
        if is_there and event.api:
            notices.judge(answer, verdicts)
        elif is_there:
            verdicts.add("HTTP 2xx", 200 <= answer.status < 300, str(answer.status))
            if 200 <= answer.status < 300 and b'"FAIL"' in answer.body:
                verdicts.add("应答内容", None, "2xx 一律算成功，FAIL 不起作用")
        self._engine.wire.record(
            "to_shop",
            title,
            request={
                "method": "POST",
                "url": url,
                "headers": notification.headers,
                "body": notification.body,
                "decoded": notification.plain,
            },
            response=answer.for_wire(),
            ms=answer.ms,
            verdicts=verdicts,
            openid=openid,
        )
        return {
            "ok": verdicts.all_ok,
            "status": answer.status or None,
            "verdict": verdicts.summary,
            "ms": round(answer.ms, 1),
            "reply": answer.text[:500],
        }

    def _after(self, order: dict[str, Any], notification_id: str, attempt: int) -> str | None:
        if attempt > len(DISTANCES):
            return None
        return self._plan(order["out_trade_no"], notification_id, attempt + 1, DISTANCES[attempt - 1])

    def _plan(self, out_trade_no: str, notification_id: str, attempt: int, delay: float) -> str:
        due_at = self._engine.clock.now() + delay
        self._engine.timer.add(
            "notify", due_at, out_trade_no=out_trade_no, id=notification_id, **{"try": attempt}
        )
        self._engine.events.publish("jobs", kind="notify", out_trade_no=out_trade_no, due_at=iso(due_at))
        return iso(due_at)

    def _note(
        self,
        out_trade_no: str,
        *,
        notification_id: str,
        attempt: int,
        verdict: str,
        next_at: str | None,
        status: int | None = None,
    ) -> None:
        entry = {
            "id": notification_id,
            "try": attempt,
            "at": iso(self._engine.clock.now()),
            "next_at": next_at,
            "status": status,
            "verdict": verdict,
        }
        self._engine.orders.note_try(out_trade_no, entry)

    def _spoils(self, order: dict[str, Any]) -> set[str]:
        struck = {name for name in notifications.SPOILS if self._engine.faults.strikes(f"notify_{name}")}
        scripted = self._scripted(order)
        return struck | ({scripted} & set(notifications.SPOILS) if scripted else set())

    def _scripted(self, order: dict[str, Any]) -> str | None:
        """The old acceptance list: the amount chooses the behaviour."""
        if self._engine.faults.peek("pay_by_amount") == "off":
            return None
        return BY_AMOUNT.get(order["amount_fen"])


def _event_of(order: dict[str, Any]) -> Event:
    if order.get("api"):
        return notices.payment_event(order)
    return Event("TRANSACTION.SUCCESS", "支付成功", "transaction", as_transaction(order))


def _pretended(order: dict[str, Any]) -> dict[str, Any]:
    """An unpaid order as a liar would describe it."""
    return {
        **order,
        "state": "SUCCESS",
        "transaction_id": "4200000000000000000000000000",
        "success_time": iso(order["created_at"]),
        "bank_type": "OTHERS",
    }
