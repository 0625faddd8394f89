"""Refunds read: a page of them, those of an order, how many wait."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import func, select

from app.core.days import Days
from app.core.db import db
from app.core.places import PlacedPage, read_page
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.states import RefundState
from app.payments.states import AttemptState


class Tab(StrEnum):
    """What a person looks for."""

    ALL = "all"
    TO_DECIDE = "to_decide"  # waits for a second person
    UNDER_WAY = "under_way"
    TO_MEND = "to_mend"  # abnormal: somebody has to act
    BACK = "back"
    ENDED = "ended"  # no money went back


STATES: dict[Tab, tuple[RefundState, ...]] = {
    Tab.ALL: tuple(RefundState),
    Tab.TO_DECIDE: (RefundState.WAITING,),
    Tab.UNDER_WAY: (RefundState.REQUESTED, RefundState.SUBMITTED),
    Tab.TO_MEND: (RefundState.ABNORMAL,),
    Tab.BACK: (RefundState.DONE, RefundState.HANDLED),
    Tab.ENDED: (RefundState.CLOSED, RefundState.REFUSED),
}


def list_refunds(
    tab: Tab = Tab.ALL, *, days: Days | None = None, place: str = "", per_page: int = 50
) -> PlacedPage[Refund]:
    """The page at `place`, the newest first. `days`: on which the money was back."""
    query = select(Refund)
    if days is not None:
        query = query.where(days.hold(Refund.succeeded_at))
    if tab != Tab.ALL:
        query = query.where(Refund.state.in_(STATES[tab]))
    return read_page(query, place, sort=Refund.created_at, number=Refund.id, per_page=per_page)


def count_refunds() -> dict[Tab, int]:
    """How many there are behind each tab."""
    rows = db.session.execute(select(Refund.state, func.count()).group_by(Refund.state))
    by_state = {row[0]: row[1] for row in rows}
    return {tab: sum(by_state.get(state, 0) for state in states) for tab, states in STATES.items()}


def count_to_act() -> int:
    """How many wait for a person: to be decided, or abnormal."""
    query = select(func.count()).select_from(Refund)
    return (
        db.session.scalar(query.where(Refund.state.in_((*STATES[Tab.TO_DECIDE], *STATES[Tab.TO_MEND])))) or 0
    )


def due_attempts(order_id: int) -> Sequence[PaymentAttempt]:
    """Payments of an order that came too late, twice or for an old price, the oldest first."""
    query = select(PaymentAttempt).where(
        PaymentAttempt.order_id == order_id, PaymentAttempt.state == AttemptState.REFUND_DUE
    )
    return db.session.scalars(query.order_by(PaymentAttempt.id)).all()


def refunds_of_order(order_id: int) -> Sequence[Refund]:
    """All of them, the oldest first."""
    return db.session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)).all()
