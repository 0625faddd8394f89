"""Whatever goes wrong at the gateway, and in whatever order things happen: paid = given back + kept."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.catalog.stock import find_unexplained
from app.core import clock
from app.core.db import db
from app.core.errors import GatewayError, ShopError
from app.figures.reading import Figures
from app.ledger.listing import sum_up
from app.ledger.wanted import Wanted
from app.orders.models import Order
from app.orders.shipping import Parcel, left_to_ship, ship
from app.orders.states import OrderState
from app.payments.gateways.contract import RefundNews, RefundStatus
from app.payments.models import Verdict
from app.payments.notifications import record_notification
from app.payments.refunds.external import record_external
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import Wish
from app.payments.refunds.room import find_paying, refunds_of, room_of
from app.payments.refunds.sending import go_on
from app.payments.refunds.service import approve, refuse
from app.payments.refunds.states import BACK, HOLDING, RefundState
from app.payments.refunds.sweeper import sweep_refunds
from app.staff.roles import SERVICE
from tests.factories import make_follower, make_order, make_sku
from tests.fakes import FakeGateway
from tests.refunds import ask, make_paid_order, member, pay

Advance = Callable[[timedelta], None]

DONE, CLOSED, ABNORMAL, NEVER = RefundStatus.DONE, RefundStatus.CLOSED, RefundStatus.ABNORMAL, None


@dataclass(frozen=True)
class Case:
    """A switch at the gateway, what WeChat does with the refund in the end, and how the books stand then."""

    state: RefundState
    refusal: str = ""  # of the first request
    is_lost: bool = False  # the first answer never comes
    is_down: bool = False  # the first request never arrives
    outcome: RefundStatus | None = DONE
    notified: int = 1  # how often; 0: the shop has to ask
    forged: bool = False
    differs: bool = False  # the first notification names another sum


CASES = {
    "all is well": Case(RefundState.DONE),
    "notification lost": Case(RefundState.DONE, notified=0),
    "notification twice": Case(RefundState.DONE, notified=2),
    "notification forged": Case(RefundState.DONE, notified=0, forged=True),
    "notification with another sum": Case(RefundState.DONE, notified=0, differs=True),
    "answer lost, then told": Case(RefundState.DONE, is_lost=True),
    "answer lost, never told": Case(RefundState.DONE, is_lost=True, notified=0),
    "request never arrived": Case(RefundState.DONE, is_down=True),
    "500 before the effect": Case(RefundState.DONE, refusal="SYSTEM_ERROR"),
    "too often": Case(RefundState.DONE, refusal="FREQUENCY_LIMITED"),
    "no balance at first": Case(RefundState.DONE, refusal="NOT_ENOUGH"),
    "no right at first": Case(RefundState.DONE, refusal="NO_AUTH"),
    "plain no": Case(RefundState.CLOSED, refusal="INVALID_REQUEST"),
    "order unknown there": Case(RefundState.CLOSED, refusal="RESOURCE_NOT_EXISTS"),
    "buyer's account gone": Case(RefundState.ABNORMAL, refusal="USER_ACCOUNT_ABNORMAL"),
    "closed": Case(RefundState.CLOSED, outcome=CLOSED),
    "closed, never told": Case(RefundState.CLOSED, outcome=CLOSED, notified=0),
    "abnormal": Case(RefundState.ABNORMAL, outcome=ABNORMAL),
    "abnormal, never told": Case(RefundState.ABNORMAL, outcome=ABNORMAL, notified=0),
    "never ends": Case(RefundState.SUBMITTED, outcome=NEVER, notified=0),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_fault_ends_with_the_books_right(
    shop: Flask, gateway: FakeGateway, advance: Advance, case: Case
) -> None:
    order = make_paid_order(gateway, sku=make_sku(price_fen=6800, stock=5))
    refund = ask(order)
    gateway.refund_refusal, gateway.forgets_to_answer, gateway.is_down = (
        case.refusal,
        case.is_lost,
        case.is_down,
    )
    with suppress(GatewayError):
        go_on(refund.id, gateway)
    gateway.refund_refusal, gateway.forgets_to_answer, gateway.is_down = "", False, False
    wait(gateway, advance, minutes=15)
    if refund.out_refund_no in gateway.refunds and case.outcome:
        end(gateway, refund, case)
    wait(gateway, advance, minutes=60)

    db.session.refresh(refund)
    assert refund.state == case.state
    assert len(gateway.refunds) <= 1
    check_books(order, gateway)
    assert (order.state == OrderState.REFUNDED) == (case.state == RefundState.DONE)


def end(gateway: FakeGateway, refund: Refund, case: Case) -> None:
    number = refund.out_refund_no
    gateway.turn_refund(number, case.outcome)  # type: ignore[arg-type]
    if case.forged:
        assert record_notification(gateway, {}, b"forged") == Verdict.REFUSED
    if case.differs:
        told, gateway.refunds[number] = (
            gateway.refunds[number],
            replace(gateway.refunds[number], amount_fen=1),
        )
        assert record_notification(gateway, {}, number.encode()) == Verdict.MISMATCH
        gateway.refunds[number] = told
    for _ in range(case.notified):
        record_notification(gateway, {}, number.encode())


def wait(gateway: FakeGateway, advance: Advance, *, minutes: int) -> None:
    for _ in range(minutes // 15):
        advance(timedelta(minutes=15))
        sweep_refunds(gateway)


def check_books(order: Order, gateway: FakeGateway) -> None:
    """Rows, order, stock, ledger and figures say the same, and nothing more goes back than came."""
    db.session.rollback()
    db.session.refresh(order)
    attempt = find_paying(order.id)
    assert attempt is not None
    refunds = refunds_of(attempt)
    back = sum(each.amount_fen for each in refunds if each.state in BACK)
    held = sum(each.amount_fen for each in refunds if each.state in HOLDING)
    assert back == order.refunded_fen
    assert held + room_of(attempt).left_fen == attempt.amount_fen
    assert 0 <= back <= held <= attempt.amount_fen
    done_there = [each for each in gateway.refunds.values() if each.status == RefundStatus.DONE]
    assert sum(each.amount_fen for each in done_there) >= back  # we never believe more than WeChat says
    for refund in refunds:
        parts = sum(line.amount_fen for line in refund.lines) + refund.shipping_fen + refund.other_fen
        assert parts == refund.amount_fen
    for line in order.lines:
        held_pieces = sum(
            each.unsent
            for refund in refunds
            if refund.state in HOLDING
            for each in refund.lines
            if each.order_line_id == line.id
        )
        assert held_pieces == line.withdrawn
        sent = sum(each.quantity for parcel in order.shipments for each in parcel.lines)
        assert sent + line.withdrawn + left_to_ship(order).get(line.id, 0) == line.quantity
    assert find_unexplained() == []
    ledger = sum_up(Wanted()).wanted
    assert (ledger.paid_fen, ledger.refund_fen) == (order.total_fen, back)
    figures = Figures.of(None).money()
    assert sum(each.refunded_fen for each in figures.values()) == back


STEPS = st.lists(
    st.sampled_from(
        [
            *("ask all", "ask piece", "ask sum", "ask big sum", "clerk asks"),
            *("approve", "refuse", "send", "send lost", "wait", "ship", "external"),
            *("done", "closed", "abnormal", "tell", "tell again"),
        ]
    ),
    min_size=3,
    max_size=14,
)


@pytest.fixture
def still_clock() -> Iterator[Advance]:
    with clock.frozen_at(clock.now()) as move:
        yield move


@pytest.mark.sqlite_only  # each act alone is tried on both
def test_in_any_order_paid_is_given_back_and_kept(shop: Flask, still_clock: Advance) -> None:
    """One shop for all examples: each buys anew, and takes its own look at the sums of the day."""

    @settings(max_examples=15, derandomize=True, database=None)
    @given(STEPS)
    def play(steps: list[str]) -> None:
        gateway = FakeGateway()
        shop.extensions["gateways"] = {gateway.name: gateway}
        order = make_order(follower=make_follower(), sku=make_sku(price_fen=3333, stock=9), quantity=3)
        pay(order, gateway)
        for step in steps:
            with suppress(ShopError):
                take(step, order, gateway, still_clock)
        check_order(order, gateway)

    play()


def take(step: str, order: Order, gateway: FakeGateway, advance: Advance) -> None:
    db.session.rollback()
    line, mine = order.lines[0], list(db.session.scalars(select(Refund).where(Refund.order_id == order.id)))
    last = mine[-1] if mine else None
    known = [each for each in mine if each.out_refund_no in gateway.refunds]
    match step:
        case "ask all":
            ask(order)
        case "ask piece":
            ask(order, Wish(quantities={line.id: 1}))
        case "ask sum":
            ask(order, Wish(other_fen=700))
        case "ask big sum":
            ask(order, Wish(other_fen=6000))
        case "clerk asks":
            ask(order, Wish(quantities={line.id: 2}), by=member(SERVICE, 2))
        case "approve" if last:
            approve(last, member=member())
        case "refuse" if last:
            refuse(last, member=member())
        case "send" if last:
            go_on(last.id, gateway)
        case "send lost" if last:
            gateway.forgets_to_answer = True
            try:
                go_on(last.id, gateway)
            finally:
                gateway.forgets_to_answer = False
        case "wait":
            wait(gateway, advance, minutes=15)
        case "ship":
            ship(order, Parcel("顺丰", f"SF{len(order.shipments)}", {line.id: 1}), actor="staff:1")
        case "external":
            record_external(foreign(order, gateway), gateway=gateway, source="bill")
        case "done" | "closed" | "abnormal" if known:
            status = {"done": DONE, "closed": CLOSED, "abnormal": ABNORMAL}[step]
            if gateway.refunds[known[-1].out_refund_no].status == RefundStatus.UNDER_WAY:
                gateway.turn_refund(known[-1].out_refund_no, status)
        case "tell" | "tell again" if known:
            record_notification(gateway, {}, known[-1].out_refund_no.encode())


def foreign(order: Order, gateway: FakeGateway) -> RefundNews:
    """Somebody refunds five yuan in WeChat's own console, where as much is left there."""
    attempt = find_paying(order.id)
    assert attempt is not None
    number, transaction_id = f"MP{attempt.id}N{len(gateway.refunds)}", attempt.transaction_id or ""
    if gateway.given_back(transaction_id) + 500 > attempt.amount_fen:
        raise ShopError
    gateway.refunds[number] = RefundNews(
        number,
        RefundStatus.DONE,
        refund_id=f"5031{attempt.id:020d}{len(gateway.refunds):05d}",
        out_trade_no=attempt.out_trade_no,
        transaction_id=transaction_id,
        amount_fen=500,
        total_fen=attempt.amount_fen,
        succeeded_at=clock.now(),
    )
    return gateway.refunds[number]


def check_order(order: Order, gateway: FakeGateway) -> None:
    """Of one order among others: what is back is what WeChat gave back, and the rest is kept."""
    db.session.rollback()
    db.session.refresh(order)
    attempt = find_paying(order.id)
    assert attempt is not None
    transaction_id = attempt.transaction_id or ""
    refunds = refunds_of(attempt)
    back = sum(each.amount_fen for each in refunds if each.state in BACK)
    assert order.refunded_fen == back
    assert back + (order.total_fen - order.refunded_fen) == attempt.amount_fen
    assert gateway.given_back(transaction_id) <= attempt.amount_fen
    done_there = [each.amount_fen for each in gateway.refunds.values() if each.status == RefundStatus.DONE]
    assert back <= sum(done_there)
    for line in order.lines:
        sent = sum(each.quantity for parcel in order.shipments for each in parcel.lines)
        assert 0 <= line.withdrawn <= line.quantity - sent
    assert find_unexplained() == []
    if order.state == OrderState.REFUNDED:
        assert not left_to_ship(order)
