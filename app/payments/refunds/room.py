"""How much of a payment may still go back, and for which goods: counted from its refunds under the payment's lock."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import db
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.states import BACK, HOLDING
from app.payments.states import AttemptState


@dataclass(frozen=True, slots=True)
class Room:
    """What is left, in fen and in pieces. `taken`: pieces of each line, by its id, whose money went or goes back."""

    left_fen: int
    shipping_fen: int
    taken: dict[int, int]
    refunds: int  # how many there were

    def pieces_of(self, line_id: int, bought: int) -> int:
        """Of so many bought, how many can still be refunded."""
        return max(0, bought - self.taken.get(line_id, 0))


def room_of(attempt: PaymentAttempt) -> Room:
    """Read it; only who holds the attempt's lock can rely on it afterwards."""
    held = [refund for refund in refunds_of(attempt) if refund.state in HOLDING]
    taken: Counter[int] = Counter()
    for refund in held:
        taken.update({line.order_line_id: line.quantity for line in refund.lines})
    return Room(
        left_fen=attempt.amount_fen - sum(refund.amount_fen for refund in held),
        shipping_fen=max(0, attempt.order.shipping_fen - sum(refund.shipping_fen for refund in held)),
        taken=dict(taken),
        refunds=len(held),
    )


def refunds_of(attempt: PaymentAttempt) -> Sequence[Refund]:
    """Every refund of a payment, the oldest first, read afresh."""
    query = select(Refund).where(Refund.attempt_id == attempt.id).order_by(Refund.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def find_paying(order_id: int) -> PaymentAttempt | None:
    """The payment that paid an order."""
    query = select(PaymentAttempt).where(
        PaymentAttempt.order_id == order_id, PaymentAttempt.state == AttemptState.PAID
    )
    return db.session.scalars(query.order_by(PaymentAttempt.id)).first()


def withdrawn_of(attempt: PaymentAttempt) -> dict[int, int]:
    """Pieces by the line's id that are not sent any more because their money goes or went back."""
    withdrawn: Counter[int] = Counter()
    for refund in refunds_of(attempt):
        if refund.state in HOLDING:
            withdrawn.update({line.order_line_id: line.unsent for line in refund.lines})
    return {line.id: min(withdrawn[line.id], line.quantity) for line in attempt.order.lines}


def back_fen(attempt: PaymentAttempt) -> int:
    """What the buyer has back of a payment, in fen."""
    return sum(refund.amount_fen for refund in refunds_of(attempt) if refund.state in BACK)
