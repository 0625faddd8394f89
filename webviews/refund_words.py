"""The refunds of an order in its buyer's words."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.orders.models import Order
from app.payments.refunds.buyer_view import BuyersRefund, BuyerState, refunds_for_buyer

_WORDS = {
    BuyerState.UNDER_WAY: _l("退款处理中"),
    BuyerState.STUCK: _l("退款处理中"),
    BuyerState.DONE: _l("已到账"),
    BuyerState.HANDLED: _l("已退给您"),
}


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """One of them: what it is called, and a sentence about where the money is."""

    amount_fen: int
    money_fen: int  # less where a coupon of WeChat's had paid a part
    word: str
    hint: str
    reason: str
    at: datetime


def show_refunds(order: Order) -> list[ShownRefund]:
    """The oldest first."""
    return [
        ShownRefund(
            amount_fen=each.amount_fen,
            money_fen=each.amount_fen - each.coupon_fen,
            word=str(_WORDS[each.state]),
            hint=_hint(each),
            reason=each.reason,
            at=each.at,
        )
        for each in refunds_for_buyer([order.id])[order.id]
    ]


def _hint(refund: BuyersRefund) -> str:
    match refund.state:
        case BuyerState.DONE:
            return _("退到：%(where)s", where=refund.received_account or _("原支付方式"))
        case BuyerState.HANDLED:
            return ""
        case BuyerState.STUCK:
            return _("您的账户或银行卡暂时收不了款，我们会联系您")
        case BuyerState.UNDER_WAY:
            return _("原路退回：零钱一般几分钟，银行卡 1 到 3 个工作日")
