"""Bills (https://opendocs.alipay.com/open/02e7gr): an address for thirty seconds, behind it a zip; spoilt on demand.

Who asks for a day without a row, or too early, hears that there is no bill: one word for both.
"""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.alipay import bill_faults
from simulator.alipay.bill_sheets import (
    FUND_COLUMNS,
    TRADE_COLUMNS,
    Row,
    fee_of,
    pack,
    payment_row,
    refund_row,
    write_fund_bill,
    write_trade_bill,
)
from simulator.alipay.wire import AlipayError, invalid, write_time
from simulator.clock import BEIJING

if TYPE_CHECKING:
    from simulator.engine import Engine

FILES = "alipay_bill_files"
FILE_PATH = "/downloadBillFile.resource"
READY_HOUR, ADDRESS_SECONDS = 9, 30
NAMES = {"trade": "业务明细", "signcustomer": "账务明细"}


def ask_bill(engine: Engine, content: dict[str, Any]) -> dict[str, Any]:
    kind, day = content.get("bill_type"), _asked_day(engine, content.get("bill_date"))
    if kind not in NAMES:
        raise invalid("isv.invalid-parameter", "bill_type 是 trade 或 signcustomer")
    text = _trade_text(engine, day) if kind == "trade" else _fund_text(engine, day)
    token = secrets.token_urlsafe(24)
    file = {"token": token, "text": text, "name": NAMES[kind], "day": day}
    engine.store.put(FILES, token, file | {"expires_at": engine.clock.now() + ADDRESS_SECONDS})
    base = engine.settings.base
    if kind == "trade" and engine.faults.peek("alipay_bill") == "other_host":
        engine.faults.take("alipay_bill")
        base = "https://bills.example.com"
    return {"bill_download_url": f"{base}{FILE_PATH}?bizType={kind}&fileId={token}"}


def find_file(engine: Engine, token: str) -> bytes | None:
    """The zip; None when its address is over."""
    file = engine.store.find(FILES, token)
    if file is None or file["expires_at"] < engine.clock.now():
        return None
    data = pack(engine.settings.alipay.seller_id, file["day"], file["name"], file["text"])
    if file["name"] == NAMES["trade"] and engine.faults.peek("alipay_bill") == "cut":
        engine.faults.take("alipay_bill")
        data = data[: len(data) // 2]
    return data


def trade_rows(engine: Engine, day: str) -> list[Row]:
    """The rows of a day, the earliest first."""
    rows: list[Row] = []
    for trade in engine.alipay.list():
        if trade["paid_at"] is not None:
            rows += [payment_row(trade), *(refund_row(trade, each) for each in trade["refunds"])]
    mine = (row for row in rows if row["完成时间"][:10] == day)
    return sorted(
        mine, key=lambda row: (row["完成时间"], row["商户订单号"], row.get("退款批次号/请求号", ""))
    )


def fund_rows(engine: Engine, day: str) -> list[Row]:
    """What moved on the account: money in, its fee out, refunds out and their fees back; the balance after each."""
    trades = [trade for trade in engine.alipay.list() if trade["paid_at"] is not None]
    moves: list[tuple[float, dict[str, Any], str, int]] = []
    for trade in trades:
        moves += [(trade["paid_at"], trade, "在线支付", trade["amount_fen"])]
        moves += [(trade["paid_at"], trade, "收费", -fee_of(trade["amount_fen"]))]
        for each in trade["refunds"]:
            moves += [(each["at"], trade, "交易退款", -each["amount_fen"])]
            moves += [(each["at"], trade, "退费", fee_of(each["amount_fen"]))]
    rows, balance = [], 0
    for number, (at, trade, what, fen) in enumerate(
        sorted(moves, key=lambda move: (move[0], move[1]["number"]))
    ):
        balance += fen
        if fen and write_time(at)[:10] == day:
            rows.append(_fund_row(number, at, trade, what, fen) | {"账户余额（元）": balance})
    return rows


def _fund_row(number: int, at: float, trade: dict[str, Any], what: str, fen: int) -> Row:
    return {
        "账务流水号": f"{trade['trade_no'][:8]}{number:012d}",
        "业务流水号": trade["trade_no"],
        "商户订单号": trade["out_trade_no"],
        "商品名称": trade["subject"],
        "发生时间": write_time(at),
        "收入金额（+元）" if fen > 0 else "支出金额（-元）": fen,
        "交易渠道": "支付宝",
        "业务类型": what,
    }


def _trade_text(engine: Engine, day: str) -> str:
    fault = engine.faults.peek("alipay_bill")
    bill_faults.spoil_books(engine, day, fault)
    rows, columns = bill_faults.move_over_midnight(engine, day, trade_rows(engine, day), fault), TRADE_COLUMNS
    payments = [row for row in rows if row["业务类型"] == "交易"]
    refunds = [row for row in rows if row["业务类型"] == "退款"]
    if fault in bill_faults.ROWS and (payments or fault == "unknown_order"):
        rows = bill_faults.ROWS[fault](rows, payments, day)
        engine.faults.take("alipay_bill")
    elif fault == "refund_missing" and refunds:
        rows = [row for row in rows if row is not refunds[-1]]
        engine.faults.take("alipay_bill")
    elif fault == "columns":
        columns = (*reversed(TRADE_COLUMNS), "新的一列")
        engine.faults.take("alipay_bill")
    if not rows:
        raise _no_bill()
    text = write_trade_bill(rows, columns)
    if fault == "wrong_totals":
        engine.faults.take("alipay_bill")
        text = text.replace("#交易合计：", "#交易合计：9")
    return text


def _fund_text(engine: Engine, day: str) -> str:
    rows = fund_rows(engine, day)
    if not rows:
        raise _no_bill()
    assert set(rows[0]) <= set(FUND_COLUMNS)  # noqa: S101
    return write_fund_bill(rows)


def _asked_day(engine: Engine, text: Any) -> str:
    """The day asked for, once its bill is written. Raises: AlipayError."""
    try:
        if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError("no day")
        day = date.fromisoformat(text)
    except ValueError as error:
        raise invalid("isv.invalid_arguments", "bill_date 是 yyyy-MM-dd") from error
    now = datetime.fromtimestamp(engine.clock.now(), BEIJING)
    if day >= now.date():
        raise invalid("isv.invalid_arguments", "账单日期最晚是昨天")
    ready_at = datetime(day.year, day.month, day.day, READY_HOUR, tzinfo=BEIJING) + timedelta(days=1)
    if now < ready_at or engine.faults.peek("alipay_bill") == "none":
        if now >= ready_at:
            engine.faults.take("alipay_bill")
        raise _no_bill()
    return text


def _no_bill() -> AlipayError:
    return AlipayError("isp.bill_not_exist", "账单不存在")
