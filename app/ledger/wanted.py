"""Which orders are wanted, and the same as conditions for the database.

A condition that few orders meet is asked for first, and these are sorted; one that many meet is checked while
the list is walked. Which it is, a count that never goes beyond FEW says: no page depends on a planner's guess.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, literal_column, or_, select, union_all
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.days import Days, beijing_hour
from app.core.db import db
from app.entrances.models import Entrance, EntranceKind
from app.figures.counting import earlier_day
from app.followers.models import Follower
from app.orders.models import Order, OrderLine, OrderNote, Shipment
from app.orders.states import OrderState
from app.payments.models import PaymentAttempt
from app.payments.states import AttemptState
from app.reconciliation.marks import Mark, condition_of

FEW = 5000
ORDER_NO_LENGTH = 18
LONGEST_SEARCH = 64

PAID = (
    OrderState.PAID,
    OrderState.SHIPPED,
    OrderState.REFUNDED,
)  # money came for it; some may have gone back


class Delivery(StrEnum):
    """How far an order's goods are."""

    WAITING = "waiting"  # paid, nothing sent
    PARTLY = "partly"  # something sent, something not
    SENT = "sent"


class Money(StrEnum):
    """What of an order's money there is to see."""

    CAME = "came"
    GOES_BACK = "goes_back"


class Moment(StrEnum):
    """What the days of a filter are about."""

    PLACED = "placed"
    PAID = "paid"  # with Money.GOES_BACK: when the money came that has to go back


class Buyers(StrEnum):
    """Of paid orders: whether the buyer had paid on an earlier day."""

    NEW = "new"
    RETURNING = "returning"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every filter of the ledger; what is None or empty does not narrow.

    `until`: on the last of `days` only what came before this time of day; `hour`: of any day, 0 to 23, Beijing.
    `entrance_id` 0: by no link of ours. `search`: an order number or its beginning, a phone number, an openid,
    a tracking number, a number of a payment, ours or WeChat's, or words of a note that are not English.
    """

    days: Days | None = None
    by: Moment = Moment.PLACED
    until: time | None = None
    hour: int | None = None
    buyers: Buyers | None = None
    state: OrderState | None = None
    kind: EntranceKind | None = None
    entrance_id: int | None = None
    slug: str = ""
    follower_id: int | None = None
    least_fen: int | None = None
    most_fen: int | None = None
    delivery: Delivery | None = None
    money: Money | None = None
    mark: Mark | None = None
    search: str = ""

    @property
    def is_quick(self) -> bool:
        """Whether only whole days of placing narrow, and the state: then rows of days hold the totals."""
        return self == Wanted(days=self.days, state=self.state)

    @property
    def has_own_index(self) -> bool:
        """Whether something narrows that orders are found by better than by state and time of placing."""
        found = (self.entrance_id, self.kind, self.follower_id)
        return (
            any(each is not None for each in found)
            or bool(self.slug or self.search)
            or self.mark == Mark.DIFFERENT
            or self.by == Moment.PAID
        )


Conditions = list[ColumnElement[bool]]


def conditions_of(wanted: Wanted, *, is_walked: bool = True) -> Conditions:
    """All but the state, which the tabs count one by one. `is_walked`: the list stops after a page of them."""
    found: Conditions = []
    if wanted.money == Money.GOES_BACK and wanted.by == Moment.PAID:
        found.append(Order.id.in_(refunds_due().where(*_at_times(wanted, PaymentAttempt.paid_at))))
    else:
        found += _at_times(wanted, moment_of(wanted))
    if wanted.buyers is not None:
        is_returning = earlier_day(Order)
        found += [
            Order.paid_at.is_not(None),
            is_returning if wanted.buyers == Buyers.RETURNING else ~is_returning,
        ]
    if wanted.entrance_id is not None:
        found.append(Order.entrance_id == (wanted.entrance_id or None))
    if wanted.kind is not None:
        found.append(_by_kind(wanted.kind))
    if wanted.slug:
        found.append(_of_product(wanted.slug, is_walked=is_walked))
    if wanted.follower_id is not None:
        found.append(Order.follower_id == wanted.follower_id)
    if wanted.least_fen is not None or wanted.most_fen is not None:
        found.append(_of_amount(wanted.least_fen or 0, wanted.most_fen))
    if wanted.delivery is not None:
        found += _delivered(wanted.delivery)
    if wanted.money is not None:
        found.append(_with_money(wanted.money))
    if wanted.mark is not None:
        found.append(condition_of(wanted.mark))
    if wanted.search:
        found.append(_named(wanted.search))
    return found


def moment_of(wanted: Wanted) -> Any:
    """The column that the list is sorted by, and that days are about."""
    is_paid = wanted.by == Moment.PAID and wanted.money != Money.GOES_BACK
    return Order.paid_at if is_paid else Order.created_at


def refunds_due() -> Any:
    """The attempts whose money came too late or twice, and has to go back."""
    return select(PaymentAttempt.order_id).where(PaymentAttempt.state == AttemptState.REFUND_DUE)


def is_refunded() -> ColumnElement[bool]:
    """Whether some of an order's own money went back. The 0 is written out: SQLite knows its index by it."""
    return Order.refunded_fen > literal_column("0")


def _refunded() -> Any:
    """Orders of whose own money some went back."""
    return select(Order.id).where(is_refunded())


def _at_times(wanted: Wanted, moment: Any) -> Conditions:
    found: Conditions = [moment.is_not(None)] if moment.key == "paid_at" else []
    if wanted.days is not None:
        found.append(wanted.days.hold(moment))
        if wanted.until is not None:
            found.append(moment < datetime.combine(wanted.days.last, wanted.until, clock.BEIJING))
    if wanted.hour is not None:
        found.append(beijing_hour(moment) == wanted.hour)
    return found


def _by_kind(kind: EntranceKind) -> ColumnElement[bool]:
    ids = list(db.session.scalars(select(Entrance.id).where(Entrance.kind == kind)))
    return _few_first(lambda order: order.entrance_id.in_(ids)) if ids else false()


def _of_amount(least_fen: int, most_fen: int | None) -> ColumnElement[bool]:
    def fits(order: Any) -> ColumnElement[bool]:
        is_enough: ColumnElement[bool] = order.total_fen >= least_fen
        return is_enough if most_fen is None else is_enough & (order.total_fen <= most_fen)

    return _few_first(fits)


def _few_first(condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    other = aliased(Order)
    ids = select(other.id).where(condition(other))
    return Order.id.in_(ids) if _is_few(ids) else condition(Order)


def _of_product(slug: str, *, is_walked: bool) -> ColumnElement[bool]:
    ids = select(OrderLine.order_id).where(OrderLine.product_slug == slug)
    if not is_walked or _is_few(ids):
        return Order.id.in_(ids)
    return exists().where(OrderLine.order_id == Order.id, OrderLine.product_slug == slug)


def _is_few(ids: Any) -> bool:
    return (db.session.scalar(select(func.count()).select_from(ids.limit(FEW).subquery())) or 0) < FEW


def _delivered(delivery: Delivery) -> Conditions:
    if delivery == Delivery.SENT:
        return [Order.state == OrderState.SHIPPED]
    has_parcel = exists().where(Shipment.order_id == Order.id)
    is_begun = has_parcel if delivery == Delivery.PARTLY else ~has_parcel
    return [Order.state == OrderState.PAID, is_begun]


def _with_money(money: Money) -> ColumnElement[bool]:
    goes_back = or_(Order.id.in_(refunds_due()), Order.id.in_(_refunded()))
    return goes_back if money == Money.GOES_BACK else or_(Order.state.in_(PAID), goes_back)


def _named(words: str) -> ColumnElement[bool]:
    """One of the numbers an order is known by; each is looked up in its own index."""
    text = words[:LONGEST_SEARCH]
    ways = [
        select(Order.id).join(Follower).where(Follower.openid == text),
        select(Shipment.order_id).where(Shipment.tracking_no == text.upper()),
        select(PaymentAttempt.order_id).where(PaymentAttempt.out_trade_no == text.upper()),
        select(PaymentAttempt.order_id).where(PaymentAttempt.transaction_id == text),
        select(Order.id).where(Order.phone == text),
    ]
    if not text.isascii():  # words: what colleagues noted, which are few rows
        ways.append(select(OrderNote.order_id).where(OrderNote.text.icontains(text, autoescape=True)))
    if text.isascii() and text.isdecimal() and len(text) <= ORDER_NO_LENGTH:
        first, last = text.ljust(ORDER_NO_LENGTH, "0"), text.ljust(ORDER_NO_LENGTH, "9")
        ways.append(select(Order.id).where(Order.order_no.between(first, last)))
    return Order.id.in_(union_all(*ways))
