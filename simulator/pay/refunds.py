"""The refund table of WeChat Pay: taken at once, finished later, told to the shop and to the buyer's phone."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from simulator.clock import beijing_day, iso
from simulator.pay import refund_rules
from simulator.pay.coupons import coupon_of, money_of, share_of

if TYPE_CHECKING:
    from simulator.engine import Engine

USUAL_SECONDS = 1.0
FATES = {"off": "SUCCESS", "processing": "PROCESSING", "closed": "CLOSED", "abnormal": "ABNORMAL"}
WALLET = "支付用户零钱"


class Refunds:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.timer.register("refund", self._finish)

    def find(self, out_refund_no: str) -> dict[str, Any] | None:
        return self._engine.store.find("refunds", out_refund_no)

    def find_by_id(self, refund_id: str) -> dict[str, Any] | None:
        return next((each for each in self.list() if each["refund_id"] == refund_id), None)

    def list(self) -> list[dict[str, Any]]:
        return sorted(self._engine.store.all("refunds"), key=lambda refund: -refund["number"])

    def of_order(self, out_trade_no: str) -> list[dict[str, Any]]:
        return [each for each in self.list() if each["out_trade_no"] == out_trade_no]

    def add(self, order: dict[str, Any], body: dict[str, Any], *, source: str = "API") -> dict[str, Any]:
        """Takes it; what becomes of it was decided by the switches. Raises: PayError."""
        engine, now = self._engine, self._engine.clock.now()
        with engine.store.lock:
            others = self.of_order(order["out_trade_no"])
            refund_rules.check_order(order, body, others, now)
            number = engine.store.number("refund")
            refund = {
                "number": number,
                "refund_id": f"503000{secrets.randbelow(1000):03d}{beijing_day(now)}{number % 10**12:012d}",
                "out_refund_no": body["out_refund_no"],
                "out_trade_no": order["out_trade_no"],
                "transaction_id": order["transaction_id"],
                "openid": order["openid"],
                "amount_fen": body["amount"]["refund"],
                "total_fen": order["amount_fen"],
                "total_coupon_fen": coupon_of(order),
                "coupon_fen": share_of(order, body["amount"]["refund"], others),
                "reason": body.get("reason", ""),
                "notify_url": body.get("notify_url") or order["notify_url"],
                "canonical": body,
                "source": source,
                "api": body.get("api") or order.get("api"),  # which tells how it ends
                "created_at": now,
                "status": "PROCESSING",
                "fate": FATES[engine.faults.take("refund_outcome")],
                "success_time": None,
                "received_account": WALLET,
                "notifications": [],
            }
            engine.store.put("refunds", refund["out_refund_no"], refund)
            engine.orders.change(order["out_trade_no"], has_refund=True)
        self._plan(refund)
        return refund

    def send_to(self, refund: dict[str, Any], account: str) -> dict[str, Any]:
        """An abnormal one goes on to a card, and arrives there."""
        changed = self.change(
            refund["out_refund_no"], status="PROCESSING", fate="SUCCESS", received_account=account
        )
        self._plan(changed)
        return changed

    def change(self, out_refund_no: str, **changes: Any) -> dict[str, Any]:
        refund = self._engine.store.change("refunds", out_refund_no, **changes)
        self._engine.events.publish("orders", out_trade_no=refund["out_trade_no"], refund=out_refund_no)
        return refund

    def note_try(self, out_refund_no: str, entry: dict[str, Any]) -> None:
        """Adds one try of a notification to the refund's history."""
        with self._engine.store.lock:
            refund = self.find(out_refund_no)
            if refund is not None:
                self.change(out_refund_no, notifications=[*refund["notifications"], entry])

    def _plan(self, refund: dict[str, Any]) -> None:
        late = self._engine.faults.take("refund_late")
        seconds = USUAL_SECONDS if late == "off" else float(late)
        self._engine.timer.add(
            "refund", self._engine.clock.now() + seconds, out_refund_no=refund["out_refund_no"]
        )

    def _finish(self, job: dict[str, Any]) -> None:
        refund = self.find(job["out_refund_no"])
        if refund is None or refund["status"] != "PROCESSING" or refund["fate"] == "PROCESSING":
            return
        now = self._engine.clock.now()
        is_success = refund["fate"] == "SUCCESS"
        refund = self.change(
            refund["out_refund_no"], status=refund["fate"], success_time=iso(now) if is_success else None
        )
        if is_success:
            self._tell_phone(refund)
        self._engine.refund_notifier.schedule(refund)

    def _tell_phone(self, refund: dict[str, Any]) -> None:
        self._engine.chats.add(
            refund["openid"],
            "out",
            "payment",
            via="pay",
            text=f"退款到账通知：{refund['received_account']}",
            amount_fen=money_of(refund),
            description=f"退款到账 · {refund['reason'] or refund['received_account']}",
            merchant=self._engine.settings.account.name,
            transaction_id=refund["refund_id"],
            out_trade_no=refund["out_trade_no"],
            paid_at=refund["success_time"],
        )


def total_money_of(refund: dict[str, Any]) -> int:
    """What the buyer had paid of the payment."""
    return int(refund["total_fen"]) - int(refund.get("total_coupon_fen") or 0)


def as_refund(refund: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request or a question."""
    total_fen, money_fen = refund["total_fen"], money_of(refund)
    return {
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "transaction_id": refund["transaction_id"],
        "out_trade_no": refund["out_trade_no"],
        "channel": "ORIGINAL" if refund["received_account"] == WALLET else "OTHER_BANKCARD",
        "user_received_account": refund["received_account"],
        **({"success_time": refund["success_time"]} if refund["success_time"] else {}),
        "create_time": iso(refund["created_at"]),
        "status": refund["status"],
        "funds_account": "AVAILABLE",
        "amount": {
            "total": total_fen,
            "refund": refund["amount_fen"],
            "from": [],
            "payer_total": total_money_of(refund),
            "payer_refund": money_fen,
            "settlement_refund": money_fen,
            "settlement_total": total_money_of(refund),
            "discount_refund": coupon_of(refund),
            "currency": "CNY",
            "refund_fee": 0,
        },
    }


def as_notice(refund: dict[str, Any], mchid: str) -> dict[str, Any]:
    """The plaintext of its notification: other names, and less."""
    return {
        "mchid": mchid,
        "out_trade_no": refund["out_trade_no"],
        "transaction_id": refund["transaction_id"],
        "out_refund_no": refund["out_refund_no"],
        "refund_id": refund["refund_id"],
        "refund_status": refund["status"],
        **({"success_time": refund["success_time"]} if refund["success_time"] else {}),
        "user_received_account": refund["received_account"],
        "amount": {
            "total": refund["total_fen"],
            "refund": refund["amount_fen"],
            "payer_total": total_money_of(refund),
            "payer_refund": money_of(refund),
        },
    }
