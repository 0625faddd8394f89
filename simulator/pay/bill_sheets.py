"""How WeChat Pay writes a bill: a heading, rows with a backtick before each value, two lines of totals.

UTF-8 with a byte order mark, lines end CRLF, nothing is quoted; money is yuan, fees have five decimals.
"""

from __future__ import annotations

from typing import Any

from simulator.clock import iso
from simulator.pay.coupons import coupon_of, money_of

TRADE_COLUMNS = (
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识"),
    *("交易类型", "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号"),
    *("商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包"),
    *("手续费", "费率", "订单金额", "申请退款金额", "费率备注"),
)
TRADE_TOTALS = (
    *("总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额"),
    *("手续费总金额", "订单总金额", "申请退款总金额"),
)
FUND_COLUMNS = (
    *("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型"),
    *("收支金额(元)", "账户结余(元)", "资金变更提交申请人", "备注", "业务凭证号"),
)
FUND_TOTALS = ("资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额")
RATE = "0.60%"

Row = dict[str, Any]


def fee_of(amount_fen: int) -> int:
    """0.6 %, rounded half up to a fen."""
    return (amount_fen * 6 + 500) // 1000


def payment_row(order: dict[str, Any]) -> Row:
    """One payment; money in fen here, `write` makes yuan of it."""
    return {
        "交易时间": spoken(order["success_time"]),
        "公众账号ID": order["appid"],
        "商户号": order["mchid"],
        "特约商户号": "0",
        "设备号": "",
        "微信订单号": order["transaction_id"],
        "商户订单号": order["out_trade_no"],
        "用户标识": order["openid"],
        "交易类型": order["trade_type"],
        "交易状态": "SUCCESS",
        "付款银行": order["bank_type"],
        "货币种类": order["currency"],
        "应结订单金额": money_of(order),
        "代金券金额": coupon_of(order),
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": 0,
        "充值券退款金额": 0,
        "退款类型": "",
        "退款状态": "",
        "商品名称": order["description"],
        "商户数据包": order["attach"] or "",
        "手续费": fee_of(money_of(order)),
        "费率": RATE,
        "订单金额": order["amount_fen"],
        "申请退款金额": 0,
        "费率备注": "",
    }


def refund_row(order: dict[str, Any], refund: dict[str, Any]) -> Row:
    """One refund, under the numbers of its payment; its fee comes back."""
    return payment_row(order) | {
        "交易时间": spoken(iso(refund["created_at"])),
        "交易状态": "REFUND",
        "应结订单金额": 0,
        "微信退款单号": refund["refund_id"],
        "商户退款单号": refund["out_refund_no"],
        "代金券金额": 0,
        "退款金额": money_of(refund),
        "退款类型": "ORIGINAL",
        "退款状态": refund["status"],
        "手续费": -fee_of(money_of(refund)),
        "订单金额": 0,
        "申请退款金额": refund["amount_fen"],
    }


def write_trade_bill(rows: list[Row], columns: tuple[str, ...] = TRADE_COLUMNS) -> str:
    """The file with its totals, for the rows in their order."""
    totals = (
        f"{len(rows)}.0",
        *(_sum(rows, name) for name in ("应结订单金额", "退款金额", "充值券退款金额")),
        *(_sum(rows, name) for name in ("手续费", "订单金额", "申请退款金额")),
    )
    return _write(
        columns, [[_trade_text(row, name) for name in columns] for row in rows], TRADE_TOTALS, totals
    )


def write_fund_bill(rows: list[Row]) -> str:
    """The same for the account: `amount_fen` is negative for what went out."""
    inward = [row["amount_fen"] for row in rows if row["amount_fen"] > 0]
    outward = [-row["amount_fen"] for row in rows if row["amount_fen"] < 0]
    numbers = (
        f"{len(rows)}.0",
        f"{len(inward)}.0",
        yuan(sum(inward)),
        f"{len(outward)}.0",
        yuan(sum(outward)),
    )
    return _write(FUND_COLUMNS, [_fund_texts(row) for row in rows], FUND_TOTALS, numbers)


def spoken(time: str) -> str:
    """`2026-11-20T10:15:32+08:00` → `2026-11-20 10:15:32`."""
    return time[:19].replace("T", " ")


def iso_of(time: str) -> str:
    """`2026-11-20 10:15:32` → `2026-11-20T10:15:32+08:00`."""
    return f"{time.replace(' ', 'T')}+08:00"


def yuan(fen: int) -> str:
    """2590 → `25.90`."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _sum(rows: list[Row], name: str) -> str:
    total = sum(row[name] for row in rows)
    return yuan(total) if total else "0.0"


def _trade_text(row: Row, name: str) -> str:
    value = row.get(name, "")
    if name == "手续费":
        return f"{yuan(value)}000"
    return yuan(value) if isinstance(value, int) else str(value)


def _fund_texts(row: Row) -> list[str]:
    amount = row["amount_fen"]
    return [
        *(row["at"], row["number"], row["flow_number"], row["name"], row["type"]),
        *("收入" if amount > 0 else "支出", yuan(abs(amount)), yuan(row["balance_fen"])),
        *("system", "", row["voucher"]),
    ]


def _write(
    columns: tuple[str, ...], rows: list[list[str]], names: tuple[str, ...], totals: tuple[str, ...]
) -> str:
    lines = [",".join(columns), *(_ticked(row) for row in rows), ",".join(names), _ticked(list(totals))]
    return "\ufeff" + "".join(f"{line}\r\n" for line in lines)


def _ticked(values: list[str]) -> str:
    return ",".join(f"`{value}" for value in values)
