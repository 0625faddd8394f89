"""What moved on the merchant's account in a day, kind by kind, and what of it no trade bill speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from app.payments.gateways.books import list_books
from app.payments.gateways.contract import BillKind
from app.reconciliation.closing import loaded_bill
from app.reconciliation.comparing_funds import count_others, list_others
from app.reconciliation.models import Bill, FundKind, FundRow
from console.frame.labels import Labels

MOST = 20  # others that a page lists
movement_label = Labels(
    {
        FundKind.PAYMENT: _l("付款进账"),
        FundKind.FEE: _l("扣手续费"),
        FundKind.REFUND: _l("退款出账"),
        FundKind.FEE_BACK: _l("退回手续费"),
        FundKind.OTHER: _l("别的进出"),
    }
)


@dataclass(frozen=True, slots=True)
class Account:
    """`sums`: label, number, fen of each kind; `others` the first of those nobody judges, `more` the rest of them."""

    gateway: str
    sums: Sequence[tuple[str, int, int]]
    others: Sequence[FundRow]
    more: int


def accounts_of(day: date) -> Sequence[Account]:
    """Of each gateway whose fund-flow bill is there, unless it was loaded before kinds were counted."""
    bills = (loaded_bill(day, gateway.name, BillKind.FUNDS) for gateway in list_books())
    return [_account(bill) for bill in bills if bill is not None and bill.movements]


def _account(bill: Bill) -> Account:
    sums = [(movement_label(kind), *bill.movements[kind]) for kind in FundKind if kind in bill.movements]
    others = list_others(bill, MOST) if count_others(bill) else []
    return Account(bill.gateway, sums, others, count_others(bill) - len(others))
