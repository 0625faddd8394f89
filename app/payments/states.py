"""Which state of a payment attempt may follow which."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class AttemptState(StrEnum):
    CREATED = "created"  # kept here, perhaps known to the gateway, perhaps not
    OPEN = "open"  # the gateway has it and the buyer can pay
    PAID = "paid"
    CLOSED = "closed"  # closed at the gateway: nobody can start paying any more
    REFUND_DUE = "refund_due"  # the money came, but twice, too late or for an old price: it has to go back
    SUSPECT = "suspect"  # the gateway itself says something else than we asked for: a person must look


_MONEY = frozenset({AttemptState.PAID, AttemptState.REFUND_DUE, AttemptState.SUSPECT})

ATTEMPT_MOVES: Moves = {
    AttemptState.CREATED: _MONEY | {AttemptState.OPEN, AttemptState.CLOSED},
    AttemptState.OPEN: _MONEY | {AttemptState.CLOSED},
    AttemptState.CLOSED: _MONEY,
    AttemptState.SUSPECT: frozenset({AttemptState.PAID, AttemptState.REFUND_DUE}),
    AttemptState.PAID: frozenset(),
    AttemptState.REFUND_DUE: frozenset(),
}
check_complete(AttemptState, ATTEMPT_MOVES)

LIVE = (AttemptState.CREATED, AttemptState.OPEN)  # money may still come by itself
