"""How Alipay writes a bill: remarks behind `#`, a heading, rows with a tab behind numbers, totals in remarks; a zip.

GBK, lines end CRLF, nothing is quoted; money is yuan, what goes back stands there with a minus, and so does a fee.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from simulator.alipay.wire import write_time, write_yuan

TRADE_COLUMNS = (
    *("支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称"),
    *("操作员", "终端号", "对方账户", "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）"),
    *("支付宝优惠（元）", "商家优惠（元）", "券核销金额（元）", "券名称", "商家红包消费金额（元）"),
    *("卡消费金额（元）", "退款批次号/请求号", "服务费（元）", "分润（元）", "备注"),
)
FUND_COLUMNS = (
    *("账务流水号", "业务流水号", "商户订单号", "商品名称", "发生时间", "对方账号"),
    *("收入金额（+元）", "支出金额（-元）", "账户余额（元）", "交易渠道", "业务类型", "备注"),
)
RATE = "0.6%"
NUMBERS = ("支付宝交易号", "商户订单号", "退款批次号/请求号", "账务流水号", "业务流水号")

Row = dict[str, Any]


class _GbkName(zipfile.ZipInfo):
    """A name as Alipay writes it: GBK, without a word about that."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits


def fee_of(amount_fen: int) -> int:
    """0.6 %, rounded half up to a fen."""
    return (amount_fen * 6 + 500) // 1000


def payment_row(trade: dict[str, Any]) -> Row:
    """One payment; money in fen here."""
    return {
        "支付宝交易号": trade["trade_no"],
        "商户订单号": trade["out_trade_no"],
        "业务类型": "交易",
        "商品名称": trade["subject"],
        "创建时间": write_time(trade["created_at"]),
        "完成时间": write_time(trade["paid_at"]),
        "对方账户": "*雨(159****5620)",
        "订单金额（元）": trade["amount_fen"],
        "商家实收（元）": trade["amount_fen"],
        "服务费（元）": -fee_of(trade["amount_fen"]),
    }


def refund_row(trade: dict[str, Any], refund: dict[str, Any]) -> Row:
    """One refund of it; its fee comes back."""
    return payment_row(trade) | {
        "业务类型": "退款",
        "完成时间": write_time(refund["at"]),
        "订单金额（元）": -refund["amount_fen"],
        "商家实收（元）": -refund["amount_fen"],
        "退款批次号/请求号": refund["out_request_no"],
        "服务费（元）": fee_of(refund["amount_fen"]),
    }


def write_trade_bill(rows: list[Row], columns: tuple[str, ...] = TRADE_COLUMNS) -> str:
    """The file of rows with its totals."""
    totals = []
    for kind, words in (("交易", "商家实收"), ("退款", "商家实收退款")):
        some = [row["商家实收（元）"] for row in rows if row["业务类型"] == kind]
        what = f"，{words}共{yuan(sum(some))}元，商家优惠{'退款' if kind == '退款' else ''}共0.00元"
        totals.append(f"#{kind}合计：{len(some)}笔{what}")
    return _write("业务明细", columns, rows, totals)


def write_fund_bill(rows: list[Row]) -> str:
    """The same for the account."""
    totals = []
    for kind, name in (("支出", "支出金额（-元）"), ("收入", "收入金额（+元）")):
        some = [row[name] for row in rows if row.get(name)]
        totals.append(f"#{kind}合计：{len(some)}笔，共{yuan(sum(some))}元")
    return _write("账务明细", FUND_COLUMNS, rows, totals)


def pack(seller_id: str, day: str, name: str, text: str) -> bytes:
    """The zip with the rows and with the sums, which nobody needs."""
    begin = f"{seller_id}_{day.replace('-', '')}_{name}"
    files = {f"{begin}.csv": text, f"{begin}(汇总).csv": f"#支付宝{name[:2]}汇总查询\r\n"}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            info = _GbkName(path, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content.encode("gbk", errors="replace"))
    return target.getvalue()


def yuan(fen: int) -> str:
    """-2590 → `-25.90`."""
    return f"{'-' if fen < 0 else ''}{write_yuan(abs(fen))}"


def _write(name: str, columns: tuple[str, ...], rows: list[Row], totals: list[str]) -> str:
    line = "-" * 40
    lines = [
        f"#支付宝{name}查询",
        f"#{line}{name}列表{line}",
        ",".join(columns),
        *(",".join(_text(row, column) for column in columns) for row in rows),
        f"#{line}{name}列表结束{line}",
        *totals,
    ]
    return "".join(f"{each}\r\n" for each in lines)


def _text(row: Row, column: str) -> str:
    value = row.get(column, "0.00" if column.endswith("元）") and column not in FUND_COLUMNS else "")
    if isinstance(value, int):
        return yuan(value)
    return f"{value}\t" if column in NUMBERS else str(value)
