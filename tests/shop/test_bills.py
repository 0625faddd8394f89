"""Bills beside our books: days close when they are equal, and whatever differs is found, named and heals."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.alerts.models import Alert
from app.core import clock, outbox
from app.core.days import Days
from app.core.db import db, transaction
from app.core.errors import InputInvalid, TransitionRefused
from app.ledger.listing import list_entries, sum_up
from app.ledger.wanted import Wanted
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.closing import cancel_order
from app.payments.gateways.contract import BillKind, RefundNews, RefundStatus
from app.payments.models import PaymentAttempt
from app.payments.notifications import record_notification
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import Wish
from app.payments.refunds.sending import go_on
from app.payments.service import start_payment
from app.payments.states import AttemptState
from app.reconciliation import fetching
from app.reconciliation.closing import compare, find_day, reconcile
from app.reconciliation.fetching import find_bill
from app.reconciliation.healing import accept, ask, ask_due
from app.reconciliation.listing import read_days
from app.reconciliation.marks import Mark, marks_of
from app.reconciliation.models import Bill, BillDay, BillRow, Difference
from app.reconciliation.proof import prove
from app.reconciliation.standing import Standing, read_standings
from app.reconciliation.states import DayState, DifferenceKind, DifferenceState
from app.reconciliation.timetable import due_days, work_off
from app.tasks import HANDLERS
from tests.bills import BillText, fee_of
from tests.factories import make_order
from tests.fakes import FakeGateway
from tests.refunds import ask as request

Advance = Callable[[timedelta], None]
Kind = DifferenceKind
DAY = date(2026, 11, 21)  # on which every test begins, at ten in the morning
A_DAY = timedelta(days=1)


def begin(gateway: FakeGateway, order: Order | None = None) -> PaymentAttempt:
    """Somebody opens the pay sheet."""
    order = order or make_order()
    start_payment(order, gateway=gateway)
    number = gateway.requests[-1].out_trade_no
    return db.session.scalars(select(PaymentAttempt).where(PaymentAttempt.out_trade_no == number)).one()


def pay(gateway: FakeGateway, order: Order | None = None, at: datetime | None = None) -> PaymentAttempt:
    """Somebody pays, and we are told."""
    attempt = begin(gateway, order)
    gateway.pay(attempt.out_trade_no, at=at)
    record_notification(gateway, {}, attempt.out_trade_no.encode())
    return attempt


def keep(gateway: FakeGateway, bill: BillText, day: date = DAY) -> None:
    """WeChat has written the bill of a day."""
    gateway.bills[BillKind.TRADE, day] = bill.data


def look(gateway: FakeGateway, folder: Path, day: date = DAY, *, again: bool = False) -> BillDay:
    return reconcile(day, gateway=gateway, folder=folder, again=again).row


def found(day: date = DAY) -> list[tuple[str, str]]:
    """Kinds and states of a day's differences."""
    query = select(Difference.kind, Difference.state).where(Difference.day == day).order_by(Difference.id)
    return [(str(kind), str(state)) for kind, state in db.session.execute(query)]


def only() -> Difference:
    return db.session.scalars(select(Difference).execution_options(populate_existing=True)).one()


def open_alerts() -> list[str]:
    outbox.run_due(
        {name: HANDLERS[name] for name in ("raise_alert", "close_alert")}, lease=timedelta(minutes=1)
    )
    return list(db.session.scalars(select(Alert.kind).where(Alert.closed_at.is_(None)).order_by(Alert.id)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bills"


def test_a_day_that_is_equal_closes(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    bill = BillText().pay(pay(gateway)).pay(pay(gateway))
    keep(gateway, bill)
    advance(A_DAY)

    row = look(gateway, folder)

    assert (row.state, row.our_payments, row.their_payments) == (DayState.EQUAL, 2, 2)
    assert row.our_payments_fen == row.their_payments_fen == 15200
    assert row.fee_fen == 92
    assert row.proof_gap_fen == 0
    assert found() == []
    assert read_standings_of(DAY) == Standing.EQUAL
    assert open_alerts() == []


def read_standings_of(day: date) -> Standing:
    return read_standings(Days(day, day)).days[day]


def test_refunds_are_equal_too(shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance) -> None:
    attempt = pay(gateway)
    refund = give_back(gateway, attempt, 590)
    bill = BillText().pay(attempt)
    keep(gateway, bill.refund(bill.rows[-1], refund.out_refund_no, 590))
    advance(A_DAY)

    row = look(gateway, folder)

    assert (row.state, row.our_refunds, row.their_refunds_fen) == (DayState.EQUAL, 1, 590)
    assert row.our_refunds_fen == 590
    assert prove(gateway_name=gateway.name) == []


def test_the_file_is_kept_as_it_came_and_once(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    keep(gateway, BillText().pay(pay(gateway)))
    advance(A_DAY)

    for _turn in range(2):
        look(gateway, folder, again=True)

    bill = find_bill(BillKind.TRADE, DAY, gateway.name)
    assert bill is not None
    assert [path.read_bytes() for path in folder.iterdir()] == [gateway.bills[BillKind.TRADE, DAY]]
    assert (folder / bill.file).exists()
    assert len(db.session.scalars(select(BillRow)).all()) == 1


def missing_here(gateway: FakeGateway, bill: BillText) -> None:
    attempt = begin(gateway)
    gateway.pay(attempt.out_trade_no)
    bill.pay(attempt, 微信订单号=gateway.trades[attempt.out_trade_no].transaction_id)


def paid_after_close(gateway: FakeGateway, bill: BillText) -> None:
    attempt = begin(gateway)
    cancel_order(attempt.order, gateway=gateway, reason="expired")
    gateway.pay(attempt.out_trade_no)
    bill.pay(attempt, 微信订单号=gateway.trades[attempt.out_trade_no].transaction_id)


def duplicate_attempt(gateway: FakeGateway, bill: BillText) -> None:
    first = begin(gateway)
    with transaction() as session:
        closed = update(PaymentAttempt).where(PaymentAttempt.id == first.id)
        session.execute(closed.values(state=AttemptState.CLOSED))
    second = pay(gateway, first.order)
    gateway.pay(first.out_trade_no)
    bill.pay(first, 微信订单号=gateway.trades[first.out_trade_no].transaction_id).pay(second)


def missing_there(gateway: FakeGateway, bill: BillText) -> None:
    pay(gateway)


def unknown_order(gateway: FakeGateway, bill: BillText) -> None:
    bill.payment("STRANGER0001", 8800, at=clock.now(), transaction="42999")


def wrong_amount(gateway: FakeGateway, bill: BillText) -> None:
    bill.pay(pay(gateway), 订单金额=7601, 应结订单金额=7601)


def wrong_status(gateway: FakeGateway, bill: BillText) -> None:
    bill.pay(pay(gateway), 交易状态="REVOKED")


def suspect(gateway: FakeGateway, bill: BillText) -> None:
    attempt = pay(gateway)
    with transaction() as session:
        doubted = update(PaymentAttempt).where(PaymentAttempt.id == attempt.id)
        session.execute(doubted.values(state=AttemptState.SUSPECT))
    bill.pay(attempt)


def wrong_number(gateway: FakeGateway, bill: BillText) -> None:
    bill.pay(pay(gateway), 微信订单号="42000000000000000000000000")


def wrong_fee(gateway: FakeGateway, bill: BillText) -> None:
    bill.pay(pay(gateway), 手续费=47)


def test_a_refund_with_a_coupon_is_equal_by_what_was_settled(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    attempt = pay(gateway)
    gateway.coupon_fen = 30
    refund = give_back(gateway, attempt, 590)
    bill = BillText().pay(attempt)
    keep(gateway, bill.refund(bill.rows[-1], refund.out_refund_no, 590, 退款金额=560, 手续费=-fee_of(560)))
    advance(A_DAY)

    row = look(gateway, folder)

    assert (row.state, found()) == (DayState.EQUAL, [])
    assert (refund.payer_fen, refund.settled_fen, refund.coupon_back_fen) == (560, 560, 30)
    assert row.our_refunds_fen == row.their_refunds_fen == attempt.order.refunded_fen == 590


def twice(gateway: FakeGateway, bill: BillText) -> None:
    attempt = pay(gateway)
    bill.pay(attempt).pay(attempt)


def give_back(gateway: FakeGateway, attempt: PaymentAttempt, fen: int = 100) -> Refund:
    """A refund of ours that WeChat takes and finishes."""
    refund = request(attempt.order, Wish(other_fen=fen))
    go_on(refund.id, gateway)
    gateway.turn_refund(refund.out_refund_no, RefundStatus.DONE)
    record_notification(gateway, {}, refund.out_refund_no.encode())
    db.session.refresh(refund)
    return refund


def refund_extra(gateway: FakeGateway, bill: BillText) -> None:
    attempt = pay(gateway)
    bill.pay(attempt)
    bill.refund(bill.rows[-1], "HAND0001", 100)
    gateway.refunds["HAND0001"] = RefundNews(
        "HAND0001",
        RefundStatus.DONE,
        refund_id="50300001",
        out_trade_no=attempt.out_trade_no,
        transaction_id=attempt.transaction_id or "",
        amount_fen=100,
        total_fen=attempt.amount_fen,
        created_at=clock.now(),
        succeeded_at=clock.now(),
    )


def refund_missing(gateway: FakeGateway, bill: BillText) -> None:
    attempt = pay(gateway)
    give_back(gateway, attempt)
    bill.pay(attempt)


def refund_amount(gateway: FakeGateway, bill: BillText) -> None:
    attempt = pay(gateway)
    refund = give_back(gateway, attempt)
    bill.pay(attempt)
    bill.refund(bill.rows[-1], refund.out_refund_no, 101)


def refund_settled(gateway: FakeGateway, bill: BillText) -> None:
    """A coupon's part never leaves the merchant's account; this bill takes all of it."""
    attempt = pay(gateway)
    gateway.coupon_fen = 30
    refund = give_back(gateway, attempt)
    bill.pay(attempt)
    bill.refund(bill.rows[-1], refund.out_refund_no, 100)


def refund_status(gateway: FakeGateway, bill: BillText) -> None:
    attempt = pay(gateway)
    refund = request(attempt.order, Wish(other_fen=100))
    go_on(refund.id, gateway)
    gateway.turn_refund(refund.out_refund_no, RefundStatus.DONE)
    bill.pay(attempt)
    bill.refund(bill.rows[-1], refund.out_refund_no, 100)


INJECTED = {
    missing_here: Kind.MISSING_HERE,
    paid_after_close: Kind.PAID_AFTER_CLOSE,
    duplicate_attempt: Kind.DUPLICATE_ATTEMPT,
    missing_there: Kind.MISSING_THERE,
    unknown_order: Kind.UNKNOWN_ORDER,
    wrong_amount: Kind.AMOUNT,
    wrong_status: Kind.STATUS,
    suspect: Kind.STATUS,
    wrong_number: Kind.NUMBER,
    wrong_fee: Kind.FEE,
    twice: Kind.TWICE,
    refund_extra: Kind.REFUND_EXTRA,
    refund_missing: Kind.REFUND_MISSING,
    refund_amount: Kind.REFUND_AMOUNT,
    refund_settled: Kind.REFUND_AMOUNT,
    refund_status: Kind.REFUND_STATUS,
}
Injected = Callable[[FakeGateway, BillText], None]


@pytest.mark.parametrize("inject", INJECTED, ids=lambda each: each.__name__)
def test_every_difference_is_found_among_what_is_equal(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance, inject: Injected
) -> None:
    bill = BillText().pay(pay(gateway))
    inject(gateway, bill)
    keep(gateway, bill.pay(pay(gateway)))
    advance(A_DAY)

    row = look(gateway, folder)

    assert found() == [(str(INJECTED[inject]), "open")]
    assert (row.state, row.proof_gap_fen) == (DayState.DIFFERENT, 0)
    assert only().ours or only().theirs
    assert "bill_difference" in open_alerts()
    look(gateway, folder, again=True)
    assert len(found()) == 1


@pytest.mark.parametrize(
    "inject",
    [missing_here, paid_after_close, duplicate_attempt, refund_extra, refund_status],
    ids=lambda each: each.__name__,
)
def test_what_we_lack_heals_by_asking(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance, inject: Injected
) -> None:
    bill = BillText()
    inject(gateway, bill)
    keep(gateway, bill)
    advance(A_DAY)
    look(gateway, folder)

    assert ask(only(), gateway=gateway)

    row = db.session.scalars(select(BillDay)).one()
    assert found()[0][1] == "closed"
    assert (row.state, row.our_payments_fen) == (DayState.EQUAL, row.their_payments_fen)
    assert "bill_difference" not in open_alerts()
    assert ask_due(gateway) == 0


def test_what_nobody_asks_about_is_asked_about_by_itself(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    bill = BillText()
    missing_here(gateway, bill)
    keep(gateway, bill)
    advance(A_DAY)
    look(gateway, folder)
    assert ask_due(gateway) == 0
    advance(timedelta(minutes=20))

    assert ask_due(gateway) == 1

    assert found() == [("missing_here", "closed")]
    assert db.session.scalars(select(Order.state)).all() == [OrderState.PAID]


def test_a_corrected_bill_heals_what_was_missing_there(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    first, second = pay(gateway), pay(gateway)
    keep(gateway, BillText().pay(first))
    advance(A_DAY)
    assert look(gateway, folder).state == DayState.DIFFERENT
    assert not ask(only(), gateway=gateway)
    assert only().answer["status"] == "paid"
    keep(gateway, BillText().pay(first).pay(second))

    row = look(gateway, folder, again=True)

    assert found() == [("missing_there", "closed")]
    assert row.state == DayState.EQUAL
    assert len(list(folder.iterdir())) == 2


def test_a_payment_over_midnight_waits_for_the_next_bill(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    advance(timedelta(hours=13, minutes=50))
    late, early = pay(gateway), BillText()
    keep(gateway, BillText().pay(pay(gateway, at=clock.now() - timedelta(hours=3))))
    advance(timedelta(hours=12))

    row = look(gateway, folder)

    assert (row.state, row.problem) == (DayState.WAITING, "midnight")
    assert found() == [("missing_there", "waiting")]
    assert marks_of([late.order]) == {late.order_id: Mark.WAITING}
    assert open_alerts() == []
    keep(gateway, early.pay(late), DAY + A_DAY)
    advance(A_DAY)
    after = look(gateway, folder, DAY + A_DAY)
    row = db.session.scalars(select(BillDay).where(BillDay.day == DAY)).one()
    assert (row.state, row.moved_fen, row.proof_gap_fen) == (DayState.EQUAL, 7600, 0)
    assert (after.state, after.moved_fen, after.proof_gap_fen) == (DayState.EQUAL, -7600, 0)
    assert found() == [("missing_there", "closed")]


def test_a_payment_over_midnight_that_never_comes_is_a_difference(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    advance(timedelta(hours=13, minutes=50))
    pay(gateway)
    keep(gateway, BillText().pay(pay(gateway, at=clock.now() - timedelta(hours=3))))
    advance(timedelta(hours=12))
    look(gateway, folder)
    advance(A_DAY)

    look(gateway, folder, DAY + A_DAY)

    assert found() == [("missing_there", "open")]
    assert open_alerts() == ["bill_difference"]


def test_no_bill_closes_a_day_without_money(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    advance(A_DAY + timedelta(minutes=10))

    assert look(gateway, folder).state == DayState.EMPTY
    assert read_standings_of(DAY) == Standing.EQUAL


def test_no_bill_says_nothing_of_money_that_came_another_way(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    pay(gateway)
    with transaction() as session:
        session.execute(update(PaymentAttempt).values(gateway="alipay"))
    advance(A_DAY + timedelta(minutes=10))

    assert look(gateway, folder).state == DayState.EMPTY

    other = find_day(DAY, "alipay")
    assert other is not None
    assert (other.state, other.problem) == (DayState.WAITING, "elsewhere")
    assert due_days("alipay") == [DAY]
    assert read_standings_of(DAY) == Standing.CLOSED
    assert read_days(Days(DAY, DAY))[DAY].state == DayState.WAITING


def test_wechats_bill_speaks_of_both_its_interfaces(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    attempt = pay(gateway)
    refund = give_back(gateway, attempt, 590)
    bill = BillText().pay(attempt).pay(pay(gateway))
    keep(gateway, bill.refund(bill.rows[0], refund.out_refund_no, 590))
    with transaction() as session:
        session.execute(
            update(PaymentAttempt).where(PaymentAttempt.id == attempt.id).values(gateway="wechatpay_v2")
        )
        session.execute(update(Refund).values(gateway="wechatpay_v2"))
    advance(A_DAY + timedelta(minutes=10))

    row = look(gateway, folder)

    assert (row.state, row.our_payments, row.our_refunds_fen) == (DayState.EQUAL, 2, 590)
    assert find_day(DAY, "wechatpay_v2") is None


def test_no_bill_for_a_day_with_money_is_believed_after_two_days(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    pay(gateway)
    advance(A_DAY)
    row = look(gateway, folder)
    assert (row.state, row.problem) == (DayState.WAITING, "absent")
    advance(2 * A_DAY)

    look(gateway, folder)

    assert found() == [("missing_there", "open")]


def test_today_never_closes_for_want_of_a_bill(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    assert look(gateway, folder).state == DayState.WAITING


@pytest.mark.parametrize("problem", ["late", "down", "unreadable"])
def test_what_goes_wrong_with_fetching_is_tried_again(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance, problem: str
) -> None:
    bill = BillText().pay(pay(gateway))
    keep(gateway, bill)
    good = gateway.bills[BillKind.TRADE, DAY]
    advance(A_DAY + timedelta(minutes=15))
    gateway.bills_are_late, gateway.is_down = problem == "late", problem == "down"
    if problem == "unreadable":
        gateway.bills[BillKind.TRADE, DAY] = good[:-30]
    work_off(gateway, folder)
    row = db.session.scalars(select(BillDay)).one()
    assert row.state == DayState.WAITING
    assert row.problem == {"late": "not_ready", "down": "unreachable", "unreadable": "unreadable"}[problem]
    assert due_days(gateway.name) == []
    gateway.bills_are_late = gateway.is_down = False
    gateway.bills[BillKind.TRADE, DAY] = good
    advance(timedelta(minutes=31))

    work_off(gateway, folder)

    assert db.session.scalars(select(BillDay.state)).all() == [DayState.EQUAL]


def test_the_timetable_begins_at_ten_with_yesterday_and_leaves_no_day_out(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    assert due_days(gateway.name) == []
    advance(timedelta(minutes=10))
    assert due_days(gateway.name) == [DAY - A_DAY]
    work_off(gateway, folder)
    assert due_days(gateway.name) == []
    advance(3 * A_DAY)

    assert due_days(gateway.name) == [DAY, DAY + A_DAY, DAY + 2 * A_DAY]


@pytest.mark.parametrize("dies_after", [0, 1, 2])
def test_a_crash_while_loading_is_picked_up(
    shop: Flask,
    gateway: FakeGateway,
    folder: Path,
    advance: Advance,
    monkeypatch: pytest.MonkeyPatch,
    dies_after: int,
) -> None:
    bill = BillText()
    for _number in range(3):
        bill.pay(pay(gateway))
    keep(gateway, bill)
    advance(A_DAY)
    monkeypatch.setattr(fetching, "BATCH", 1)
    write, written = fetching._write, []

    def write_or_die(*args: object) -> None:
        if len(written) == dies_after:
            raise KeyboardInterrupt
        written.append(1)
        write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(fetching, "_write", write_or_die)
    with pytest.raises(KeyboardInterrupt):
        look(gateway, folder)
    db.session.rollback()
    monkeypatch.setattr(fetching, "_write", write)

    row = look(gateway, folder)

    assert (row.state, row.their_payments) == (DayState.EQUAL, 3)
    assert len(db.session.scalars(select(BillRow)).all()) == 3


def test_an_accepted_difference_stays_and_the_day_is_explained(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    bill = BillText().pay(pay(gateway))
    unknown_order(gateway, bill)
    keep(gateway, bill)
    advance(A_DAY)
    look(gateway, folder)
    with pytest.raises(InputInvalid):
        accept(only(), reason=" ", actor="staff:1")

    accept(only(), reason="收款码收的", actor="staff:1")

    row = look(gateway, folder, again=True)
    assert (row.state, row.proof_gap_fen) == (DayState.EXPLAINED, 0)
    assert only().state == DifferenceState.ACCEPTED
    with pytest.raises(TransitionRefused):
        accept(only(), reason="又", actor="staff:1")


def test_an_order_wears_the_mark_of_its_day(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    equal, wrong, unpaid = pay(gateway), pay(gateway), begin(gateway)
    orders = [each.order for each in (equal, wrong, unpaid)]
    assert marks_of(orders) == {equal.order_id: Mark.WAITING, wrong.order_id: Mark.WAITING}
    keep(gateway, BillText().pay(equal).pay(wrong, 手续费=47))
    advance(A_DAY)
    look(gateway, folder)

    assert marks_of(orders) == {equal.order_id: Mark.MATCHED, wrong.order_id: Mark.DIFFERENT}
    for mark, attempt in ((Mark.MATCHED, equal), (Mark.DIFFERENT, wrong)):
        wanted = Wanted(mark=mark)
        assert [entry.order.id for entry in list_entries(wanted).rows] == [attempt.order_id]
        assert sum_up(wanted).wanted.orders == 1
    assert sum_up(Wanted(mark=Mark.WAITING)).wanted.orders == 0


def test_the_proof_holds_and_breaks_when_somebody_changes_a_closed_day(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    keep(gateway, BillText().pay(pay(gateway)))
    advance(A_DAY)
    look(gateway, folder)
    assert prove(gateway_name=gateway.name) == []
    with transaction() as session:
        session.execute(update(PaymentAttempt).values(amount_fen=7700))

    assert prove(gateway_name=gateway.name) == [DAY]

    assert found() == [("amount", "open")]
    assert "bill_proof" in open_alerts()
    assert read_standings_of(DAY) == Standing.DIFFERENT


def test_the_proof_sees_statistics_that_say_something_else(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    keep(gateway, BillText().pay(pay(gateway)))
    advance(A_DAY)
    look(gateway, folder)
    with transaction() as session:  # as if somebody with psql had changed an order behind its payment
        session.execute(update(Order).values(paid_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC)))

    assert prove(gateway_name=gateway.name) == [DAY]

    row = db.session.scalars(select(BillDay)).one()
    assert (row.state, row.problem) == (DayState.DIFFERENT, "figures")


def test_a_late_payment_of_a_closed_day_is_compared_again(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    first, second = pay(gateway), begin(gateway)
    gateway.pay(second.out_trade_no)
    keep(gateway, BillText().pay(first))
    advance(A_DAY)
    assert look(gateway, folder).state == DayState.EQUAL
    record_notification(gateway, {}, second.out_trade_no.encode())

    assert prove(gateway_name=gateway.name) == [DAY]

    assert found() == [("missing_there", "open")]


def test_comparing_twice_at_any_time_changes_nothing(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    bill = BillText()
    twice(gateway, bill)
    keep(gateway, bill)
    advance(A_DAY)
    look(gateway, folder)
    before = found()
    compare(DAY, gateway_name=gateway.name)

    assert found() == before
    assert len(db.session.scalars(select(Bill)).all()) == 1
