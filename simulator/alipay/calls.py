"""What a merchant's server may ask: query, refund, refund query, close (https://opendocs.alipay.com/open/02ivbt)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.alipay.bills import ask_bill
from simulator.alipay.trades import CLOSED, WAITS, refunded_of
from simulator.alipay.wire import AlipayError, read_yuan, write_time, write_yuan

if TYPE_CHECKING:
    from simulator.engine import Engine

Call = Callable[["Engine", dict[str, Any]], dict[str, Any]]
BUYER = {"buyer_logon_id": "159****5620", "buyer_user_id": "2088101117955611"}


def query(engine: Engine, content: dict[str, Any]) -> dict[str, Any]:
    trade = _find(engine, content)
    amount = write_yuan(trade["amount_fen"])
    answer = {**_numbers(trade), **BUYER, "trade_status": trade["state"], "total_amount": amount}
    if trade["paid_at"] is not None:
        paid = dict.fromkeys(("receipt_amount", "buyer_pay_amount", "invoice_amount"), amount)
        answer |= {**paid, "send_pay_date": write_time(trade["paid_at"])}
    return answer


def close(engine: Engine, content: dict[str, Any]) -> dict[str, Any]:
    with engine.store.lock:
        trade = _find(engine, content)
        if trade["state"] != WAITS:
            raise AlipayError("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
        engine.alipay.change(trade["out_trade_no"], state=CLOSED)
    return _numbers(trade)


def refund(engine: Engine, content: dict[str, Any]) -> dict[str, Any]:
    trade = _find(engine, content)
    amount_fen = read_yuan("refund_amount", content.get("refund_amount"))
    number = str(content.get("out_request_no") or "")
    if not number:
        if amount_fen != trade["amount_fen"]:
            raise AlipayError("ACQ.INVALID_PARAMETER", "部分退款必须传 out_request_no")
        number = trade["out_trade_no"]
    trade, moved = engine.alipay.refund(trade, number, amount_fen)
    return {
        **_numbers(trade),
        **BUYER,
        "fund_change": "Y" if moved else "N",
        "gmt_refund_pay": write_time(engine.clock.now()),
        "refund_fee": write_yuan(refunded_of(trade)),  # of all refunds together
        "send_back_fee": write_yuan(amount_fen),
    }


def query_refund(engine: Engine, content: dict[str, Any]) -> dict[str, Any]:
    """Of a refund that never came it answers success and nothing else."""
    trade, number = _find(engine, content), content.get("out_request_no")
    if not number:
        raise AlipayError("ACQ.INVALID_PARAMETER", "out_request_no 不能为空")
    one = next((each for each in trade["refunds"] if each["out_request_no"] == number), None)
    if one is None:
        return {}
    options = content.get("query_options") or []
    at = {"gmt_refund_pay": write_time(one["at"])} if "gmt_refund_pay" in options else {}
    return {
        **_numbers(trade),
        "out_request_no": number,
        "total_amount": write_yuan(trade["amount_fen"]),
        "refund_amount": write_yuan(one["amount_fen"]),
        "refund_status": "REFUND_SUCCESS",
        **at,
    }


CALLS: dict[str, tuple[str, Call]] = {
    "alipay.trade.query": ("查询", query),
    "alipay.trade.close": ("关闭", close),
    "alipay.trade.refund": ("退款", refund),
    "alipay.trade.fastpay.refund.query": ("退款查询", query_refund),
    "alipay.data.dataservice.bill.downloadurl.query": ("账单地址", ask_bill),
}


def _find(engine: Engine, content: dict[str, Any]) -> dict[str, Any]:
    numbers = [str(content.get(name) or "") for name in ("out_trade_no", "trade_no")]
    if not any(numbers):
        raise AlipayError("ACQ.INVALID_PARAMETER", "out_trade_no 与 trade_no 不能同时为空")
    trade = engine.alipay.find(*numbers)
    if trade is None:
        raise AlipayError("ACQ.TRADE_NOT_EXIST", "交易不存在")
    return trade


def _numbers(trade: dict[str, Any]) -> dict[str, Any]:
    return {name: trade[name] for name in ("out_trade_no", "trade_no")}
