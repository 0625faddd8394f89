"""Alipay's books: a payment exists from the moment the buyer begins with it on the page."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from simulator.alipay.wire import AlipayError
from simulator.clock import beijing_day

if TYPE_CHECKING:
    from simulator.engine import Engine

TRADES, VISITS = "alipay_trades", "alipay_visits"
WAITS, PAID, CLOSED = "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_CLOSED"
VISIT_SECONDS = 7200


class Trades:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_visit(self, request: dict[str, Any]) -> str:
        """Keeps what an address of the pay page asked for; answers its word in the page's own address."""
        visit = {**request, "id": secrets.token_hex(16), "ends_at": self._engine.clock.now() + VISIT_SECONDS}
        self._engine.store.put(VISITS, visit["id"], visit)
        return str(visit["id"])

    def find_visit(self, word: str) -> dict[str, Any] | None:
        return self._engine.store.find(VISITS, word)

    def begin(self, visit: dict[str, Any]) -> dict[str, Any]:
        """The buyer has logged in: the payment now exists. Raises: AlipayError."""
        with self._engine.store.lock:
            known = self.find(visit["out_trade_no"])
            if known is not None:
                if (known["amount_fen"], known["subject"]) != (visit["amount_fen"], visit["subject"]):
                    raise AlipayError("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
                return known
            now = self._engine.clock.now()
            number = self._engine.store.number("alipay_trade") % 10**10
            return self._keep(
                {
                    **{name: visit[name] for name in ("out_trade_no", "amount_fen", "subject", "notify_url")},
                    "expires_at": visit["expires_at"],
                    "number": number,
                    "trade_no": f"{beijing_day(now)}2200140000{number:010d}",
                    "state": WAITS,
                    "created_at": now,
                    "paid_at": None,
                    "refunds": [],
                    "notifications": [],
                }
            )

    def find(self, out_trade_no: str, trade_no: str = "") -> dict[str, Any] | None:
        """By either number; what was not paid in time is closed by then."""
        if trade_no:
            trade = next((each for each in self.list() if each["trade_no"] == trade_no), None)
        else:
            trade = self._engine.store.find(TRADES, out_trade_no)
        if trade and trade["state"] == WAITS and trade["expires_at"] <= self._engine.clock.now():
            return self.change(trade["out_trade_no"], state=CLOSED)
        return trade

    def list(self) -> list[dict[str, Any]]:
        return sorted(self._engine.store.all(TRADES), key=lambda trade: -trade["number"])

    def pay(self, out_trade_no: str) -> dict[str, Any] | None:
        """The money moves and the notification is planned; None when it did before."""
        with self._engine.store.lock:
            trade = self._engine.store.find(TRADES, out_trade_no)
            if trade is None or trade["paid_at"] is not None:
                return None
            trade = self.change(out_trade_no, state=PAID, paid_at=self._engine.clock.now())
        self._engine.alipay_notifier.schedule(trade)
        return trade

    def refund(self, trade: dict[str, Any], number: str, amount_fen: int) -> tuple[dict[str, Any], bool]:
        """The same number is the same refund. Answers the payment, and whether money moved. Raises: AlipayError."""
        with self._engine.store.lock:
            trade = self.find(trade["out_trade_no"]) or trade
            same = next((each for each in trade["refunds"] if each["out_request_no"] == number), None)
            if same is not None:
                if same["amount_fen"] != amount_fen:
                    raise AlipayError("ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致")
                return trade, False
            if trade["state"] == CLOSED:
                raise AlipayError("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
            if trade["state"] != PAID:
                raise AlipayError("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
            back = refunded_of(trade) + amount_fen
            if back > trade["amount_fen"]:
                raise AlipayError("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
            one = {"out_request_no": number, "amount_fen": amount_fen, "at": self._engine.clock.now()}
            state = CLOSED if back == trade["amount_fen"] else PAID
            trade = self.change(trade["out_trade_no"], state=state, refunds=[*trade["refunds"], one])
        self._engine.alipay_notifier.schedule(trade, refund=one)
        return trade, True

    def change(self, out_trade_no: str, **changes: Any) -> dict[str, Any]:
        trade = self._engine.store.change(TRADES, out_trade_no, **changes)
        self._engine.events.publish("orders", out_trade_no=out_trade_no, state=trade["state"])
        return trade

    def note_try(self, out_trade_no: str, entry: dict[str, Any]) -> None:
        with self._engine.store.lock:
            trade = self._engine.store.find(TRADES, out_trade_no)
            if trade is not None:
                self.change(out_trade_no, notifications=[*trade["notifications"], entry])

    def _keep(self, trade: dict[str, Any]) -> dict[str, Any]:
        self._engine.store.put(TRADES, trade["out_trade_no"], trade)
        self._engine.events.publish("orders", out_trade_no=trade["out_trade_no"], state=trade["state"])
        return trade


def refunded_of(trade: dict[str, Any]) -> int:
    return sum(each["amount_fen"] for each in trade["refunds"])
