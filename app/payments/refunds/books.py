"""What a refund's state means for its order: sums, goods, notices. The only bridge from refunds to orders.

Everything is counted anew from all refunds of the payment, under the locks of payment and order.
"""

from app.core import outbox
from app.core.db import db, lock
from app.orders import refunding
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.room import back_fen, withdrawn_of
from app.payments.refunds.states import BACK
from app.payments.states import AttemptState


def lock_books(attempt: PaymentAttempt) -> None:
    """Let nobody else pay, refund, ship or reprice until the open transaction ends; always in this order."""
    lock(attempt)
    lock(attempt.order)


def write_books(refund: Refund, *, just_came_back: bool = False) -> None:
    """Make the order say what its refunds say; joins the open transaction, which holds `lock_books`.

    `just_came_back`: the caller's guarded move made the buyer's money arrive, so its goods go back once.
    """
    db.session.flush()
    attempt, order = refund.attempt, refund.order
    if attempt.state != AttemptState.PAID:  # money that never belonged to the order
        return
    refunding.hold_back(order, withdrawn_of(attempt))
    if just_came_back:
        returned = {line.order_line_id: line.unsent for line in refund.lines}
        refunded_fen = min(back_fen(attempt), order.total_fen)
        refunding.note_refunded(order, refunded_fen=refunded_fen, returned=returned)


def has_arrived(refund: Refund) -> bool:
    """Whether its buyer has the money."""
    return refund.state in BACK


def tell_buyer(refund: Refund) -> None:
    """One notice for each refund; joins the open transaction."""
    outbox.enqueue("send_notice", order_id=refund.order_id, notice="refunded", parcel_id=refund.id)


def close_alerts(refund: Refund, *kinds: str) -> None:
    """What these asked for is done by itself or by a person; joins the open transaction."""
    for kind in kinds:
        outbox.enqueue("close_alert", alert=kind, ref=refund.out_refund_no)


def alert(refund: Refund, kind: str, detail: str = "") -> None:
    """Ask for a person; joins the open transaction."""
    outbox.enqueue(
        "raise_alert", alert=kind, ref=refund.out_refund_no, detail=detail, order_no=refund.order.order_no
    )
