"""Every table of moves, whole: what is allowed, and that everything else is refused."""

from enum import StrEnum

import pytest

from app.core.states import Moves
from app.orders.states import ORDER_MOVES, OrderState
from app.payments.refunds.states import REFUND_MOVES, RefundState
from app.payments.states import ATTEMPT_MOVES, AttemptState
from app.wechat.menus.states import VERSION_MOVES, VersionState

ALLOWED = {
    "order": (
        OrderState,
        ORDER_MOVES,
        {
            ("unpaid", "paid"),
            ("unpaid", "cancelled"),
            ("paid", "shipped"),
            ("cancelled", "paid"),
            ("paid", "refunded"),
            ("shipped", "refunded"),
        },
    ),
    "attempt": (
        AttemptState,
        ATTEMPT_MOVES,
        {
            *(
                (old, new)
                for old in ("created", "open", "closed")
                for new in ("paid", "refund_due", "suspect")
            ),
            ("created", "open"),
            ("created", "closed"),
            ("open", "closed"),
            ("suspect", "paid"),
            ("suspect", "refund_due"),
        },
    ),
    "refund": (
        RefundState,
        REFUND_MOVES,
        {
            ("waiting", "requested"),
            ("waiting", "refused"),
            ("requested", "submitted"),
            *((old, new) for old in ("requested", "submitted") for new in ("done", "abnormal", "closed")),
            *(("abnormal", new) for new in ("submitted", "done", "closed", "handled")),
            ("handled", "done"),
            ("closed", "done"),
        },
    ),
    "menu version": (
        VersionState,
        VERSION_MOVES,
        {
            *(("sending", new) for new in ("shown", "refused", "lost")),
            ("lost", "shown"),
            ("lost", "refused"),
            ("shown", "leaving"),
            ("shown", "withdrawn"),
            ("leaving", "withdrawn"),
        },
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_the_table_allows_exactly_these_moves(name: str) -> None:
    states, moves, allowed = ALLOWED[name]

    assert _pairs(states, moves) == allowed


def _pairs(states: type[StrEnum], moves: Moves) -> set[tuple[str, str]]:
    return {(str(old), str(new)) for old in states for new in states if new in moves[old]}
