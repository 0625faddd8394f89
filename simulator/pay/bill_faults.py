"""Differences put into a trade bill on demand, each a switch of `faults`, so that whoever reconciles can be tried.

A switch set for once is used up by the first bill that has something to spoil.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.pay.bill_sheets import TRADE_COLUMNS, Row, payment_row

if TYPE_CHECKING:
    from simulator.engine import Engine

STRANGE_NUMBER = "STRANGER00000000000001"
LAST_MINUTES = "23:30:00"  # of a day: what is paid then may be booked on the next one


def spoil_books(engine: Engine, day: str) -> None:
    """Money that comes without a word: on the books and so in the bill, and a query tells of it."""
    orders = engine.orders.list()
    unpaid = [order for order in orders if not order["transaction_id"] and order["canonical"]]
    paid = {order["openid"]: order for order in orders if (order["success_time"] or "")[:10] == day}
    twins = [order for order in unpaid if order["openid"] in paid]
    _pay(engine, day, "bill_duplicate_attempt", twins)
    unpaid = [order for order in unpaid if not engine.orders.find(order["out_trade_no"])["transaction_id"]]  # type: ignore[index]
    _pay(engine, day, "bill_missing_here", [order for order in unpaid if order["state"] == "NOTPAY"])
    _pay(engine, day, "bill_paid_after_close", [order for order in unpaid if order["state"] == "CLOSED"])
    _give_back(
        engine, day, [order for order in paid.values() if not engine.refunds.of_order(order["out_trade_no"])]
    )


def spoil_trade(engine: Engine, day: str, rows: list[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows and columns as they are written."""
    payments = [row for row in rows if row["交易状态"] == "SUCCESS"]
    refunds = [row for row in rows if row["交易状态"] == "REFUND"]
    rows = _move_over_midnight(engine, day, rows)
    if payments and engine.faults.strikes("bill_missing_there"):
        rows = [row for row in rows if row is not payments[-1]]
    if payments and engine.faults.strikes("bill_wrong_amount"):
        payments[0]["订单金额"] += 1
        payments[0]["应结订单金额"] += 1
    if payments and engine.faults.strikes("bill_wrong_status"):
        payments[0]["交易状态"] = "REVOKED"
    if payments and engine.faults.strikes("bill_wrong_fee"):
        payments[0]["手续费"] += 100
    if payments and engine.faults.strikes("bill_twice"):
        rows = [*rows, dict(payments[0])]
    if refunds and engine.faults.strikes("bill_refund_missing"):
        rows = [row for row in rows if row is not refunds[-1]]
    if engine.faults.strikes("bill_unknown_order"):
        rows = [*rows, _strange_payment(engine, day)]
    columns = TRADE_COLUMNS
    if engine.faults.strikes("bill_columns"):
        columns = (*reversed(TRADE_COLUMNS), "新的一列")
    return rows, columns


def spoil_funds(engine: Engine, day: str, rows: list[Row]) -> list[Row]:
    """The movements as they are written; the totals fit them."""
    payments = [row for row in rows if row["type"] == "交易"]
    fees = [row for row in rows if row["type"] == "扣除交易手续费"]
    last = rows[-1]
    if payments and engine.faults.strikes("funds_missing"):
        rows = [row for row in rows if row is not payments[-1]]
    if payments and engine.faults.strikes("funds_wrong_amount"):
        payments[0]["amount_fen"] += 1
    if fees and engine.faults.strikes("funds_wrong_fee"):
        fees[0]["amount_fen"] -= 100
    if engine.faults.strikes("funds_extra"):
        strange = {"number": f"4200002699{day.replace('-', '')}0000000009", "voucher": STRANGE_NUMBER}
        rows = [*rows, last | strange | {"name": "交易", "type": "交易", "amount_fen": 8800}]
    if engine.faults.strikes("funds_withdrawal"):
        drawn = {"number": f"9000{day.replace('-', '')}", "voucher": "", "amount_fen": -last["balance_fen"]}
        rows = [*rows, last | drawn | {"name": "提现", "type": "提现", "balance_fen": 0}]
    return rows


def spoil_totals(engine: Engine, text: str) -> str:
    """The file, perhaps with one payment too many in the totals."""
    if not engine.faults.strikes("bill_wrong_totals"):
        return text
    head, _, last = text.rpartition("\r\n`")
    return f"{head}\r\n`9{last}"


def _pay(engine: Engine, day: str, fault: str, orders: list[dict[str, Any]]) -> None:
    if not orders or not engine.faults.strikes(fault):
        return
    number = orders[0]["out_trade_no"]
    engine.orders.pay(number)
    engine.orders.change(number, success_time=f"{day}T12:00:00+08:00")


def _give_back(engine: Engine, day: str, orders: list[dict[str, Any]]) -> None:
    """A yuan goes back by hand in the merchant platform, and no notification tells of it."""
    if not orders or not engine.faults.strikes("bill_refund_extra"):
        return
    order, at = orders[0], f"{day}T23:00:00+08:00"
    amount = {"refund": min(100, order["amount_fen"]), "total": order["amount_fen"], "currency": "CNY"}
    number = f"HAND{order['out_trade_no']}"[:64]
    engine.refunds.add(order, {"out_refund_no": number, "amount": amount}, source="CONSOLE")
    moment = datetime.fromisoformat(at).timestamp()
    engine.refunds.change(number, status="SUCCESS", created_at=moment, success_time=at)


def _move_over_midnight(engine: Engine, day: str, rows: list[Row]) -> list[Row]:
    """A payment of the day's last half hour stands in the bill of the next day instead."""
    after = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    came, gone = engine.store.find("bill_moves", day), engine.store.find("bill_moves", after)
    late = [row for row in rows if row["交易状态"] == "SUCCESS" and row["交易时间"][11:] >= LAST_MINUTES]
    if gone is None and late and engine.faults.strikes("bill_midnight"):
        gone = engine.store.put("bill_moves", after, {"out_trade_no": late[-1]["商户订单号"]})
    if gone is not None:
        rows = [row for row in rows if row["商户订单号"] != gone["out_trade_no"]]
    if came is not None and (order := engine.orders.find(came["out_trade_no"])):
        rows = [payment_row(order) | {"交易时间": f"{day} 00:00:01"}, *rows]
    return rows


def _strange_payment(engine: Engine, day: str) -> Row:
    followers = engine.followers.search("", 1)
    return payment_row(
        {
            "success_time": f"{day}T09:00:00+08:00",
            "appid": engine.settings.account.appid,
            "mchid": engine.settings.merchant.mchid,
            "transaction_id": f"4200002699{day.replace('-', '')}0000000001",
            "out_trade_no": STRANGE_NUMBER,
            "openid": followers[0]["openid"],
            "trade_type": "JSAPI",
            "bank_type": "OTHERS",
            "currency": "CNY",
            "amount_fen": 8800,
            "description": "不是这里卖的",
            "attach": None,
        }
    )
