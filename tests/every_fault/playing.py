"""One cell: the switch is on, somebody buys, and everybody's clock runs until nothing is under way."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import GatewayError, TransitionRefused
from app.orders.models import Order
from app.payments.attempts import list_attempts
from app.payments.closing import cancel_order
from app.payments.gateways import get_gateway
from app.payments.gateways.contract import Way
from app.payments.models import PaymentAttempt, PaymentNotification, Verdict
from app.payments.refunds.models import Refund
from app.payments.refunds.sending import go_on
from app.payments.refunds.states import BACK
from app.payments.states import AttemptState
from tests.every_fault.boxed import ALIPAY, Boxed
from tests.every_fault.cases import Case
from tests.refunds import ask

MONEY = (AttemptState.PAID, AttemptState.REFUND_DUE)
PRESSES = 3  # of the button, when nothing happens
Ended = tuple[str, tuple[str, ...], tuple[str, ...]]


def play(box: Boxed, case: Case, gateway: str, way: Way) -> Ended:
    """How order, attempts and refunds stand in the end."""
    order, before = box.order(), _last_notification()
    if case.play == "refund":
        _buy(box, order, gateway, way)
    for name, value in (*case.also, *([(case.switch, case.value)] if case.switch else [])):
        box.engine.faults.set(name, value, once=not case.stays_on, only=case.only)
    {
        "pay": _buy,
        "again": _press_again,
        "late": _pay_late,
        "refund": _give_back,
    }[case.play](box, order, gateway, way)
    box.play_on()
    box.sweep(order.id, gateway)
    assert not case.switch or case.stays_on or _struck(box, case.switch)
    box.engine.faults.reset()
    assert not case.is_refused or _refused_since(before)
    return _check_books(box, order.id)


def _struck(box: Boxed, switch: str) -> bool:
    """A switch that is on for once is off when it has struck."""
    return box.engine.faults.peek(switch) == box.engine.faults.calm_value(switch)


def _last_notification() -> int:
    return db.session.scalar(select(func.max(PaymentNotification.id))) or 0


def _refused_since(number: int) -> bool:
    verdicts = select(PaymentNotification.verdict).where(PaymentNotification.id > number)
    return bool({Verdict.REFUSED, Verdict.MISMATCH} & set(db.session.scalars(verdicts)))


def _buy(box: Boxed, order: Order, gateway: str, way: Way) -> None:
    for _press in range(PRESSES):
        if box.begin(order, gateway, way) or list_attempts(order)[-1].state in MONEY:
            break
        box.move(timedelta(seconds=10))
    box.pay(list_attempts(order)[-1])
    box.play_on()
    db.session.rollback()


def _press_again(box: Boxed, order: Order, gateway: str, way: Way) -> None:
    assert box.begin(order, gateway, way)
    box.pay(list_attempts(order)[-1])
    with suppress(TransitionRefused):
        box.begin(order, gateway, way)


def _pay_late(box: Boxed, order: Order, gateway: str, way: Way) -> None:
    assert box.begin(order, gateway, way)
    attempt = list_attempts(order)[-1]
    assert cancel_order(order, gateway=get_gateway(gateway), reason="buyer")
    box.pay(attempt)


def _give_back(box: Boxed, order: Order, gateway: str, way: Way) -> None:
    refund = ask(order)
    with suppress(GatewayError):
        go_on(refund.id, get_gateway(gateway))


def _check_books(box: Boxed, order_id: int) -> Ended:
    """Our money is the money there, what went back is what went back there, and the order says so."""
    db.session.rollback()
    db.session.expunge_all()
    order = db.session.execute(
        select(Order.state, Order.total_fen, Order.refunded_fen, Order.paid_at).where(Order.id == order_id)
    ).one()
    columns = (PaymentAttempt.id, PaymentAttempt.gateway, PaymentAttempt.out_trade_no, PaymentAttempt.state)
    attempts = db.session.execute(
        select(*columns, PaymentAttempt.amount_fen)
        .where(PaymentAttempt.order_id == order_id)
        .order_by(PaymentAttempt.id)
    ).all()
    refunds = db.session.execute(
        select(Refund.attempt_id, Refund.state, Refund.amount_fen)
        .where(Refund.order_id == order_id)
        .order_by(Refund.id)
    ).all()
    here = {each.out_trade_no: each.amount_fen for each in attempts if each.state in MONEY}
    assert here == {each.out_trade_no: fen for each in attempts if (fen := _paid_there(box, each))}
    back = [each for each in refunds if each.state in BACK]
    assert sum(each.amount_fen for each in back) == sum(_given_back_there(box, each) for each in attempts)
    own = {each.id: each.amount_fen for each in attempts if each.state == AttemptState.PAID}
    assert order.refunded_fen == sum(each.amount_fen for each in back if each.attempt_id in own)
    assert (order.paid_at is not None) == bool(own)
    assert sum(own.values()) == (order.total_fen if own else 0)
    due = {each.id for each in attempts if each.state == AttemptState.REFUND_DUE}
    assert due <= {each.attempt_id for each in refunds}
    return (
        str(order.state),
        tuple(str(each.state) for each in attempts),
        tuple(str(each.state) for each in refunds),
    )


def _paid_there(box: Boxed, attempt: Any) -> int:
    if attempt.gateway == ALIPAY:
        trade = box.engine.alipay.find(attempt.out_trade_no)
        return trade["amount_fen"] if trade and trade["paid_at"] else 0
    known = box.engine.orders.find(attempt.out_trade_no)
    return known["amount_fen"] if known and known["transaction_id"] else 0


def _given_back_there(box: Boxed, attempt: Any) -> int:
    if attempt.gateway == ALIPAY:
        trade = box.engine.alipay.find(attempt.out_trade_no)
        return sum(each["amount_fen"] for each in trade["refunds"]) if trade else 0
    mine = box.engine.refunds.of_order(attempt.out_trade_no)
    return sum(each["amount_fen"] for each in mine if each["status"] == "SUCCESS")
