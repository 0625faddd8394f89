"""WeChat Pay's bill of every day that is over: rows, the file they come from, and the day closed as equal."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha1
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.days import Days
from app.payments.gateways.contract import BillKind
from app.payments.gateways.wechatpay_v3 import NAME
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.reconciliation.closing import ready_at
from app.reconciliation.comparing import MONEY, PAID
from app.reconciliation.models import Bill, BillDay, BillRow, RowKind
from app.reconciliation.states import DayState
from app.seed.year.plan import Year

ROWS_AT_ONCE = 3000  # about so many payments in a transaction
RATE_PPM = 6000
HEADING = (
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识"),
    *("交易类型", "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号"),
    *("商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包"),
    *("手续费", "费率", "订单金额", "申请退款金额", "费率备注"),
)
TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
Row = dict[str, Any]


def bill_spans(year: Year) -> Sequence[Days]:
    """The days that are over, in pieces of one transaction each."""
    over = year.days[:-1]
    length = max(1, min(31, len(over) * ROWS_AT_ONCE // max(1, year.orders)))
    return [
        Days(over[first], over[min(first + length, len(over)) - 1]) for first in range(0, len(over), length)
    ]


def write_bills(year: Year, span: Days, folder: Path | None, session: Session) -> None:
    """The bills of these days, equal to what the shop has; joins the open transaction."""
    found = _rows(span, session)
    rows: list[Row] = []
    for day in span:
        mine = sorted(found[day], key=lambda row: (row["at"], row["kind"], row["out_trade_no"]))
        at = min(ready_at(day), year.now)
        sums = _sums(mine)
        if mine:
            bill = _keep_file(day, at, mine, folder)
            for name in ("payments", "payments_fen", "refunds", "refunds_fen", "fee_fen"):
                setattr(bill, name, sums[name])
            session.add(bill)
            session.flush()
            rows += [{"bill_id": bill.id, "line": line, **row} for line, row in enumerate(mine, start=2)]
        session.add(_close(day, at, sums, year.now))
    session.flush()
    for first in range(0, len(rows), ROWS_AT_ONCE):
        session.connection().execute(insert(BillRow.__table__), rows[first : first + ROWS_AT_ONCE])


def _rows(span: Days, session: Session) -> dict[date, list[Row]]:
    """Payments on the day they came, refunds on the day they were taken, as a bill has them."""
    found: dict[date, list[Row]] = defaultdict(list)
    attempt, refund = PaymentAttempt, Refund
    numbers = (attempt.transaction_id, attempt.out_trade_no)
    paid = select(attempt.paid_at, attempt.amount_fen, *numbers).where(
        attempt.gateway == NAME, attempt.state.in_(MONEY), span.hold(attempt.paid_at)
    )
    for at, fen, *theirs in session.execute(paid):
        found[clock.beijing_day(at)].append(_row(RowKind.PAYMENT, at, fen, theirs))
    gone = select(refund.submitted_at, refund.amount_fen, *numbers, refund.refund_id, refund.out_refund_no)
    gone = gone.join(attempt, attempt.id == refund.attempt_id)
    for at, fen, *theirs in session.execute(
        gone.where(refund.gateway == NAME, span.hold(refund.submitted_at))
    ):
        found[clock.beijing_day(at)].append(_row(RowKind.REFUND, at, fen, theirs))
    return found


def _row(kind: RowKind, at: datetime, fen: int, theirs: Sequence[Any]) -> Row:
    transaction_id, out_trade_no, refund_id, out_refund_no = (*theirs, None, None)[:4]
    fee_fen = (fen * RATE_PPM + 500_000) // 1_000_000
    return {
        "kind": kind,
        "at": at.replace(microsecond=0),
        "transaction_id": transaction_id,
        "out_trade_no": out_trade_no,
        "refund_id": refund_id,
        "out_refund_no": out_refund_no,
        "status": PAID,
        "amount_fen": fen,
        "settled_fen": fen,
        "fee_fen": -fee_fen if kind == RowKind.REFUND else fee_fen,
        "rate_ppm": RATE_PPM,
    }


def _sums(rows: Iterable[Row]) -> dict[str, int]:
    sums = dict.fromkeys(("payments", "payments_fen", "refunds", "refunds_fen", "fee_fen"), 0)
    for row in rows:
        name = "refunds" if row["kind"] == RowKind.REFUND else "payments"
        sums[name] += 1
        sums[f"{name}_fen"] += row["amount_fen"]
        sums["fee_fen"] += row["fee_fen"]
    return sums


def _close(day: date, at: datetime, sums: Mapping[str, int], now: datetime) -> BillDay:
    both = {name: sums[name] for name in ("payments", "payments_fen", "refunds", "refunds_fen")}
    return BillDay(
        day=day,
        gateway=NAME,
        state=DayState.EQUAL if sums["payments"] or sums["refunds"] else DayState.EMPTY,
        problem="" if sums["payments"] or sums["refunds"] else "absent",
        tries=1,
        runs=1,
        compared_at=at,
        proved_at=now,
        fee_fen=sums["fee_fen"],
        **{f"our_{name}": value for name, value in both.items()},
        **{f"their_{name}": value for name, value in both.items()},
    )


def _keep_file(day: date, at: datetime, rows: Sequence[Row], folder: Path | None) -> Bill:
    data = ("\ufeff" + "".join(f"{line}\r\n" for line in _lines(rows))).encode()
    digest = sha1(data, usedforsecurity=False).hexdigest()
    name = f"{NAME}-{BillKind.TRADE}-{day}-{digest[:12]}.bill"
    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    bill = Bill(gateway=NAME, kind=BillKind.TRADE, day=day, sha1=digest, file=name if folder else "")
    bill.bytes, bill.fetched_at, bill.loaded_at, bill.loaded_lines = len(data), at, at, len(rows) + 1
    return bill


def _lines(rows: Sequence[Row]) -> Iterable[str]:
    yield ",".join(HEADING)
    for row in rows:
        yield _line(row)
    yield TOTALS
    sums = _sums(rows)
    paid, back = _yuan(sums["payments_fen"]), _yuan(sums["refunds_fen"])
    values = (f"{len(rows)}.0", paid, back, "0.00", f"{_yuan(sums['fee_fen'])}000", paid, back)
    yield ",".join(f"`{value}" for value in values)


def _line(row: Row) -> str:
    is_refund, fen = row["kind"] == RowKind.REFUND, _yuan(row["amount_fen"])
    paid, back = ("0.00", fen) if is_refund else (fen, "0.00")
    values = (
        *(f"{row['at'].astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}", "", "", "0", ""),
        *(
            row["transaction_id"],
            row["out_trade_no"],
            "",
            "JSAPI",
            "REFUND" if is_refund else PAID,
            "OTHERS",
            "CNY",
        ),
        *(paid, "0.00", row["refund_id"] or "0", row["out_refund_no"] or "0", back, "0.00"),
        *("ORIGINAL" if is_refund else "", PAID if is_refund else "", "", ""),
        *(f"{_yuan(row['fee_fen'])}000", "0.60%", paid, back, ""),
    )
    return ",".join(f"`{value}" for value in values)


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
