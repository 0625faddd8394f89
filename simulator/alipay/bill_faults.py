"""Differences put into a bill of Alipay's on demand: the values of the switch `alipay_bill`.

Set for once it is used up by the first bill that has something to spoil.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.alipay.bill_sheets import Row, payment_row
from simulator.alipay.trades import CLOSED, PAID, WAITS
from simulator.alipay.wire import write_time

if TYPE_CHECKING:
    from simulator.engine import Engine

MOVES = "alipay_bill_moves"
LAST_MINUTES = "23:30:00"  # of a day: what is paid then may be booked on the next one


def spoil_books(engine: Engine, day: str, fault: str) -> None:
    """Money that comes or goes without a word: on the books and so in the bill, and a query tells of it."""
    trades = sorted(engine.alipay.list(), key=lambda trade: trade["number"])
    noon = datetime.fromisoformat(f"{day}T12:00:00+08:00").timestamp()
    if fault in ("missing_here", "paid_after_close"):
        state = WAITS if fault == "missing_here" else CLOSED
        found = next((each for each in trades if each["state"] == state and each["paid_at"] is None), None)
        if found is not None:
            engine.alipay.change(found["out_trade_no"], state=PAID, paid_at=noon)
            engine.faults.take("alipay_bill")
    if fault == "refund_extra":
        paid = (each for each in trades if each["state"] == PAID and not each["refunds"])
        found = next((each for each in paid if write_time(each["paid_at"])[:10] == day), None)
        if found is not None:
            one = {
                "out_request_no": f"HAND{found['out_trade_no']}"[:64],
                "amount_fen": 100,
                "at": noon + 39_600,
            }
            engine.alipay.change(found["out_trade_no"], refunds=[one])
            engine.faults.take("alipay_bill")


def move_over_midnight(engine: Engine, day: str, rows: list[Row], fault: str) -> list[Row]:
    """A payment of the day's last half hour stands in the bill of the next day instead."""
    after = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    came, gone = engine.store.find(MOVES, day), engine.store.find(MOVES, after)
    late = [row for row in rows if row["业务类型"] == "交易" and row["完成时间"][11:] >= LAST_MINUTES]
    if gone is None and late and fault == "midnight":
        gone = engine.store.put(MOVES, after, {"day": after, "out_trade_no": late[-1]["商户订单号"]})
        engine.faults.take("alipay_bill")
    if gone is not None:
        rows = [row for row in rows if row["商户订单号"] != gone["out_trade_no"]]
    if came is not None and (trade := engine.alipay.find(came["out_trade_no"])):
        rows = [payment_row(trade) | {"完成时间": f"{day} 00:00:01"}, *rows]
    return rows


def _with_more(row: Row, name: str, fen: int) -> Row:
    return row | {each: row[each] + fen for each in (name, "商家实收（元）") if each in row}


def _change_first(name: str, fen: int) -> Any:
    def change(rows: list[Row], payments: list[Row], _day: str) -> list[Row]:
        first = payments[0]
        changed = (
            _with_more(first, name, fen) if name.startswith("订单") else first | {name: first[name] + fen}
        )
        return [changed if row is first else row for row in rows]

    return change


def _add_stranger(rows: list[Row], _payments: list[Row], day: str) -> list[Row]:
    noon = datetime.fromisoformat(f"{day}T09:00:00+08:00").timestamp()
    trade_no = f"{day.replace('-', '')}22001499990000000001"
    numbers = {"trade_no": trade_no, "out_trade_no": "STRANGER00000000000001", "subject": "不是这里卖的"}
    return [*rows, payment_row({**numbers, "created_at": noon, "paid_at": noon, "amount_fen": 8800})]


ROWS: dict[str, Any] = {
    "missing_there": lambda rows, payments, _day: [row for row in rows if row is not payments[-1]],
    "twice": lambda rows, payments, _day: [*rows, dict(payments[0])],
    "wrong_amount": _change_first("订单金额（元）", 1),
    "wrong_fee": _change_first("服务费（元）", -100),
    "wrong_status": lambda rows, payments, _day: [
        row | {"业务类型": "交易冻结"} if row is payments[0] else row for row in rows
    ],
    "unknown_order": _add_stranger,
}
