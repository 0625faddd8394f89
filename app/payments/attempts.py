"""Payment attempts: finding them, asking their gateway about them, closing them there.

An attempt is asked about where it was made; the `gateway` that is given is that one, or any other of the shop.
"""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import GatewayRefused, NotFound
from app.core.states import move_state
from app.orders.models import Order
from app.payments.gateways import gateway_of
from app.payments.gateways.contract import Gateway, Trade, TradeState
from app.payments.models import PaymentAttempt
from app.payments.settle import settle
from app.payments.states import ATTEMPT_MOVES, LIVE, AttemptState

SHORTEST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
LAST_LOOK_AFTER = timedelta(minutes=2)  # who was typing a password while we closed is found by this


def live_attempts(order: Order) -> Sequence[PaymentAttempt]:
    """Attempts of this order that may still bring money by themselves."""
    return [attempt for attempt in list_attempts(order) if attempt.state in LIVE]


def list_attempts(order: Order) -> Sequence[PaymentAttempt]:
    """Every attempt of this order, oldest first."""
    query = select(PaymentAttempt).where(PaymentAttempt.order_id == order.id)
    return db.session.scalars(query.order_by(PaymentAttempt.id)).all()


def find_attempts(number: str) -> Sequence[PaymentAttempt]:
    """Every attempt that this number is about: an order's, our own of one attempt, or WeChat Pay's."""
    is_its = or_(
        Order.order_no == number,
        PaymentAttempt.out_trade_no == number,
        PaymentAttempt.transaction_id == number,
    )
    return db.session.scalars(
        select(PaymentAttempt).join(Order).where(is_its).order_by(PaymentAttempt.id)
    ).all()


def get_attempt(attempt_id: int) -> PaymentAttempt:
    """Raises: NotFound."""
    attempt = db.session.get(PaymentAttempt, attempt_id)
    if attempt is None:
        raise NotFound(_("没有这次付款"))
    return attempt


def check(attempt: PaymentAttempt, gateway: Gateway) -> Trade:
    """Ask its gateway about one attempt, settle what it says, and set when to ask again.

    Raises: GatewayError; the time to ask again is set all the same.
    """
    gateway, out_trade_no = gateway_of(attempt, gateway), attempt.out_trade_no
    _set_next_check(attempt)
    trade = gateway.query(out_trade_no)
    settle(trade, gateway=gateway, source="query")
    return trade


def close_attempt(attempt: PaymentAttempt, gateway: Gateway) -> None:
    """Make sure no money can come under this number any more, unless it has already come.

    Raises: GatewayError when that could not be made sure.
    """
    gateway, out_trade_no = gateway_of(attempt, gateway), attempt.out_trade_no
    trade = check(attempt, gateway)
    if trade.state == TradeState.UNPAID:
        try:
            gateway.close(out_trade_no)
        except GatewayRefused:
            # Paid between the question and the closing? The answer to a second question is the truth.
            trade = check(attempt, gateway)
            if trade.state == TradeState.UNPAID:
                raise
    # UNKNOWN_NUMBER is not closed there: WeChat would burn the number, and Alipay has nothing to close yet.
    if trade.state != TradeState.PAID:
        _mark_closed(attempt, may_begin=trade.state == TradeState.UNKNOWN_NUMBER)


def _mark_closed(attempt: PaymentAttempt, *, may_begin: bool) -> None:
    """Who holds an address of Alipay's can begin with it until it ends: the last look waits for that."""
    with transaction():
        if attempt.state in LIVE:
            is_out = may_begin and attempt.state == AttemptState.OPEN
            ends_at = max(clock.now(), attempt.expires_at) if is_out else clock.now()
            again = ends_at + LAST_LOOK_AFTER
            move_state(attempt, ATTEMPT_MOVES, AttemptState.CLOSED, cause="close", next_check_at=again)


def _set_next_check(attempt: PaymentAttempt) -> None:
    """The older the attempt, the longer the pause; a closed one gets its last look."""
    with transaction():
        now = clock.now()
        pause = max(SHORTEST_PAUSE, min((now - attempt.created_at) / 2, LONGEST_PAUSE))
        attempt.asked_at = now
        if attempt.state != AttemptState.CLOSED:
            attempt.next_check_at = now + pause
        elif attempt.next_check_at is not None and attempt.next_check_at <= now:
            attempt.next_check_at = None
