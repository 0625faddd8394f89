"""The ledger read: a page, the totals of what is wanted, every row for an export."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.core.places import PlacedPage, read_page
from app.figures.reading import Figures
from app.figures.sums import StateSums
from app.ledger.indexes import without_entrance_index
from app.ledger.wanted import PAID, Money, Wanted, conditions_of, is_refunded, moment_of
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.models import PaymentAttempt
from app.payments.states import AttemptState
from app.reconciliation.marks import Mark, marks_of

EXPORT_BATCH = 1000
EVERY_STATE = tuple(OrderState)


@dataclass(frozen=True, slots=True)
class Entry:
    """One order with its money, in fen: what came, what of it went back or has to; and what the bills say."""

    order: Order
    paid_fen: int
    refund_fen: int
    mark: Mark | None = None

    @property
    def net_fen(self) -> int:
        """What stays."""
        return self.paid_fen - self.refund_fen


@dataclass(frozen=True, slots=True)
class Sums:
    """Orders of one state, or of several together."""

    orders: int = 0
    paid_orders: int = 0
    paid_fen: int = 0
    refund_fen: int = 0

    @property
    def net_fen(self) -> int:
        """What stays."""
        return self.paid_fen - self.refund_fen

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.orders + other.orders,
            self.paid_orders + other.paid_orders,
            self.paid_fen + other.paid_fen,
            self.refund_fen + other.refund_fen,
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of what is wanted, and of each state whichever of them is wanted."""

    wanted: Sums
    by_state: dict[OrderState, Sums]


def list_entries(wanted: Wanted, *, place: str = "", per_page: int = 50) -> PlacedPage[Entry]:
    """The page at `place`, the newest order first."""
    query = select(Order).where(*conditions_of(wanted))
    if wanted.state is not None:
        query = query.where(Order.state == wanted.state)
    page = read_page(query, place, sort=moment_of(wanted), number=Order.id, per_page=per_page)
    return PlacedPage(entries_of(page.rows), page.newer, page.older)


def every_entry(wanted: Wanted) -> Iterator[Entry]:
    """All of them, in batches behind the scenes; memory stays the same however many there are."""
    place = ""
    while True:
        page = list_entries(wanted, place=place, per_page=EXPORT_BATCH)
        yield from page.rows
        for entry in page.rows:
            db.session.expunge(entry.order)
        db.session.rollback()  # a fresh look each time: no reading transaction lasts as long as an export
        if not page.older:
            return
        place = page.older


def entries_of(orders: Sequence[Order]) -> list[Entry]:
    """These orders with their money."""
    due, marks = refunds_of(order.id for order in orders), marks_of(orders)
    return [
        Entry(
            order,
            paid_fen=(order.total_fen if order.state in PAID else 0) + due.get(order.id, 0),
            refund_fen=order.refunded_fen + due.get(order.id, 0),
            mark=marks.get(order.id),
        )
        for order in orders
    ]


def refunds_of(order_ids: Iterable[int]) -> dict[int, int]:
    """What came too late or twice and goes back, in fen, by order; those without are left out."""
    attempt = PaymentAttempt
    query = (
        select(attempt.order_id, func.sum(attempt.amount_fen))
        .where(attempt.order_id.in_(list(order_ids)), attempt.state == AttemptState.REFUND_DUE)
        .group_by(attempt.order_id)
    )
    return {order_id: int(fen) for order_id, fen in db.session.execute(query)}


def sum_up(wanted: Wanted) -> Totals:
    """Count and add up; `wanted.state` chooses among the states. Rows of days are asked where they know."""
    if wanted.is_quick:
        by_state = _sum_days(wanted)
    elif wanted.money == Money.CAME and replace(wanted, money=None).is_quick:
        by_state = _sum_came(wanted)
    else:
        by_state = _sum_orders(wanted)
    chosen = by_state.values() if wanted.state is None else [by_state[wanted.state]]
    return Totals(sum(chosen, Sums()), by_state)


def _sum_days(wanted: Wanted) -> dict[OrderState, Sums]:
    found = Figures.of(wanted.days).states()
    return {state: _sums(state, each) for state, each in found.items()}


def _sum_came(wanted: Wanted) -> dict[OrderState, Sums]:
    """Money came for all that are paid, and for few others."""
    others = _sum_orders(replace(wanted, money=Money.GOES_BACK))
    return {state: sums if state in PAID else others[state] for state, sums in _sum_days(wanted).items()}


def _sum_orders(wanted: Wanted) -> dict[OrderState, Sums]:
    conditions = conditions_of(wanted, is_walked=False)
    due, back = _sum_refunds(conditions), _sum_refunded(conditions)
    found = _sum_at_once(conditions) if wanted.has_own_index else _sum_each_state(conditions)
    return {
        state: _sums(state, StateSums(*found.get(state, (0, 0)), due.get(state, 0), back.get(state, 0)))
        for state in OrderState
    }


def _sum_each_state(conditions: Sequence[Any]) -> dict[OrderState, tuple[int, int]]:
    """Each state by itself is one walk through `ix_orders_ledger`, which holds all that is asked for."""
    query = (
        select(Order.state, func.count(), func.sum(Order.total_fen))
        .where(Order.state.in_(EVERY_STATE), *conditions)
        .group_by(Order.state)
    )
    return {state: (number, int(fen)) for state, number, fen in db.session.execute(query)}


def _sum_at_once(conditions: Sequence[Any]) -> dict[OrderState, tuple[int, int]]:
    """One walk by the index of what narrows; a GROUP BY would sort all it finds, or choose another index."""
    columns = []
    for state in EVERY_STATE:
        columns += [func.count().filter(Order.state == state)]
        columns += [func.sum(Order.total_fen).filter(Order.state == state)]
    row = db.session.execute(select(*columns).select_from(Order).where(*conditions)).one()
    pairs = zip(EVERY_STATE, row[::2], row[1::2], strict=True)
    return {state: (number, int(fen or 0)) for state, number, fen in pairs}


def _sums(state: OrderState, each: StateSums) -> Sums:
    paid_orders, paid_fen = (each.orders, each.total_fen) if state in PAID else (0, 0)
    return Sums(each.orders, paid_orders, paid_fen + each.due_fen, each.due_fen + each.refunded_fen)


def _sum_refunds(conditions: Sequence[Any]) -> dict[OrderState, int]:
    query = (
        select(Order.state, func.sum(PaymentAttempt.amount_fen))
        .join(Order, Order.id == PaymentAttempt.order_id)
        .where(PaymentAttempt.state == AttemptState.REFUND_DUE, *conditions)
        .group_by(Order.state)
    )
    return {state: int(fen) for state, fen in db.session.execute(query)}


def _sum_refunded(conditions: Sequence[Any]) -> dict[OrderState, int]:
    """One row: a GROUP BY would make SQLite walk a large index for its order instead of the small one.

    For the same reason the index of entrances is out of its reach: most orders may have come by a kind, or by none.
    """
    columns = [func.sum(Order.refunded_fen).filter(Order.state == state) for state in EVERY_STATE]
    narrowed = map(without_entrance_index, conditions)
    row = db.session.execute(select(*columns).select_from(Order).where(is_refunded(), *narrowed)).one()
    return {state: int(fen) for state, fen in zip(EVERY_STATE, row, strict=True) if fen}
