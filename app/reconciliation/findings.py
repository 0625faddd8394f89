"""What a comparison finds: one number, what is wrong with it, and both records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core import clock
from app.reconciliation.states import DifferenceKind

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """`gap_fen`: by how much it makes our sum of the day larger than the bill's."""

    kind: DifferenceKind
    ref: str
    gap_fen: int
    ours: Record
    theirs: Record
    order_id: int | None = None
    attempt_id: int | None = None
    waits: bool = False  # over midnight: the next bill may have it


def their_record(row: Any) -> dict[str, Any]:
    """A row of the bill as a difference keeps it."""
    return {
        "line": row.line,
        "at": write_moment(row.at),
        "out_trade_no": row.out_trade_no,
        "transaction_id": row.transaction_id,
        **({"out_refund_no": row.out_refund_no, "refund_id": row.refund_id} if row.out_refund_no else {}),
        "status": row.status,
        "amount_fen": row.amount_fen,
        "settled_fen": row.settled_fen,
        "fee_fen": row.fee_fen,
        "rate_ppm": row.rate_ppm,
    }


def fund_record(row: Any) -> Record:
    """A movement on the account as a difference keeps it."""
    return {
        "line": row.line,
        "at": write_moment(row.at),
        "what": row.what,
        "movement": str(row.kind),
        "fund_number": row.number,
        "voucher": row.voucher,
        "amount_fen": row.amount_fen,
    }


def write_moment(at: datetime | None) -> str | None:
    """Beijing time to the second, as both sides read it."""
    return None if at is None else f"{at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}"
