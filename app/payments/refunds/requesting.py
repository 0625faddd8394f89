"""How a refund begins: its row, its event, its goods held back, its work to do. Nothing is asked of a gateway here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _

from app.core import clock, ids, outbox
from app.core.db import db
from app.core.errors import TransitionRefused
from app.core.states import record_event
from app.payments.gateways.names import name_gateway
from app.payments.models import PaymentAttempt
from app.payments.refunds.books import write_books
from app.payments.refunds.models import Refund, RefundLine
from app.payments.refunds.quote import QuotedPieces, RefundQuote
from app.payments.refunds.room import Room
from app.payments.refunds.states import RefundSource, RefundState

LONGEST_AFTER_PAYMENT = timedelta(days=365)  # WeChat's limit
EXTRA_MONEY = "多付的款项退回"  # a reason; the buyer reads it
MOST_REFUNDS = 50  # of one payment, WeChat's limit


@dataclass(frozen=True, slots=True)
class Beginning:
    """Who asks for it, why, and what it is to be at first. `token`: the same one again is the same refund."""

    state: RefundState
    source: RefundSource
    reason: str = ""
    actor: str = ""
    token: str | None = None


def check_possible(attempt: PaymentAttempt, room: Room) -> None:
    """Raises: TransitionRefused where the gateway would say no for sure."""
    if attempt.paid_at is not None and clock.now() - attempt.paid_at > LONGEST_AFTER_PAYMENT:
        raise TransitionRefused(
            _(
                "付款已超过一年，%(gateway)s不再接受退款。请用其他方式退给买家，并在订单备注里写明。",
                gateway=name_gateway(attempt.gateway),
            )
        )
    if room.refunds >= MOST_REFUNDS:
        raise TransitionRefused(
            _(
                "一笔付款最多退 50 次，%(gateway)s不再接受。请用其他方式退给买家。",
                gateway=name_gateway(attempt.gateway),
            )
        )


def begin(attempt: PaymentAttempt, quote: RefundQuote, beginning: Beginning) -> Refund:
    """Write it down; joins the open transaction, which holds `lock_books`."""
    refund = Refund(
        order_id=attempt.order_id,
        attempt_id=attempt.id,
        gateway=attempt.gateway,
        out_refund_no=ids.new_out_refund_no(),
        state=beginning.state,
        amount_fen=quote.amount_fen,
        shipping_fen=quote.shipping_fen,
        other_fen=quote.other_fen,
        reason=beginning.reason,
        source=beginning.source,
        requested_by=beginning.actor,
        form_token=beginning.token,
        created_at=clock.now(),
        lines=lines_of(quote.lines),
    )
    db.session.add(refund)
    db.session.flush()
    db.session.refresh(refund)
    record_event(refund, new=str(refund.state), cause="request", actor=beginning.actor)
    if refund.state == RefundState.REQUESTED:
        put_in_line(refund)
    write_books(refund)
    return refund


def lines_of(pieces: Iterable[QuotedPieces]) -> list[RefundLine]:
    """Rows for quoted pieces."""
    return [
        RefundLine(
            order_line_id=each.line.id,
            quantity=each.quantity,
            unsent=each.unsent,
            amount_fen=each.amount_fen,
            reduction_fen=each.reduction_fen,
            coupon_fen=each.coupon_fen,
            adjustment_fen=each.adjustment_fen,
        )
        for each in pieces
    ]


def put_in_line(refund: Refund) -> None:
    """Have it sent as soon as this is committed; joins the open transaction. The sweeper finds it anyway."""
    refund.next_check_at = clock.now()
    outbox.enqueue("send_refund", number=refund.id)
