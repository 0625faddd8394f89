"""Reading a bill: line by line, by the names in its heading, however its columns are ordered.

Columns nobody asks for are passed over. Every value has a backtick before it; money is yuan and becomes whole fen
without a float. At the end the file's own totals must be what its rows add up to.
"""

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import TextIOWrapper
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

from app.payments.gateways.alipay_bills import BROKEN, open_rows
from app.payments.gateways.contract import BillKind
from app.reconciliation.models import FundKind, RowKind

GZIP_MARK, ZIP_MARK = b"\x1f\x8b", b"PK"
LONGEST_LINE = 16 * 1024
_AHEAD = timedelta(hours=8)  # Beijing of UTC, without a change since 1991
UNIT = 1000  # parts of a fen in which fees are added up: a bill writes five decimals of a yuan

Row = dict[str, Any]


class BillUnreadable(Exception):
    """The file is not what a bill looks like; says where."""


@dataclass(slots=True)
class Sums:
    """What the rows add up to. Of a fund-flow bill `payments` is what came in and `refunds` what went out."""

    rows: int = 0
    payments: int = 0
    payments_fen: int = 0
    refunds: int = 0
    refunds_fen: int = 0
    fee_units: int = 0
    movements: dict[str, tuple[int, int]] = field(default_factory=dict)  # of a fund-flow bill

    @property
    def fee_fen(self) -> int:
        """Rounded half up."""
        return to_fen(self.fee_units)

    def count_movement(self, kind: str, amount_fen: int) -> None:
        """One more row of a fund-flow bill."""
        number, fen = self.movements.get(kind, (0, 0))
        self.movements[kind] = (number + 1, fen + amount_fen)


class BillReader:
    """Walk over it once: it gives the rows as `bill_rows` or `fund_rows` keep them, then `sums` are right.

    Raises: BillUnreadable, at the latest at the end, when the totals are wrong or missing.
    """

    def __init__(self, kind: BillKind, text: TextIO) -> None:
        self._shape, self._text, self.sums = _SHAPES[kind], text, Sums()

    def __iter__(self) -> Iterator[Row]:
        lines = lines_of(self._text)
        heading = next(lines, "").lstrip("\ufeff")
        names = names_of(heading)
        pick = picker_of(names, self._shape.columns)
        for number, line in enumerate(lines, start=2):
            if not line.startswith("`"):
                self._check_totals(line, next(lines, ""))
                return
            values = line[1:].split(",`")
            if len(values) != len(names):
                raise BillUnreadable(f"line {number}: {len(values)} values for {len(names)} columns")
            try:
                row = self._shape.read(pick(values), self.sums)
            except ValueError as error:
                raise BillUnreadable(f"line {number}: {error}") from error
            row["line"] = number
            self.sums.rows += 1
            yield row
        raise BillUnreadable("the totals are missing")

    def _check_totals(self, names: str, values: str) -> None:
        found = dict(zip(names_of(names), values[1:].split(",`"), strict=False))
        for name, expected in self._shape.totals(self.sums).items():
            try:
                told = read_units(found[name])
            except (KeyError, ValueError) as error:
                raise BillUnreadable(f"total {name} is missing") from error
            if told != expected:
                raise BillUnreadable(f"total {name} is {found[name]}, the rows say otherwise")


def lines_of(text: TextIO) -> Iterator[str]:
    """Its lines that are not empty, without their ends. Raises: BillUnreadable."""
    try:
        while line := text.readline(LONGEST_LINE):
            if len(line) >= LONGEST_LINE:
                raise BillUnreadable("a line without an end")
            if line := line.rstrip("\r\n"):
                yield line
    except (OSError, *BROKEN) as error:
        raise BillUnreadable(type(error).__name__) from error


@contextmanager
def open_bill(path: Path) -> Iterator[TextIO]:
    """The text of a file as it was kept: plain or gzipped UTF-8, or the rows out of a zip of Alipay's, in GBK."""
    with path.open("rb") as file:
        mark = file.read(2)
    if mark == ZIP_MARK:
        try:
            with open_rows(path) as binary:
                yield TextIOWrapper(binary, encoding="gb18030", errors="replace", newline=None)
        except BROKEN as error:
            raise BillUnreadable(type(error).__name__) from error
        return
    is_packed = mark == GZIP_MARK
    with gzip.open(path, "rb") if is_packed else path.open("rb") as binary:
        yield TextIOWrapper(binary, encoding="utf-8", newline=None)


@lru_cache(maxsize=4096)  # most amounts of a bill stand there many times
def read_units(text: str) -> int:
    """`25.90`, `-0.16000` or `2.0` → hundred-thousandths: 2590000. Raises: ValueError."""
    sign, plain = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _dot, part = plain.partition(".")
    digits = whole + part
    if not whole or len(part) > 5 or len(digits) > 17 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"no amount: {text[:30]!r}")
    return sign * (int(whole) * 100_000 + int(part.ljust(5, "0")))


def read_fen(text: str) -> int:
    """`25.90` → 2590. Raises: ValueError for parts of a fen."""
    fen, rest = divmod(read_units(text), UNIT)
    if rest:
        raise ValueError(f"no whole fen: {text[:30]!r}")
    return fen


def to_fen(units: int) -> int:
    """Rounded half up, away from zero."""
    fen = (abs(units) * 2 + UNIT) // (2 * UNIT)
    return -fen if units < 0 else fen


def read_moment(text: str) -> datetime:
    return (datetime.fromisoformat(text) - _AHEAD).replace(tzinfo=UTC)


def _read_rate(text: str) -> int:
    """`0.60%` → 6000 millionths; empty: unknown, 0."""
    plain = text.rstrip("%")
    return read_units(plain) // 10 if plain else 0


def _number(text: str) -> str | None:
    return None if text in ("", "0") else text[:64]


def _read_trade(values: tuple[str, ...], sums: Sums) -> Row:
    at, transaction_id, out_trade_no, status, settled, refund_id, out_refund_no = values[:7]
    refund_settled, refund_status, fee, rate, amount, refund = values[7:]
    fee_units = read_units(fee)
    sums.fee_units += fee_units
    is_refund = status == "REFUND"
    amount_fen = read_fen(refund if is_refund else amount)
    if is_refund:
        sums.refunds += 1
        sums.refunds_fen += amount_fen
    else:
        sums.payments += 1
        sums.payments_fen += amount_fen
    return {
        "kind": RowKind.REFUND if is_refund else RowKind.PAYMENT,
        "at": read_moment(at),
        "transaction_id": transaction_id[:32],
        "out_trade_no": out_trade_no[:32],
        "refund_id": _number(refund_id) if is_refund else None,
        "out_refund_no": _number(out_refund_no) if is_refund else None,
        "status": (refund_status if is_refund else status)[:20],
        "amount_fen": amount_fen,
        "settled_fen": read_fen(refund_settled if is_refund else settled),
        "fee_fen": to_fen(fee_units),
        "rate_ppm": _read_rate(rate),
    }


def _read_fund(values: tuple[str, ...], sums: Sums) -> Row:
    at, number, voucher, what, direction, amount, balance = values
    amount_fen = read_fen(amount)
    if direction == "收入":
        sums.payments += 1
        sums.payments_fen += amount_fen
    elif direction == "支出":
        sums.refunds += 1
        sums.refunds_fen += amount_fen
        amount_fen = -amount_fen
    else:
        raise ValueError(f"neither in nor out: {direction[:10]!r}")
    kind = kind_of(what, amount_fen)
    sums.count_movement(kind, amount_fen)
    return fund_row(at, number, voucher, what, kind, amount_fen, balance)


def fund_row(
    at: str, number: str, voucher: str, what: str, kind: FundKind, amount_fen: int, balance: str
) -> Row:
    """A movement of any account as it is kept, its words cut to what the table holds."""
    return {
        "at": read_moment(at),
        "number": number[:32],
        "voucher": voucher[:64],
        "what": what[:40],
        "kind": kind,
        "amount_fen": amount_fen,
        "balance_fen": read_fen(balance),
    }


def kind_of(what: str, amount_fen: int) -> FundKind:
    """What a movement is; words we do not know, and known ones in the other direction, are something else."""
    is_in = amount_fen > 0
    if "手续费" in what:
        return FundKind.FEE_BACK if is_in else FundKind.FEE
    if what == "交易" and is_in:
        return FundKind.PAYMENT
    return FundKind.REFUND if what == "退款" and not is_in else FundKind.OTHER


def _trade_totals(sums: Sums) -> Mapping[str, int]:
    return {
        "总交易单数": sums.rows * 100_000,
        "手续费总金额": sums.fee_units,
        "订单总金额": sums.payments_fen * UNIT,
        "申请退款总金额": sums.refunds_fen * UNIT,
    }


def _fund_totals(sums: Sums) -> Mapping[str, int]:
    return {
        "资金流水总笔数": sums.rows * 100_000,
        "收入金额": sums.payments_fen * UNIT,
        "支出金额": sums.refunds_fen * UNIT,
    }


@dataclass(frozen=True, slots=True)
class _Shape:
    columns: Sequence[str]
    read: Callable[[tuple[str, ...], Sums], Row]
    totals: Callable[[Sums], Mapping[str, int]]


_SHAPES = {
    BillKind.TRADE: _Shape(
        (
            *(
                "交易时间",
                "微信订单号",
                "商户订单号",
                "交易状态",
                "应结订单金额",
                "微信退款单号",
                "商户退款单号",
            ),
            *("退款金额", "退款状态", "手续费", "费率", "订单金额", "申请退款金额"),
        ),
        _read_trade,
        _trade_totals,
    ),
    BillKind.FUNDS: _Shape(
        (
            *("记账时间", "微信支付业务单号", "业务凭证号", "业务类型", "收支类型"),
            *("收支金额(元)", "账户结余(元)"),
        ),
        _read_fund,
        _fund_totals,
    ),
}


def names_of(line: str) -> list[str]:
    return [name.strip().replace("（", "(").replace("）", ")") for name in line.split(",")]


def picker_of(names: Sequence[str], wanted: Sequence[str]) -> Callable[[list[str]], tuple[str, ...]]:
    if missing := [name for name in wanted if name not in names]:
        raise BillUnreadable(f"columns are missing: {', '.join(missing)}")
    return itemgetter(*(names.index(name) for name in wanted))
