"""The order table of WeChat Pay: created, paid, closed; never deleted, numbers never used twice."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from simulator.clock import beijing_day, iso
from simulator.pay.coupons import money_of, take_off
from simulator.platform.app_login import app_openid

if TYPE_CHECKING:
    from simulator.engine import Engine

LIVES_SECONDS = {"JSAPI": 7200, "NATIVE": 7200, "MWEB": 300, "APP": 7200}  # of what an order is paid with
CODE_PREFIX = "weixin://wxpay/bizpayurl?pr="
STATES = {"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "CLOSED": "订单已关闭"}


class Orders:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, out_trade_no: str) -> dict[str, Any] | None:
        return self._engine.store.find("orders", out_trade_no)

    def find_by_transaction(self, transaction_id: str) -> dict[str, Any] | None:
        orders = self._engine.store.all("orders")
        return next((order for order in orders if order["transaction_id"] == transaction_id), None)

    def find_by_prepay(self, prepay_id: str) -> dict[str, Any] | None:
        """The order of a prepay_id, with `prepay_expired`; None when nobody got that id."""
        prepay = self._engine.store.find("prepays", prepay_id)
        order = self.find(prepay["out_trade_no"]) if prepay else None
        if prepay is None or order is None:
            return None
        return {**order, "prepay_expired": prepay["expires_at"] <= self._engine.clock.now()}

    def list(self) -> list[dict[str, Any]]:
        return sorted(self._engine.store.all("orders"), key=lambda order: -order["number"])

    def add(
        self,
        request: dict[str, Any],
        *,
        trade_type: str = "JSAPI",
        canonical: dict[str, Any],
        expires_at: float,
    ) -> dict[str, Any]:
        order = {
            "number": self._engine.store.number("order"),
            "out_trade_no": request["out_trade_no"],
            "appid": request["appid"],
            "mchid": request["mchid"],
            "description": request["description"],
            "amount_fen": request["amount"]["total"],
            "currency": request["amount"].get("currency", "CNY"),
            "openid": (request.get("payer") or {}).get("openid", ""),  # else whoever pays it
            "client_ip": (request.get("scene_info") or {}).get("payer_client_ip", ""),
            "attach": request.get("attach"),
            "notify_url": request["notify_url"],
            "trade_type": trade_type,
            "canonical": canonical,
            "api": request.get("api"),  # by which of its interfaces it came; None: APIv3
            "created_at": self._engine.clock.now(),
            "expires_at": expires_at,
            "state": "NOTPAY",
            "prepay_id": None,
            "transaction_id": None,
            "success_time": None,
            "bank_type": None,
            "notifications": [],
        }
        return self._keep(order)

    def burn(self, out_trade_no: str, mchid: str) -> None:
        """A number closed before it was ever ordered cannot be ordered any more."""
        order = {
            "number": self._engine.store.number("order"),
            "out_trade_no": out_trade_no,
            "mchid": mchid,
            "appid": self._engine.settings.account.appid,
            "description": "（从未下单）",
            "amount_fen": 0,
            "currency": "CNY",
            "openid": "",
            "attach": None,
            "notify_url": "",
            "trade_type": "JSAPI",
            "canonical": None,
            "created_at": self._engine.clock.now(),
            "expires_at": self._engine.clock.now(),
            "state": "CLOSED",
            "prepay_id": None,
            "transaction_id": None,
            "success_time": None,
            "bank_type": None,
            "notifications": [],
        }
        self._keep(order)

    def new_prepay(self, order: dict[str, Any]) -> str:
        """A new id to pay this order with; of a QR code, what stands after its prefix."""
        now, number = self._engine.clock.now(), order["out_trade_no"]
        stamp = iso(now)[8:19].replace("T", "").replace(":", "").replace("-", "")
        is_code = order["trade_type"] == "NATIVE"
        prepay_id = secrets.token_urlsafe(6) if is_code else f"wx{stamp}{secrets.token_hex(16)}"[:32] + "0000"
        expires_at = now + LIVES_SECONDS[order["trade_type"]]
        prepay = {"prepay_id": prepay_id, "out_trade_no": number, "expires_at": expires_at}
        self._engine.store.put("prepays", prepay_id, prepay)
        self.change(number, prepay_id=prepay_id)
        return prepay_id

    def close(self, out_trade_no: str) -> None:
        self.change(out_trade_no, state="CLOSED")

    def pay(self, out_trade_no: str, openid: str = "") -> dict[str, Any] | None:
        """Marks an order paid once; None when it already was. The cashier decides whether it may be.

        `openid`: who pays, where the order does not say so.
        """
        now = self._engine.clock.now()
        with self._engine.store.lock:
            order = self._engine.store.find("orders", out_trade_no)
            if order is None or order["state"] == "SUCCESS":
                return None
            number = self._engine.store.number("transaction") % 10**10
            payer = order["openid"] or openid or self._engine.followers.search("", 1)[0]["openid"]
            return self.change(
                out_trade_no,
                state="SUCCESS",
                openid=payer,
                payer=app_openid(payer) if order["trade_type"] == "APP" else payer,
                transaction_id=f"42000026{secrets.randbelow(100):02d}{beijing_day(now)}{number:010d}",
                success_time=iso(now),
                paid_at=now,
                bank_type="OTHERS",
                coupon_fen=take_off(self._engine.faults.take("pay_coupon"), order["amount_fen"]),
            )

    def change(self, out_trade_no: str, **changes: Any) -> dict[str, Any]:
        order = self._engine.store.change("orders", out_trade_no, **changes)
        self._engine.events.publish("orders", out_trade_no=out_trade_no, state=order["state"])
        return order

    def note_try(self, out_trade_no: str, entry: dict[str, Any]) -> None:
        """Adds one try of a notification to the order's history."""
        with self._engine.store.lock:
            order = self.find(out_trade_no)
            if order is not None:
                self.change(out_trade_no, notifications=[*order["notifications"], entry])

    def _keep(self, order: dict[str, Any]) -> dict[str, Any]:
        self._engine.store.put("orders", order["out_trade_no"], order)
        self._engine.events.publish("orders", out_trade_no=order["out_trade_no"], state=order["state"])
        return order


def as_answer(order: dict[str, Any]) -> dict[str, Any]:
    """The answer of a query; a payment of which something was refunded has a state of its own."""
    answer = as_transaction(order)
    if order.get("has_refund"):
        answer |= {"trade_state": "REFUND", "trade_state_desc": "转入退款"}
    return answer


def as_transaction(order: dict[str, Any]) -> dict[str, Any]:
    """The plaintext of a paid order's notification, and what is known of an unpaid one."""
    base = {"mchid": order["mchid"], "appid": order["appid"], "out_trade_no": order["out_trade_no"]}
    state = {"trade_state": order["state"], "trade_state_desc": STATES[order["state"]]}
    if order["state"] != "SUCCESS":
        amount = {"payer_currency": order["currency"], "total": order["amount_fen"]}
        return {**base, **state, "promotion_detail": [], "amount": amount, "scene_info": {"device_id": ""}}
    return {
        **base,
        "transaction_id": order["transaction_id"],
        "trade_type": order["trade_type"],
        **state,
        "bank_type": order["bank_type"],
        **({"attach": order["attach"]} if order["attach"] is not None else {}),
        "success_time": order["success_time"],
        "payer": {"openid": order.get("payer") or order["openid"]},  # of the order's appid
        "amount": {
            "total": order["amount_fen"],
            "payer_total": money_of(order),
            "currency": order["currency"],
            "payer_currency": order["currency"],
        },
    }
