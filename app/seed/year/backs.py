"""One refund as the gateway took it and finished it, with its history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.core import clock
from app.core.ids import UNAMBIGUOUS
from app.payments.refunds.models import Refund
from app.payments.refunds.states import RefundSource, RefundState
from app.seed.year.rows import Rows

TAKEN, ARRIVED = timedelta(seconds=2), timedelta(seconds=75)  # after it was asked for


@dataclass(frozen=True, slots=True)
class Back:
    """What goes back of which payment, and when it is asked for. `shipping_fen` of it is freight."""

    order_id: int
    attempt_id: int
    gateway: str
    at: datetime
    amount_fen: int
    shipping_fen: int = 0
    other_fen: int | None = None  # None: all of it is for no goods


def add_refund(
    back: Back, source: RefundSource, reason: str, rows: Rows, *, actor: str = "", is_waiting: bool = False
) -> datetime:
    """Write it down, done unless it waits for a second person; returns when the money arrived."""
    taken_at, arrived_at = (None, None) if is_waiting else (back.at + TAKEN, back.at + ARRIVED)
    chance = Random(f"refund {back.attempt_id} {back.at.isoformat()}")
    local = back.at.astimezone(clock.BEIJING)
    number = rows.add(
        Refund,
        order_id=back.order_id,
        attempt_id=back.attempt_id,
        gateway=back.gateway,
        out_refund_no=f"RF{local:%Y%m%d%H%M%S}{''.join(chance.choices(UNAMBIGUOUS, k=12))}",
        refund_id=None if is_waiting else f"5030{local:%Y%m%d}{chance.randrange(10**16):016d}",
        state=RefundState.WAITING if is_waiting else RefundState.DONE,
        amount_fen=back.amount_fen,
        shipping_fen=back.shipping_fen,
        other_fen=back.amount_fen if back.other_fen is None else back.other_fen,
        reason=reason,
        source=source,
        requested_by=actor,
        approved_by="",
        form_token=None,
        created_at=back.at,
        submitted_at=taken_at,
        succeeded_at=arrived_at,
        received_account="" if is_waiting else "支付用户零钱",
        problem="",
        next_check_at=None,
        asked_at=taken_at,
        checks=0,
    )
    begins = RefundState.WAITING if is_waiting else RefundState.REQUESTED
    rows.event(Refund, number, at=back.at, new=begins, cause="request", actor=actor)
    if taken_at is not None and arrived_at is not None:
        submitted = RefundState.SUBMITTED
        rows.event(Refund, number, at=taken_at, old=begins, new=submitted, cause="answer")
        rows.event(Refund, number, at=arrived_at, old=submitted, new=RefundState.DONE, cause="notification")
    return back.at + ARRIVED
