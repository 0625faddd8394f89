"""Bills as WeChat Pay writes them, for tests: rows of payments and refunds, with right totals unless told otherwise."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core import clock
from app.payments.models import PaymentAttempt

HEADING = (
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识"),
    *("交易类型", "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号"),
    *("商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包"),
    *("手续费", "费率", "订单金额", "申请退款金额", "费率备注"),
)
TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


def yuan(fen: int, decimals: int = 2) -> str:
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}{'0' * (decimals - 2)}"


def fee_of(fen: int) -> int:
    return (fen * 6 + 500) // 1000


@dataclass
class BillText:
    """Add rows, then take `data`."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    heading: list[str] = field(default_factory=lambda: list(HEADING))

    def pay(self, attempt: PaymentAttempt, **differently: Any) -> "BillText":
        """A payment as our attempt says it, or differently: names are those of the columns."""
        known = {
            "at": attempt.paid_at or clock.now(),
            "transaction": attempt.transaction_id or f"42{attempt.id:026d}",
        }
        return self.payment(attempt.out_trade_no, attempt.amount_fen, **known, **differently)

    def payment(
        self, number: str, fen: int, *, at: datetime, transaction: str, **differently: Any
    ) -> "BillText":
        row = {
            "交易时间": f"{at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}",
            "微信订单号": transaction,
            "商户订单号": number,
            "用户标识": "oTeaShop_0000000000000000001",
            "交易类型": "JSAPI",
            "交易状态": "SUCCESS",
            "货币种类": "CNY",
            "应结订单金额": fen,
            "微信退款单号": "0",
            "商户退款单号": "0",
            "商品名称": "西湖龙井, 50g",
            "手续费": fee_of(fen),
            "费率": "0.60%",
            "订单金额": fen,
        }
        self.rows.append(row | differently)
        return self

    def refund(self, payment: dict[str, Any], number: str, fen: int, **differently: Any) -> "BillText":
        """A refund of a payment's row."""
        back = {
            "交易状态": "REFUND",
            "应结订单金额": 0,
            "微信退款单号": f"503{number[-20:]}",
            "商户退款单号": number,
            "退款金额": fen,
            "退款类型": "ORIGINAL",
            "退款状态": "SUCCESS",
            "手续费": -fee_of(fen),
            "订单金额": 0,
            "申请退款金额": fen,
        }
        self.rows.append(payment | back | differently)
        return self

    @property
    def data(self) -> bytes:
        """The file, plain."""
        lines = [",".join(self.heading), *(self._line(row) for row in self.rows), TOTALS, self._totals()]
        return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()

    def _line(self, row: dict[str, Any]) -> str:
        return ",".join(f"`{self._text(row, name)}" for name in self.heading)

    def _text(self, row: dict[str, Any], name: str) -> str:
        money = ("应结订单金额", "代金券金额", "退款金额", "充值券退款金额", "订单金额", "申请退款金额")
        value = row.get(name, 0 if name in money else "")
        if name == "手续费":
            return yuan(value, 5)
        return yuan(value) if isinstance(value, int) else value

    def _totals(self) -> str:
        names = ("应结订单金额", "退款金额", "充值券退款金额", "手续费", "订单金额", "申请退款金额")
        sums = (yuan(sum(row.get(name, 0) for row in self.rows)) for name in names)
        return ",".join([f"`{len(self.rows)}.0", *(f"`{each}" for each in sums)])


FUND_HEADING = (
    *("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型"),
    *("收支金额（元）", "账户结余（元）", "资金变更提交申请人", "备注", "业务凭证号"),
)
FUND_TOTALS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"


@dataclass
class FundText:
    """A fund-flow bill; `book` moves what the rows of a trade bill say, `move` anything."""

    rows: list[tuple[str, str, str, str, int]] = field(default_factory=list)

    def book(self, bill: BillText, *, without: str = "") -> "FundText":
        """Money in and out with its fees; `without`: leaves out movements of these words."""
        for row in bill.rows:
            is_refund = row["交易状态"] == "REFUND"
            number = row["微信退款单号"] if is_refund else row["微信订单号"]
            voucher = row["商户退款单号"] if is_refund else row["商户订单号"]
            fen = -row["退款金额"] if is_refund else row["应结订单金额"]
            words = ("退款", "退还交易手续费") if is_refund else ("交易", "扣除交易手续费")
            for what, moved in zip(words, (fen, -row["手续费"]), strict=True):
                if what != without:
                    self.rows.append((row["交易时间"], number, voucher, what, moved))
        return self

    def move(
        self, what: str, fen: int, *, at: datetime, number: str = "900001", voucher: str = ""
    ) -> "FundText":
        """One movement."""
        moment = f"{at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}"
        self.rows.append((moment, number, voucher, what, fen))
        return self

    @property
    def data(self) -> bytes:
        """The file, plain."""
        lines, balance = [",".join(FUND_HEADING)], 0
        for number, (at, theirs, voucher, what, fen) in enumerate(self.rows):
            balance += fen
            values = (at, theirs, f"{theirs}{number}", what, what, "收入" if fen > 0 else "支出")
            values += (yuan(abs(fen)), yuan(balance), "system", "", voucher)
            lines.append(",".join(f"`{value}" for value in values))
        sides = [row[4] for row in self.rows if row[4] > 0], [-row[4] for row in self.rows if row[4] < 0]
        sums = [f"`{len(side)}.0,`{yuan(sum(side))}" for side in sides]
        lines += [
            FUND_TOTALS,
            f"`{len(self.rows)}.0," + ",".join(sums),
        ]
        return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()
