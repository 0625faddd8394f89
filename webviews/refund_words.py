"""The refunds of an order as its buyer reads them. What is still being decided is none of his worries yet."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.orders.models import Order
from app.payments.refunds.listing import refunds_of_order
from app.payments.refunds.models import Refund
from app.payments.refunds.states import RefundState

_WORDS = {
    RefundState.REQUESTED: _l("退款处理中"),
    RefundState.SUBMITTED: _l("退款处理中"),
    RefundState.ABNORMAL: _l("退款处理中"),
    RefundState.DONE: _l("已到账"),
    RefundState.HANDLED: _l("已退给您"),
}


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """One of them: what it is called, and a sentence about where the money is."""

    amount_fen: int
    word: str
    hint: str
    reason: str
    at: datetime


def show_refunds(order: Order) -> list[ShownRefund]:
    """The oldest first."""
    return [_show(each) for each in refunds_of_order(order.id) if each.state in _WORDS]


def _show(refund: Refund) -> ShownRefund:
    at = refund.succeeded_at or refund.created_at
    return ShownRefund(refund.amount_fen, str(_WORDS[refund.state]), _hint(refund), refund.reason, at)


def _hint(refund: Refund) -> str:
    match refund.state:
        case RefundState.DONE:
            return _("退到：%(where)s", where=refund.received_account or _("原支付方式"))
        case RefundState.HANDLED:
            return ""
        case RefundState.ABNORMAL:
            return _("您的账户或银行卡暂时收不了款，我们会联系您")
        case _:
            return _("原路退回：零钱一般几分钟，银行卡 1 到 3 个工作日")
