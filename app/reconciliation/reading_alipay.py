"""Reading a bill of Alipay's, of payments or of the account: line by line, by the names in its heading.

Lines that begin with `#` are remarks, two of them totals. Values may be followed by a tab. What goes back stands there
with a minus, and so does the fee of a payment. Rows of another kind are no payment that came, and in
no total. A payment's rate is not written: it is told from outside, or unknown.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from app.payments.gateways.contract import BillKind
from app.reconciliation.models import FundKind, RowKind
from app.reconciliation.reading import (
    BillUnreadable,
    Row,
    Sums,
    fund_row,
    lines_of,
    names_of,
    picker_of,
    read_fen,
    read_moment,
    read_units,
    to_fen,
)

PAYMENT, REFUND = "交易", "退款"
DONE = "SUCCESS"  # a row of either is money that moved; said in the word that comparing knows
_GOODS, _CREATED = "商品名称", "创建时间"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_TOTAL = re.compile(r"^#+(交易|退款|收入|支出)合计[：:](\d+)笔[，,]\D*?(-?[\d.]+)元")


@dataclass(slots=True)
class _Walk:
    """What the rows come to, to be held to the file's own totals: `交易` → number and units."""

    sums: Sums = field(default_factory=Sums)
    found: dict[str, list[int]] = field(default_factory=dict)
    rate_ppm: int = 0

    def add(self, name: str, units: int) -> None:
        """One more row of this kind."""
        sums = self.found.setdefault(name, [0, 0])
        sums[0] += 1
        sums[1] += units


class AlipayBillReader:
    """Walk over it once, as over `BillReader`. `rate_ppm`: of every payment, to check fees by; 0: unknown."""

    def __init__(self, kind: BillKind, text: TextIO, *, rate_ppm: int = 0) -> None:
        self._shape, self._text, self._walk = _SHAPES[kind], text, _Walk(rate_ppm=rate_ppm)

    @property
    def sums(self) -> Sums:
        """Right once all rows were read."""
        return self._walk.sums

    def __iter__(self) -> Iterator[Row]:
        names: list[str] = []
        totals: dict[str, tuple[int, int]] = {}
        for number, line in enumerate(lines_of(self._text), start=1):
            if line.startswith("#"):
                totals |= _read_total(line)
                continue
            values = [value.strip() for value in _split(line)]
            if not names:
                names = names_of(",".join(values))
                pick = picker_of(names, self._shape.columns)
                continue
            try:
                row = self._shape.read(pick(_fit(values, names)), self._walk)
            except ValueError as error:
                raise BillUnreadable(f"line {number}: {error}") from error
            row["line"] = number
            self.sums.rows += 1
            yield row
        self._check(totals)

    def _check(self, totals: Mapping[str, tuple[int, int]]) -> None:
        for name in self._shape.totals:
            if name not in totals:
                raise BillUnreadable(f"total {name} is missing")
            if totals[name] != tuple(self._walk.found.get(name, (0, 0))):
                raise BillUnreadable(f"total {name} is {totals[name]}, the rows say otherwise")


def _split(line: str) -> list[str]:
    return next(csv.reader([line])) if '"' in line else line.split(",")


def _fit(values: list[str], names: list[str]) -> list[str]:
    """One value for each column; the name of goods may hold commas. Raises: ValueError."""
    surplus = len(values) - len(names)
    if surplus > 0 and _GOODS in names:
        at = names.index(_GOODS)
        values = [*values[:at], ",".join(values[at : at + surplus + 1]), *values[at + surplus + 1 :]]
        if _CREATED in names and not _MOMENT.fullmatch(values[names.index(_CREATED)]):
            raise ValueError("more values than columns")
    if len(values) != len(names):
        raise ValueError(f"{len(values)} values for {len(names)} columns")
    return values


def _read_total(line: str) -> dict[str, tuple[int, int]]:
    match = _TOTAL.match(line)
    if match is None:
        return {}
    try:
        return {match[1]: (int(match[2]), read_units(match[3]))}
    except ValueError as error:
        raise BillUnreadable(f"no total: {line[:60]}") from error


def _read_trade(values: tuple[str, ...], walk: _Walk) -> Row:
    trade_no, out_trade_no, business, at, amount, received, request_no, fee = values
    is_refund = business.startswith(REFUND)
    sign = -1 if is_refund else 1
    amount_fen, fee_units, received_units = sign * read_fen(amount), -read_units(fee), read_units(received)
    if amount_fen < 0:
        raise ValueError(f"{business[:10]!r} of {amount[:30]!r}")
    sums = walk.sums
    sums.fee_units += fee_units
    walk.add(business, received_units)
    if is_refund:
        sums.refunds += 1
        sums.refunds_fen += amount_fen
    else:
        sums.payments += 1
        sums.payments_fen += amount_fen
    return {
        "kind": RowKind.REFUND if is_refund else RowKind.PAYMENT,
        "at": read_moment(at),
        "transaction_id": trade_no[:32],
        "out_trade_no": out_trade_no[:32],
        "refund_id": None,
        "out_refund_no": (request_no[:64] or None) if is_refund else None,
        "status": DONE if business in (PAYMENT, REFUND) else business[:20],
        "amount_fen": amount_fen,
        "settled_fen": to_fen(sign * received_units),
        "fee_fen": to_fen(fee_units),
        "rate_ppm": 0 if is_refund else walk.rate_ppm,
    }


def _read_fund(values: tuple[str, ...], walk: _Walk) -> Row:
    number, voucher, at, came, went, balance, what = values
    came_fen, went_fen = read_fen(came.lstrip("+") or "0"), -abs(read_fen(went or "0"))
    if bool(came_fen) == bool(went_fen):
        raise ValueError("neither in nor out")
    sums, amount_fen = walk.sums, came_fen + went_fen
    kind = _kind_of(what, amount_fen)
    sums.count_movement(kind, amount_fen)
    walk.add("收入" if came_fen else "支出", amount_fen * 1000)
    if came_fen:
        sums.payments += 1
        sums.payments_fen += came_fen
    else:
        sums.refunds += 1
        sums.refunds_fen -= went_fen
    return fund_row(at, number, voucher, what, kind, amount_fen, balance)


def _kind_of(what: str, amount_fen: int) -> FundKind:
    is_in = amount_fen > 0
    if what in ("收费", "退费", "服务费"):
        return FundKind.FEE_BACK if is_in else FundKind.FEE
    if what == "在线支付" and is_in:
        return FundKind.PAYMENT
    return FundKind.REFUND if what in ("交易退款", REFUND) and not is_in else FundKind.OTHER


@dataclass(frozen=True, slots=True)
class _Shape:
    columns: Sequence[str]
    read: Callable[[tuple[str, ...], _Walk], Row]
    totals: Sequence[str]


_SHAPES = {
    BillKind.TRADE: _Shape(
        (
            *("支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额(元)"),
            *("商家实收(元)", "退款批次号/请求号", "服务费(元)"),
        ),
        _read_trade,
        (PAYMENT, REFUND),
    ),
    BillKind.FUNDS: _Shape(
        (
            *("业务流水号", "商户订单号", "发生时间", "收入金额(+元)", "支出金额(-元)"),
            *("账户余额(元)", "业务类型"),
        ),
        _read_fund,
        ("收入", "支出"),
    ),
}
