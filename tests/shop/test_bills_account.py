"""The account beside the trade bill: every movement is what was traded, or a difference; others are listed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.payments.gateways.contract import BillKind
from app.reconciliation import comparing_funds
from app.reconciliation.closing import loaded_bill
from app.reconciliation.comparing_funds import count_others, list_others
from app.reconciliation.healing import ask, look_again
from app.reconciliation.models import BillDay, Difference
from app.reconciliation.states import DayState, DifferenceKind, DifferenceState
from app.reconciliation.timetable import work_off
from app.reconciliation.words import say_advice, say_difference
from tests.bills import BillText, FundText
from tests.fakes import FakeGateway
from tests.shop.test_bills import A_DAY, DAY, Advance, found, give_back, keep, look, only, open_alerts, pay

Kind = DifferenceKind


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bills"


def keep_funds(gateway: FakeGateway, funds: FundText, day: object = DAY) -> None:
    gateway.bills[BillKind.FUNDS, day] = funds.data  # type: ignore[index]


def traded(gateway: FakeGateway) -> BillText:
    """Two payments, one of them given back in part."""
    first, second = pay(gateway), pay(gateway)
    refund = give_back(gateway, first, 3000)
    bill = BillText().pay(first).pay(second)
    bill.refund(bill.rows[0], refund.out_refund_no, 3000, 微信退款单号=refund.refund_id)
    keep(gateway, bill)
    return bill


def test_a_day_whose_account_moved_as_traded_is_equal(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    keep_funds(gateway, FundText().book(traded(gateway)))
    advance(A_DAY)

    row = look(gateway, folder)

    assert (row.state, found(), open_alerts()) == (DayState.EQUAL, [], [])
    funds = loaded_bill(DAY, gateway.name, BillKind.FUNDS)
    assert funds is not None
    assert funds.movements == {
        "payment": [2, 15200],
        "fee": [2, -92],
        "refund": [1, -3000],
        "fee_back": [1, 18],
    }


def test_a_withdrawal_is_listed_and_no_difference(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    funds = FundText().book(traded(gateway)).move("提现", -10000, at=clock.now())
    keep_funds(gateway, funds.move("退款", 500, at=clock.now(), number="900002"))
    advance(A_DAY)

    assert look(gateway, folder).state == DayState.EQUAL

    bill = loaded_bill(DAY, gateway.name, BillKind.FUNDS)
    assert bill is not None
    assert count_others(bill) == 2
    assert [(row.what, row.amount_fen) for row in list_others(bill, 10)] == [("提现", -10000), ("退款", 500)]


def without(what: str) -> Callable[[BillText], FundText]:
    return lambda bill: FundText().book(bill, without=what)


def other_sum(what: str, fen: int) -> Callable[[BillText], FundText]:
    """The first movement of these words has another sum."""

    def spoil(bill: BillText) -> FundText:
        funds = FundText().book(bill)
        place = next(n for n, row in enumerate(funds.rows) if row[3] == what)
        funds.rows[place] = (*funds.rows[place][:4], fen)
        return funds

    return spoil


def booked_twice(bill: BillText) -> FundText:
    funds = FundText().book(bill)
    funds.rows.append(next(row for row in funds.rows if row[3] == "交易"))
    return funds


def stranger(bill: BillText) -> FundText:
    return FundText().book(bill).move("交易", 8800, at=clock.now(), number="42999", voucher="STRANGER1")


INJECTED = {
    "no money came": (without("交易"), [Kind.FUNDS_MISSING] * 2),
    "a refund did not leave": (without("退款"), [Kind.FUNDS_REFUND_MISSING]),
    "no fee was taken": (without("扣除交易手续费"), [Kind.FUNDS_FEE] * 2),
    "no fee came back": (without("退还交易手续费"), [Kind.FUNDS_FEE_BACK]),
    "another sum came": (other_sum("交易", 7601), [Kind.FUNDS_AMOUNT]),
    "another sum left": (other_sum("退款", -3001), [Kind.FUNDS_AMOUNT]),
    "another fee": (other_sum("扣除交易手续费", -47), [Kind.FUNDS_FEE]),
    "another fee back": (other_sum("退还交易手续费", 17), [Kind.FUNDS_FEE_BACK]),
    "booked twice": (booked_twice, [Kind.FUNDS_AMOUNT]),
    "nobody's": (stranger, [Kind.FUNDS_EXTRA]),
}


@pytest.mark.parametrize("name", INJECTED)
def test_every_difference_of_the_account_is_found_and_heals_with_a_corrected_bill(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance, name: str
) -> None:
    spoil, kinds = INJECTED[name]
    bill = traded(gateway)
    keep_funds(gateway, spoil(bill))
    advance(2 * A_DAY + timedelta(minutes=15))
    look(gateway, folder, DAY + A_DAY)  # without anything: nothing waits for it

    row = look(gateway, folder)

    assert found() == [(str(kind), "open") for kind in kinds]
    assert (row.state, row.proof_gap_fen) == (DayState.DIFFERENT, 0)
    first = differences()[0]
    assert first.ours or first.theirs
    assert say_difference(first.kind, first.ours, first.theirs)
    assert say_advice(first.kind, first.gateway)
    assert not ask(first, gateway=gateway)
    assert first.answer["status"]
    assert not look_again(first.id)
    keep_funds(gateway, FundText().book(bill))
    assert look(gateway, folder, again=True).state == DayState.EQUAL
    assert {state for _kind, state in found()} == {"closed"}
    assert "bill_difference" not in open_alerts()


def differences() -> list[Difference]:
    return list(db.session.scalars(select(Difference).where(Difference.day == DAY).order_by(Difference.id)))


def test_what_moves_on_the_next_day_waits_for_its_bill(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    bill = traded(gateway)
    payments = BillText(bill.rows[:2])
    keep_funds(gateway, FundText().book(payments))
    advance(A_DAY)
    row = look(gateway, folder)
    assert found() == [("funds_refund_missing", "waiting")]
    assert (row.state, row.problem) == (DayState.WAITING, "midnight")
    keep_funds(gateway, FundText().book(BillText(bill.rows[2:])), DAY + A_DAY)
    advance(A_DAY + timedelta(minutes=15))

    look(gateway, folder, DAY + A_DAY)

    assert only().state == DifferenceState.CLOSED
    states = db.session.scalars(select(BillDay.state).order_by(BillDay.day)).all()
    assert states == [DayState.EQUAL, DayState.EMPTY]


def test_a_fund_flow_bill_that_is_late_is_asked_for_again(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance
) -> None:
    bill = traded(gateway)
    keep_funds(gateway, FundText().book(bill, without="交易"))
    good = gateway.bills[BillKind.FUNDS, DAY]
    gateway.bills[BillKind.FUNDS, DAY] = good[:-30]
    advance(A_DAY + timedelta(minutes=15))
    work_off(gateway, folder)
    assert db.session.scalars(select(BillDay.state)).all() == [DayState.EQUAL]
    gateway.bills[BillKind.FUNDS, DAY] = good
    advance(timedelta(minutes=31))

    work_off(gateway, folder)

    assert [kind for kind, _state in found()] == ["funds_missing"] * 2


def test_the_account_is_walked_in_batches(
    shop: Flask, gateway: FakeGateway, folder: Path, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing_funds, "BATCH", 1)
    keep_funds(gateway, FundText().book(traded(gateway), without="交易"))
    advance(A_DAY)

    look(gateway, folder)

    assert [kind for kind, _state in found()] == ["funds_missing"] * 2
