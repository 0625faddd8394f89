"""A person of the shop takes something off one unpaid order (改价), shared among its lines like any other discount.

Only ever down from what the buyer agreed to, or back up to it; freight stays, and at least one fen of the goods.
`payments/repricing.py` calls it, once no attempt for the old amount can bring money any more.
"""

import logging

from flask_babel import gettext as _

from app.core import audit, clock
from app.core.db import db
from app.core.errors import InputInvalid, TransitionRefused
from app.core.money import format_yuan
from app.core.states import record_event
from app.orders.disclosure import audit_subject
from app.orders.models import Order
from app.orders.states import OrderState
from app.pricing.shares import share_out

logger = logging.getLogger(__name__)

CAUSE = "price"
LONGEST_REASON = 30


def usual_total_fen(order: Order) -> int:
    """What the buyer agreed to when he placed it: the most that may be asked of him."""
    return order.total_fen + order.adjustment_fen


def lowest_total_fen(order: Order) -> int:
    """The least that may be asked: the freight and one fen of the goods."""
    return order.shipping_fen + 1


def check_may_change(order: Order) -> None:
    """Raises: TransitionRefused unless the order still waits for its money."""
    if order.state != OrderState.UNPAID:
        raise TransitionRefused(_("只有待付款的订单可以改价，这笔订单的状态已经变了。"))
    if order.expires_at <= clock.now():
        raise TransitionRefused(_("付款时间已过，订单即将关闭，不能再改价。"))


def check_price(order: Order, *, total_fen: int, reason: str) -> None:
    """Raises: InputInvalid with a sentence that says what is possible."""
    lowest, highest = lowest_total_fen(order), usual_total_fen(order)
    if not lowest <= total_fen <= highest:
        words = _(
            "新的合计要在 ¥%(low)s 到 ¥%(high)s 之间：运费不变，商品至少留 1 分；不能比买家下单时的合计更高。",
            low=format_yuan(lowest),
            high=format_yuan(highest),
        )
        raise InputInvalid(words)
    if total_fen < highest and not reason:
        raise InputInvalid(_("请填写改价原因，买家也看得到。"))
    if len(reason) > LONGEST_REASON:
        raise InputInvalid(_("原因最多 %(n)s 个字。", n=LONGEST_REASON))


def set_price(order: Order, *, total_fen: int, reason: str, actor: str) -> None:
    """Write the new total and each line's share of what is taken off; joins the open transaction, order locked.

    Raises: TransitionRefused, InputInvalid; then nothing is kept.
    """
    check_may_change(order)
    check_price(order, total_fen=total_fen, reason=reason)
    before = {"total_fen": order.total_fen, "adjustment_fen": order.adjustment_fen}
    off_fen = usual_total_fen(order) - total_fen
    shares = share_out(off_fen, [line.before_adjustment_fen for line in order.lines])
    for line, share in zip(order.lines, shares, strict=True):
        line.adjustment_fen = share
    order.adjustment_fen, order.total_fen = off_fen, total_fen
    order.adjustment_label = reason if off_fen else ""
    after = {"total_fen": order.total_fen, "adjustment_fen": order.adjustment_fen}
    db.session.flush()
    unpaid = str(OrderState.UNPAID)
    details = {"was_fen": before["total_fen"], "total_fen": total_fen}
    record_event(order, old=unpaid, new=unpaid, cause=CAUSE, actor=actor, **details)
    audit.record(actor=actor, action="order.price", subject=audit_subject(order), before=before, after=after)
    logger.info("price of an order changed", extra={"order_no": order.order_no, **details})
