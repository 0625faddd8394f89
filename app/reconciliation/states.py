"""Which state of a day or of a difference may follow which, and the kinds of differences."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class DayState(StrEnum):
    """How far a Beijing day is reconciled; a day that was never asked for has no row."""

    WAITING = "waiting"  # the bill is not there yet, or a payment over midnight waits for the next one
    EQUAL = "equal"  # the bill says what we say, in both directions
    EMPTY = "empty"  # there is no bill, and we know of nothing either
    DIFFERENT = "different"
    EXPLAINED = "explained"  # what differs was looked at and accepted by a person


class DifferenceState(StrEnum):
    WAITING = "waiting"  # over midnight: the next day's bill may have it
    OPEN = "open"
    ACCEPTED = "accepted"  # it stays, and a person has said why
    CLOSED = "closed"  # it is none any more


class DifferenceKind(StrEnum):
    """What is wrong with one number; `…_HERE` we lack, `…_THERE` the bill lacks."""

    MISSING_HERE = "missing_here"
    PAID_AFTER_CLOSE = "paid_after_close"  # the same, for a number we had closed
    DUPLICATE_ATTEMPT = "duplicate_attempt"  # the same, for an order that another number has paid
    MISSING_THERE = "missing_there"
    UNKNOWN_ORDER = "unknown_order"
    AMOUNT = "amount"
    STATUS = "status"
    NUMBER = "number"  # another transaction_id
    FEE = "fee"
    TWICE = "twice"  # the bill has this payment already
    REFUND_EXTRA = "refund_extra"  # the bill has a refund we know nothing of
    REFUND_MISSING = "refund_missing"  # ours is not in the bill
    REFUND_AMOUNT = "refund_amount"
    REFUND_STATUS = "refund_status"
    FUNDS_MISSING = "funds_missing"  # the trade bill has a payment that never reached the account
    FUNDS_REFUND_MISSING = "funds_refund_missing"  # or a refund that never left it
    FUNDS_AMOUNT = "funds_amount"  # another sum moved, or it moved twice
    FUNDS_FEE = "funds_fee"
    FUNDS_FEE_BACK = "funds_fee_back"  # of a refund
    FUNDS_EXTRA = "funds_extra"  # the account has trade that nobody else knows of


_DAYS = frozenset(DayState)
DAY_MOVES: Moves = {state: _DAYS - {state} for state in DayState}
check_complete(DayState, DAY_MOVES)

DIFFERENCE_MOVES: Moves = {
    DifferenceState.WAITING: frozenset({DifferenceState.OPEN, DifferenceState.CLOSED}),
    DifferenceState.OPEN: frozenset({DifferenceState.ACCEPTED, DifferenceState.CLOSED}),
    DifferenceState.ACCEPTED: frozenset({DifferenceState.CLOSED, DifferenceState.OPEN}),
    DifferenceState.CLOSED: frozenset({DifferenceState.OPEN, DifferenceState.WAITING}),
}
check_complete(DifferenceState, DIFFERENCE_MOVES)

RECONCILED = (
    DayState.EQUAL,
    DayState.EMPTY,
    DayState.DIFFERENT,
    DayState.EXPLAINED,
)  # was compared as a whole
CLOSED_DAYS = (DayState.EQUAL, DayState.EMPTY, DayState.EXPLAINED)
STANDING = (DifferenceState.WAITING, DifferenceState.OPEN, DifferenceState.ACCEPTED)  # still differs
WITHOUT_MONEY_HERE = (
    DifferenceKind.MISSING_HERE,
    DifferenceKind.PAID_AFTER_CLOSE,
    DifferenceKind.DUPLICATE_ATTEMPT,
)
OF_REFUNDS = (
    DifferenceKind.REFUND_EXTRA,
    DifferenceKind.REFUND_MISSING,
    DifferenceKind.REFUND_AMOUNT,
    DifferenceKind.REFUND_STATUS,
)
OF_FUNDS = (  # between WeChat's own two bills; the sum of our books is not touched
    DifferenceKind.FUNDS_MISSING,
    DifferenceKind.FUNDS_REFUND_MISSING,
    DifferenceKind.FUNDS_AMOUNT,
    DifferenceKind.FUNDS_FEE,
    DifferenceKind.FUNDS_FEE_BACK,
    DifferenceKind.FUNDS_EXTRA,
)
