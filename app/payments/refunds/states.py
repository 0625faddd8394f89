"""Which state of a refund may follow which."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class RefundState(StrEnum):
    WAITING = "waiting"  # above the limit of who asked for it: a second person decides
    REQUESTED = "requested"  # decided here; perhaps known to the gateway, perhaps not
    SUBMITTED = "submitted"  # the gateway has taken it and the money is on its way
    DONE = "done"
    ABNORMAL = "abnormal"  # the gateway cannot hand the money over (a closed card): a person must act
    CLOSED = "closed"  # the gateway will not do it, and no money moved
    REFUSED = "refused"  # by a person of the shop, before the gateway heard of it
    HANDLED = "handled"  # an abnormal one that a person settled with the buyer in another way


class RefundSource(StrEnum):
    """Who began it."""

    CONSOLE = "console"  # a person of the shop
    AUTOMATIC = "automatic"  # money that came twice, too late or for an old price
    EXTERNAL = "external"  # done in the gateway's own console, found by us


_ANSWERS = frozenset({RefundState.DONE, RefundState.ABNORMAL, RefundState.CLOSED})

REFUND_MOVES: Moves = {
    RefundState.WAITING: frozenset({RefundState.REQUESTED, RefundState.REFUSED}),
    RefundState.REQUESTED: _ANSWERS | {RefundState.SUBMITTED},
    RefundState.SUBMITTED: _ANSWERS,
    RefundState.ABNORMAL: frozenset(
        {RefundState.SUBMITTED, RefundState.DONE, RefundState.CLOSED, RefundState.HANDLED}
    ),
    RefundState.HANDLED: frozenset({RefundState.DONE}),  # the gateway got it through all the same: look
    RefundState.CLOSED: frozenset(
        {RefundState.DONE}
    ),  # never by us: the gateway contradicts itself, and is right
    RefundState.REFUSED: frozenset(),
    RefundState.DONE: frozenset(),
}
check_complete(RefundState, REFUND_MOVES)

# What holds its part of the payment, so that nobody can give it back a second time.
HOLDING = (
    RefundState.WAITING,
    RefundState.REQUESTED,
    RefundState.SUBMITTED,
    RefundState.ABNORMAL,
    RefundState.DONE,
    RefundState.HANDLED,
)
# What the buyer has back, by the gateway or in another way.
BACK = (RefundState.DONE, RefundState.HANDLED)
# What the gateway may still have news about.
OPEN = (RefundState.REQUESTED, RefundState.SUBMITTED, RefundState.ABNORMAL)
