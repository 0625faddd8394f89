"""Paid orders and people who refund them."""

from app.core.db import db
from app.core.ids import new_token
from app.orders.models import Order
from app.payments import service as payments
from app.payments.attempts import check, list_attempts
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import Wish
from app.payments.refunds.service import Ask, quote_for, request_refund
from app.staff.roles import OWNER
from app.staff.sessions import StaffMember
from tests.factories import make_order
from tests.fakes import FakeGateway

ALL = Wish(is_all=True)


def make_paid_order(gateway: FakeGateway, **more: object) -> Order:
    """An order whose money came through the gateway."""
    order = make_order(**more)  # type: ignore[arg-type]
    pay(order, gateway)
    return order


def pay(order: Order, gateway: FakeGateway) -> PaymentAttempt:
    """Its buyer pays, and the shop has asked."""
    payments.start_payment(order, gateway=gateway)
    attempt = list_attempts(order)[-1]
    gateway.pay(attempt.out_trade_no)
    check(attempt, gateway)
    db.session.refresh(order)
    return attempt


def member(role: str = OWNER, number: int = 1) -> StaffMember:
    """Somebody of the shop."""
    return StaffMember(number, f"{role}{number}", role, session_id=number)


def ask(order: Order, wish: Wish = ALL, *, by: StaffMember | None = None, token: str = "") -> Refund:
    """Press the button for what the page shows."""
    seen_fen = quote_for(order, wish).amount_fen
    wanted = Ask(wish, "买家不要了", seen_fen, token or new_token())
    return request_refund(order, wanted, member=by or member())
