"""Telling the shop of a payment or a refund: a signed form, again and again until the answer is `success`."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simulator.alipay.trades import refunded_of
from simulator.alipay.wire import text_to_sign, write_time, write_yuan
from simulator.clock import iso
from simulator.crypto import payments
from simulator.outbound import post
from simulator.pay.notifications import stranger_key
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

FIRST_DELAY_SECONDS = 0.4
MINUTE, HOUR = 60, 3600
DISTANCES = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)
SPOILS = ("forged", "wrong_amount", "wrong_app", "wrong_seller")


class AlipayNotifier:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.timer.register("alipay_notify", self._run)

    def schedule(self, trade: dict[str, Any], *, refund: dict[str, Any] | None = None) -> None:
        """Plans the first try; the switch decides what becomes of it."""
        if not trade["notify_url"]:
            return
        fault = self._engine.faults.take("alipay_notify")
        if fault == "lost":
            self._note(trade["out_trade_no"], "按开关丢弃")
            return
        fields = self._fields(trade, refund)
        self._plan(trade, fields, attempt=1, delay=FIRST_DELAY_SECONDS, fault=fault)

    def send_now(self, trade: dict[str, Any], mode: str) -> dict[str, Any]:
        """For the lab: one try at once, without retries; answers its outcome."""
        return self._post(trade["notify_url"], self._fields(trade, None), {mode} & set(SPOILS))

    def _run(self, job: dict[str, Any]) -> None:
        trade, fault = job["trade"], job["fault"]
        if self._engine.alipay.find(trade["out_trade_no"]) is None:  # a reset came between
            return
        spoils = {fault} & set(SPOILS) if job["try"] == 1 else set()
        outcome = self._post(trade["notify_url"], job["fields"], spoils)
        self._note(trade["out_trade_no"], outcome["verdict"], attempt=job["try"])
        if fault == "twice" and job["try"] == 1:
            self._note(
                trade["out_trade_no"], self._post(trade["notify_url"], job["fields"], set())["verdict"]
            )
        if not outcome["ok"] and job["try"] <= len(DISTANCES):
            delay = DISTANCES[job["try"] - 1]
            self._plan(trade, job["fields"], attempt=job["try"] + 1, delay=delay, fault="off")

    def _plan(
        self, trade: dict[str, Any], fields: dict[str, str], *, attempt: int, delay: float, fault: str
    ) -> None:
        due_at = self._engine.clock.now() + delay
        known = {name: trade[name] for name in ("out_trade_no", "notify_url")}
        self._engine.timer.add(
            "alipay_notify", due_at, trade=known, fields=fields, fault=fault, **{"try": attempt}
        )
        number = trade["out_trade_no"]
        self._engine.events.publish("jobs", kind="alipay_notify", out_trade_no=number, due_at=iso(due_at))

    def _fields(self, trade: dict[str, Any], refund: dict[str, Any] | None) -> dict[str, str]:
        identity, now = self._engine.settings.alipay, self._engine.clock.now()
        amount = write_yuan(trade["amount_fen"])
        fields = {
            "notify_time": write_time(now),
            "notify_type": "trade_status_sync",
            "notify_id": uuid.uuid4().hex,
            "charset": "utf-8",
            "version": "1.0",
            "sign_type": "RSA2",
            "app_id": identity.app_id,
            "auth_app_id": identity.app_id,
            "seller_id": identity.seller_id,
            "trade_no": trade["trade_no"],
            "out_trade_no": trade["out_trade_no"],
            "trade_status": trade["state"],
            "subject": trade["subject"],
            "total_amount": amount,
            "receipt_amount": amount,
            "buyer_pay_amount": amount,
            "gmt_create": write_time(trade["created_at"]),
            "gmt_payment": write_time(trade["paid_at"] or now),
        }
        if refund is not None:
            fields |= {
                "out_biz_no": refund["out_request_no"],
                "refund_fee": write_yuan(refunded_of(trade)),
                "gmt_refund": write_time(refund["at"]),
            }
        return fields

    def _post(self, url: str, fields: dict[str, str], spoils: set[str]) -> dict[str, Any]:
        sent = _spoilt(fields, spoils)
        text = text_to_sign(sent, leave_out=("sign", "sign_type"))
        key = stranger_key() if "forged" in spoils else self._engine.settings.alipay.private_key
        body = urlencode({**sent, "sign": payments.sign(text, key)}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        answer = post(self._engine.settings, url, body, headers)
        verdicts = Verdicts()
        for spoil in sorted(spoils):
            verdicts.add("故意做坏", None, spoil)
        if verdicts.add("应答", answer.status != 0, answer.error or f"{answer.ms:.0f} ms"):
            verdicts.add("应答是 success", answer.text.strip() == "success", answer.text[:50])
        self._engine.wire.record(
            "to_shop",
            "支付宝通知" + (f"：{'、'.join(sorted(spoils))}" if spoils else ""),
            request={
                "method": "POST",
                "url": url,
                "headers": headers,
                "body": body,
                "decoded": text.decode(),
            },
            response=answer.for_wire(),
            ms=answer.ms,
            verdicts=verdicts,
        )
        return {"ok": verdicts.all_ok, "status": answer.status or None, "verdict": verdicts.summary}

    def _note(self, out_trade_no: str, verdict: str, *, attempt: int = 0) -> None:
        entry = {"try": attempt, "at": iso(self._engine.clock.now()), "verdict": verdict}
        self._engine.alipay.note_try(out_trade_no, entry)


def _spoilt(fields: dict[str, str], spoils: set[str]) -> dict[str, str]:
    wrong = {
        "wrong_amount": {"total_amount": f"9{fields['total_amount']}"},
        "wrong_app": {"app_id": "2021000000000000"},
        "wrong_seller": {"seller_id": "2088000000000000"},
    }
    spoilt = dict(fields)
    for spoil in spoils & set(wrong):
        spoilt |= wrong[spoil]
    return spoilt
