"""Bills (https://pay.weixin.qq.com/doc/v3/merchant/4012556654): asked for by the day, fetched by a short-lived address.

A bill holds what the books say: every payment and refund of its Beijing day. `bill_faults` may spoil it.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import secrets
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from simulator.clock import BEIJING, iso
from simulator.pay import bill_faults
from simulator.pay.bill_sheets import (
    Row,
    iso_of,
    payment_row,
    refund_row,
    spoken,
    write_fund_bill,
    write_trade_bill,
)
from simulator.pay.errors import PayError
from simulator.pay.transport import Body, PayCall, pay_route

if TYPE_CHECKING:
    from simulator.engine import Engine

READY_HOUR = 10
KEPT_DAYS = 92  # three months
ADDRESS_SECONDS = 300


@pay_route("GET", r"/v3/bill/tradebill", "申请交易账单")
def ask_trade_bill(call: PayCall) -> tuple[int, Body]:
    day, query = _asked_day(call)
    if query.get("bill_type", "ALL") != "ALL":
        raise _wrong("bill_type", query["bill_type"], "the simulator knows ALL")
    bill_faults.spoil_books(call.engine, day)
    rows = [row for _at, row in trade_rows(call.engine, day)]
    rows, columns = bill_faults.spoil_trade(call.engine, day, rows)
    call.engine.store.put("bill_told", day, {"rows": rows})
    if not rows:
        raise _no_bill()
    text = bill_faults.spoil_totals(call.engine, write_trade_bill(rows, columns))
    return 200, _address(call, text, is_packed=query.get("tar_type") == "GZIP")


@pay_route("GET", r"/v3/bill/fundflowbill", "申请资金账单")
def ask_fund_bill(call: PayCall) -> tuple[int, Body]:
    day, query = _asked_day(call)
    if query.get("account_type", "BASIC") not in {"BASIC", "OPERATION", "FEES"}:
        raise _wrong("account_type", query["account_type"], "BASIC, OPERATION or FEES")
    rows = fund_rows(call.engine, day) if query.get("account_type", "BASIC") == "BASIC" else []
    if not rows:
        raise _no_bill()
    rows = bill_faults.spoil_funds(call.engine, day, rows)
    return 200, _address(call, write_fund_bill(rows), is_packed=query.get("tar_type") == "GZIP")


@pay_route("GET", r"/v3/billdownload/file", "下载账单")
def download(call: PayCall) -> tuple[int, bytes]:
    """The file; unsigned, unlike every other answer."""
    query = _query(call)
    file = call.engine.store.find("bill_files", query.get("token", ""))
    if file is None or file["expires_at"] < call.engine.clock.now():
        raise _wrong("token", "…", "is unknown or over")
    data = file["text"].encode()
    if file["is_packed"]:
        data = gzip.compress(data, mtime=0)
    if call.engine.faults.strikes("bill_cut"):
        data = data[: len(data) // 2]
    return 200, data


def trade_rows(engine: Engine, day: str) -> list[tuple[str, Row]]:
    """The moments and rows of a day (`2026-11-20`), the earliest first."""
    orders = {order["out_trade_no"]: order for order in engine.orders.list() if order["transaction_id"]}
    rows = [(order["success_time"], payment_row(order)) for order in orders.values()]
    for refund in engine.store.all("refunds"):
        if refund["out_trade_no"] in orders:
            rows.append((iso(refund["created_at"]), refund_row(orders[refund["out_trade_no"]], refund)))
    rows = [(at, row) for at, row in rows if at[:10] == day]
    return sorted(rows, key=lambda found: (found[0], found[1]["商户退款单号"], found[1]["商户订单号"]))


def fund_rows(engine: Engine, day: str) -> list[Row]:
    """What moved on the account that day, with the balance after each: money in, its fee out, refunds out.

    Where the trade bill was given out already, as that tells it.
    """
    moves: list[Row] = []
    for at, row in _all_rows(engine):
        is_refund = row["交易状态"] == "REFUND"
        number = row["微信退款单号"] if is_refund else row["微信订单号"]
        voucher = row["商户退款单号"] if is_refund else row["商户订单号"]
        base = {"at": spoken(at), "number": number, "voucher": voucher}
        amount = -row["退款金额"] if is_refund else row["应结订单金额"]
        kind = ("退款", "退款") if is_refund else ("交易", "交易")
        moves.append(base | {"name": kind[0], "type": kind[1], "amount_fen": amount})
        if row["手续费"]:
            kind = ("手续费返还", "退还交易手续费") if is_refund else ("手续费", "扣除交易手续费")
            moves.append(base | {"name": kind[0], "type": kind[1], "amount_fen": -row["手续费"]})
    balance = 0
    for number, move in enumerate(moves):
        balance += move["amount_fen"]
        move |= {"balance_fen": balance, "flow_number": f"{move['number']}{number:04d}"}
    return [move for move in moves if move["at"][:10] == day]


def _all_rows(engine: Engine) -> list[tuple[str, Row]]:
    days = {order["success_time"][:10] for order in engine.orders.list() if order["transaction_id"]}
    days |= {iso(refund["created_at"])[:10] for refund in engine.store.all("refunds")}
    return [found for day in sorted(days) for found in _told_rows(engine, day)]


def _told_rows(engine: Engine, day: str) -> list[tuple[str, Row]]:
    told = engine.store.find("bill_told", day)
    if told is None:
        return trade_rows(engine, day)
    once = {(row["微信订单号"], row["微信退款单号"]): row for row in reversed(told["rows"])}
    return [(iso_of(row["交易时间"]), row) for row in reversed(once.values())]


def _asked_day(call: PayCall) -> tuple[str, dict[str, str]]:
    """The day asked for, once its bill may be had. Raises: PayError."""
    query = _query(call)
    text = query.get("bill_date", "")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise _wrong("bill_date", text, "must be YYYY-MM-DD")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _wrong("bill_date", text, "is no day") from error
    now = datetime.fromtimestamp(call.engine.clock.now(), BEIJING)
    if day < now.date() - timedelta(days=KEPT_DAYS):
        raise PayError(400, "INVALID_REQUEST", "账单日期超出三个月")
    ready_at = datetime(day.year, day.month, day.day, READY_HOUR, tzinfo=BEIJING) + timedelta(days=1)
    if now < ready_at or call.engine.faults.strikes("bill_late", call.target):
        raise PayError(400, "STATEMENT_CREATING", "账单生成中")
    if call.engine.faults.strikes("bill_none", call.target):
        raise _no_bill()
    call.verdicts.add("账单日期", True, text)
    return text, query


def _address(call: PayCall, text: str, *, is_packed: bool) -> dict[str, Any]:
    engine, token = call.engine, secrets.token_urlsafe(48)
    file = {"token": token, "text": text, "is_packed": is_packed}
    engine.store.put("bill_files", token, file | {"expires_at": engine.clock.now() + ADDRESS_SECONDS})
    digest = hashlib.sha1(text.encode()).hexdigest()
    if engine.faults.strikes("bill_wrong_hash"):
        digest = hashlib.sha1(b"another file").hexdigest()
    base = engine.settings.base
    if engine.faults.strikes("bill_other_host"):
        base = "https://bills.example.com"
    address = f"{base}/v3/billdownload/file?token={token}{'&tartype=gzip' if is_packed else ''}"
    return {"hash_type": "SHA1", "hash_value": digest, "download_url": address}


def _query(call: PayCall) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(call.target).query).items()}


def _wrong(name: str, value: str, issue: str) -> PayError:
    return PayError(400, "PARAM_ERROR", "参数错误", field=name, value=value, issue=issue, location="query")


def _no_bill() -> PayError:
    return PayError(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
