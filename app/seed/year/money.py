"""What becomes of an order's money: paid, given up, paid twice or too late; with the attempts that tell of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.alerts.models import Alert
from app.core import clock
from app.core.clock import beijing_day
from app.core.ids import UNAMBIGUOUS
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.gateways.names import SEEDED
from app.payments.gateways.wechatpay_v3 import NAME
from app.payments.models import PaymentAttempt
from app.payments.refunds.requesting import EXTRA_MONEY
from app.payments.refunds.states import RefundSource
from app.payments.states import AttemptState
from app.seed.year.backs import Back, add_refund
from app.seed.year.rows import Rows

PAID = 0.85  # of the orders
TROUBLE_EVERY = 401  # orders, for each of the two kinds of trouble
TWICE, LATE = 77, 120  # which of so many


@dataclass(frozen=True, slots=True)
class Course:
    """How it ends by the last moment of the year, before anything is sent. `is_late`: paid after it was given up."""

    state: OrderState
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    reason: str = ""
    is_twice: bool = False
    is_late: bool = False

    @property
    def moved_at(self) -> datetime | None:
        """When it was paid or given up."""
        return self.paid_at or self.cancelled_at


@dataclass(frozen=True, slots=True)
class Bill:
    """What the attempts of an order need to know of it."""

    order_id: int
    order_no: str
    at: datetime
    expires_at: datetime
    total_fen: int
    openid: str
    description: str


def decide(number: int, at: datetime, expires_at: datetime, now: datetime, chance: Random) -> Course:
    """What becomes of the order that was placed at `at` as the `number`-th of the year."""
    trouble = number % TROUBLE_EVERY
    is_late = trouble == LATE and expires_at + timedelta(minutes=10) < now
    if not is_late and (trouble == TWICE or chance.random() < PAID):
        seconds = chance.randrange(25, 180) if chance.random() < 0.9 else chance.randrange(180, 1500)
        paid_at = at + timedelta(seconds=seconds)
        is_twice = trouble == TWICE and paid_at + timedelta(minutes=10) < now
        return (
            Course(OrderState.PAID, paid_at, is_twice=is_twice)
            if paid_at <= now
            else Course(OrderState.UNPAID)
        )
    is_own = not is_late and chance.random() < 0.25
    cancelled_at = at + timedelta(seconds=chance.randrange(60, 1200))
    if not is_own:
        cancelled_at = expires_at + timedelta(seconds=chance.randrange(1, 60))
    if cancelled_at > now:
        return Course(OrderState.UNPAID)
    reason = "buyer" if is_own else "expired"
    return Course(OrderState.CANCELLED, None, cancelled_at, reason, is_late=is_late)


def pay(bill: Bill, course: Course, now: datetime, chance: Random, rows: Rows) -> None:
    """The attempts of one order, each with its history; money that has to go back raised an alert."""
    begun = bill.at + timedelta(seconds=chance.randrange(4, 20))
    open_, closed, paid = AttemptState.OPEN, AttemptState.CLOSED, AttemptState.PAID
    by = "query" if chance.random() < 0.03 else "notification"
    if course.paid_at is not None:
        if chance.random() < 0.04:  # the first sheet was closed, a second one paid
            _attempt(bill, begun, [(open_, closed, begun + timedelta(seconds=9), "close")], now, chance, rows)
            begun += timedelta(seconds=10)
        _attempt(bill, begun, [(open_, paid, course.paid_at, by)], now, chance, rows)
        if course.is_twice:
            later = course.paid_at + timedelta(seconds=chance.randrange(20, 90))
            moves = [(open_, AttemptState.REFUND_DUE, later, by)]
            _give_back(*_attempt(bill, begun, moves, now, chance, rows), bill, later, now, rows)
    elif course.cancelled_at is not None and (course.is_late or chance.random() < 0.55):
        moves = [(open_, closed, course.cancelled_at, "close")]
        later = course.cancelled_at + timedelta(seconds=chance.randrange(20, 90))
        if course.is_late:
            moves.append((closed, AttemptState.REFUND_DUE, later, by))
        made = _attempt(bill, begun, moves, now, chance, rows)
        if course.is_late:
            _give_back(*made, bill, later, now, rows)


def gateway_at(at: datetime, now: datetime) -> str:
    """By which money came then: WeChat Pay, whose bills of all days that are over are written, too.

    Of today no real bill will ever tell, so today's money says that it is invented and waits for none.
    """
    return NAME if beijing_day(at) < beijing_day(now) else SEEDED


def _attempt(
    bill: Bill,
    begun: datetime,
    moves: list[tuple[AttemptState, AttemptState, datetime, str]],
    now: datetime,
    chance: Random,
    rows: Rows,
) -> tuple[int, str]:
    """One attempt that was begun then and moved so; returns its row and its number at WeChat."""
    state, moved_at = moves[-1][1:3]
    has_money = state in (AttemptState.PAID, AttemptState.REFUND_DUE)
    local = begun.astimezone(clock.BEIJING)
    out_trade_no = f"XP{local:%Y%m%d%H%M%S}{''.join(chance.choices(UNAMBIGUOUS, k=12))}"
    opened = begun + timedelta(milliseconds=chance.randrange(150, 900))
    row = rows.add(
        PaymentAttempt,
        order_id=bill.order_id,
        gateway=gateway_at(moved_at, now) if has_money else NAME,
        out_trade_no=out_trade_no,
        transaction_id=f"4200{local:%Y%m%d}{chance.randrange(10**16):016d}" if has_money else None,
        state=state,
        amount_fen=bill.total_fen,
        openid=bill.openid,
        description=bill.description,
        prepay_id=f"wx{local:%d%H%M%S}{chance.getrandbits(96):024x}",
        prepay_at=opened,
        created_at=begun,
        expires_at=bill.expires_at,
        asked_at=moved_at if not has_money else None,
        paid_at=moved_at if has_money else None,
    )
    rows.event(PaymentAttempt, row, at=begun, new=AttemptState.CREATED, cause="start")
    rows.event(
        PaymentAttempt, row, at=opened, old=AttemptState.CREATED, new=AttemptState.OPEN, cause="create"
    )
    for old, new, at, cause in moves:
        rows.event(PaymentAttempt, row, at=at, old=old, new=new, cause=cause)
    return row, out_trade_no


def _give_back(
    attempt_id: int, out_trade_no: str, bill: Bill, at: datetime, now: datetime, rows: Rows
) -> None:
    """Money that came twice or too late goes back by itself, and its alert closes with it."""
    order = rows.of(Order)[-1]
    back = Back(order["id"], attempt_id, gateway_at(at, now), at + timedelta(seconds=20), bill.total_fen)
    done_at = add_refund(back, RefundSource.AUTOMATIC, EXTRA_MONEY, rows)
    rows.add(
        Alert,
        kind="refund_due",
        ref=out_trade_no,
        detail="",
        order_no=bill.order_no,
        created_at=at,
        closed_at=done_at,
        closed_by="",
    )
