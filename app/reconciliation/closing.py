"""How a day closes: fetch its bill, compare both ways, count both sides, and see whether every fen is explained."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import BillAbsent, BillNotReady, GatewayError, GatewayRefused
from app.core.insert_once import insert_once
from app.core.states import move_state
from app.payments.gateways import alipay
from app.payments.gateways.contract import BillKind, Gateway
from app.reconciliation import comparing, comparing_funds, comparing_refunds, recording
from app.reconciliation.fetching import fetch, find_bill
from app.reconciliation.findings import Finding
from app.reconciliation.models import Bill, BillDay, Difference
from app.reconciliation.reading import BillUnreadable
from app.reconciliation.states import DAY_MOVES, OF_REFUNDS, RECONCILED, STANDING, DayState, DifferenceState

logger = logging.getLogger(__name__)

READY_AT = time(10, 10)  # of the next day, Beijing: bills are promised for ten
ASK_AGAIN = timedelta(minutes=30)
KEPT_DAYS = 90  # WeChat keeps bills for three months
ABSENT_FOR = timedelta(days=2)  # after the day, until "no bill" is believed though we have money of it
ABSENT, NOT_READY, UNREACHABLE, UNREADABLE = "absent", "not_ready", "unreachable", "unreadable"
PASSING = (NOT_READY, UNREACHABLE, UNREADABLE)
MIDNIGHT, SUMS, ELSEWHERE = "midnight", "sums", "elsewhere"


class Reconciled(NamedTuple):
    """How a day stands now, and why its bill could not be fetched just now; empty when it was, or is there."""

    row: BillDay
    problem: str


def reconcile(day: date, *, gateway: Gateway, folder: Path, again: bool = False) -> Reconciled:
    """Fetch what is not there yet (`again`: all of it), compare, and say how the day stands. May be repeated.

    Opens transactions. What went wrong with fetching is returned, and tried again; it is not raised.
    """
    found = _row_of(day, gateway.name)
    problem = _fetch(BillKind.TRADE, day, gateway, folder, again=again)
    funds = _fetch(BillKind.FUNDS, day, gateway, folder, again=again)
    with transaction() as session:
        row = session.get_one(BillDay, found, populate_existing=True)
        row.problem, row.funds_problem, row.tries = problem, funds, row.tries + 1
        row.next_try_at = clock.now() + ASK_AGAIN if problem or may_still_come(row) else None
    compare(day, gateway_name=gateway.name)
    before = find_day(day - timedelta(days=1), gateway.name)
    if before is not None and before.problem == MIDNIGHT:
        compare(before.day, gateway_name=gateway.name)
    return Reconciled(get_row(found), problem)


def compare(day: date, *, gateway_name: str) -> None:
    """Compare both ways with what is there, and count. Opens transactions; two at once end alike."""
    number = _row_of(day, gateway_name)
    bill = loaded_bill(day, gateway_name)
    row = get_row(number)
    if bill is None and not _believes_there_is_none(row, gateway_name):
        _move(number, DayState.WAITING)
        return
    with transaction() as session:
        row = session.get_one(BillDay, number, populate_existing=True)
        row.runs += 1
        run = row.runs
    recording.record(day, gateway_name, _findings(day, bill, gateway_name), run=run)
    _note_others(day, gateway_name)
    settle_day(day, gateway_name=gateway_name)


def settle_day(day: date, *, gateway_name: str) -> None:
    """Count both sides anew and say how the day stands. Opens a transaction."""
    bill = loaded_bill(day, gateway_name)
    bill_id = bill.id if bill else None
    ours, moved = comparing.count_ours(day, gateway_name), comparing.count_moved(day, bill, gateway_name)
    refunds = comparing_refunds.count_ours(day, gateway_name)
    moved_refunds = comparing_refunds.count_moved(day, bill, gateway_name)
    number = _row_of(day, gateway_name)
    with transaction() as session:
        row = session.get_one(BillDay, number, populate_existing=True)
        bill = session.get(Bill, bill_id) if bill_id else None
        row.our_payments, row.our_payments_fen, row.moved_fen = ours.number, ours.fen, moved
        row.our_refunds, row.our_refunds_fen, row.moved_refunds_fen = (
            refunds.number,
            refunds.fen,
            moved_refunds,
        )
        row.their_payments = bill.payments if bill else 0
        row.their_payments_fen = bill.payments_fen if bill else 0
        row.their_refunds = bill.refunds if bill else 0
        row.their_refunds_fen = bill.refunds_fen if bill else 0
        row.fee_fen = bill.fee_fen if bill else 0
        row.compared_at = row.proved_at = clock.now()
        row.proof_gap_fen = _unexplained(row)
        state, row.problem = _stand(row, has_bill=bill is not None)
        row.next_try_at = (
            row.next_try_at
            if may_still_come(row) or (state == DayState.WAITING and row.problem != MIDNIGHT)
            else None
        )
        move_state(row, DAY_MOVES, state, cause="compare")


def find_day(day: date, gateway_name: str) -> BillDay | None:
    """How a day stands at a gateway; None when its bill was never asked for."""
    query = select(BillDay).where(BillDay.day == day, BillDay.gateway == gateway_name)
    return db.session.scalars(query).first()


def get_row(number: int) -> BillDay:
    """As it stands now."""
    return db.session.get_one(BillDay, number, populate_existing=True)


def loaded_bill(day: date, gateway_name: str, kind: BillKind = BillKind.TRADE) -> Bill | None:
    """The bill of a day whose rows are all there."""
    bill = find_bill(kind, day, gateway_name)
    return bill if bill is not None and bill.loaded_at is not None else None


def may_still_come(row: BillDay) -> bool:
    """Whether the fund-flow bill of a day is asked for again; without it the day closes by the trade bill alone."""
    end = datetime.combine(row.day + timedelta(days=1), time(), clock.BEIJING)
    return row.funds_problem in PASSING and clock.now() < end + ABSENT_FOR


def ready_at(day: date) -> datetime:
    """When the bill of a day may be asked for."""
    return datetime.combine(day + timedelta(days=1), READY_AT, clock.BEIJING)


def _findings(day: date, bill: Bill | None, gateway_name: str) -> Iterator[Finding]:
    if bill is not None:
        yield from comparing.find_in_bill(bill)
        yield from comparing_refunds.find_in_bill(bill)
    after = find_day(day + timedelta(days=1), gateway_name)
    is_next_known = after is not None and after.state in RECONCILED
    yield from comparing.find_in_books(day, gateway_name, may_wait=not is_next_known)
    yield from comparing_refunds.find_in_books(day, gateway_name, may_wait=not is_next_known)
    yield from find_in_account(day, gateway_name)


def find_in_account(day: date, gateway_name: str, *, number: str = "") -> Iterator[Finding]:
    """What the account tells differently, where there is a fund-flow bill; `number`: of this one of theirs."""
    funds = loaded_bill(day, gateway_name, BillKind.FUNDS)
    if (
        funds is None or gateway_name == alipay.NAME
    ):  # whose rows name no refund, and perhaps not the payment of a fee
        return
    after, following = find_day(day + timedelta(days=1), gateway_name), day + timedelta(days=1)
    is_next_known = loaded_bill(following, gateway_name, BillKind.FUNDS) is not None or (
        after is not None and after.state in RECONCILED and not may_still_come(after)
    )
    trade = loaded_bill(day, gateway_name)
    yield from comparing_funds.find_in_account(day, trade, funds, may_wait=not is_next_known, number=number)


def _fetch(kind: BillKind, day: date, gateway: Gateway, folder: Path, *, again: bool) -> str:
    """Why there is no bill; empty when there is one."""
    if not again and loaded_bill(day, gateway.name, kind):
        return ""
    try:
        fetch(kind, day, gateway=gateway, folder=folder)
    except BillAbsent:
        return ABSENT
    except BillNotReady:
        return NOT_READY
    except BillUnreadable as error:
        logger.error("bill unreadable", extra={"day": str(day), "bill": str(kind), "reason": str(error)})
        return UNREADABLE
    except GatewayRefused as error:
        logger.warning("bill refused", extra={"day": str(day), "bill": str(kind), "reason": error.their_code})
        return error.their_code[:40]
    except GatewayError as error:
        logger.warning("bill not fetched", extra={"day": str(day), "bill": str(kind), "reason": error.code})
        return UNREACHABLE
    return ""


def _believes_there_is_none(row: BillDay, gateway_name: str) -> bool:
    """`No bill` is right for a day without money; with money of ours it may be too early, for two days."""
    end = datetime.combine(row.day + timedelta(days=1), time(), clock.BEIJING)
    if row.problem != ABSENT or clock.now() < ready_at(row.day):
        return False
    ours = (module.count_ours(row.day, gateway_name).number for module in (comparing, comparing_refunds))
    return clock.now() >= end + ABSENT_FOR or not any(ours)


def _unexplained(row: BillDay) -> int:
    """Fen between both sums that no difference and no midnight explains."""
    is_refund = Difference.kind.in_(OF_REFUNDS)
    gaps = select(is_refund, func.sum(Difference.gap_fen)).group_by(is_refund)
    gaps = gaps.where(*_of_day(row), Difference.state.in_(STANDING))
    gap = {bool(key): int(fen) for key, fen in db.session.execute(gaps)}
    of_payments = row.our_payments_fen - row.their_payments_fen - row.moved_fen - gap.get(False, 0)
    of_refunds = row.our_refunds_fen - row.their_refunds_fen - row.moved_refunds_fen - gap.get(True, 0)
    return of_payments or of_refunds


def _of_day(row: BillDay) -> tuple[ColumnElement[bool], ...]:
    return (Difference.day == row.day, Difference.gateway == row.gateway)


def _stand(row: BillDay, *, has_bill: bool) -> tuple[DayState, str]:
    query = select(Difference.state, func.count()).where(*_of_day(row)).group_by(Difference.state)
    number = dict(db.session.execute(query).all())
    if number.get(DifferenceState.OPEN):
        return DayState.DIFFERENT, ""
    if row.proof_gap_fen:
        return DayState.DIFFERENT, SUMS
    if number.get(DifferenceState.WAITING):
        return DayState.WAITING, MIDNIGHT
    if number.get(DifferenceState.ACCEPTED):
        return DayState.EXPLAINED, ""
    return (DayState.EQUAL if has_bill else DayState.EMPTY), "" if has_bill else ABSENT


def _note_others(day: date, gateway_name: str) -> None:
    """The other gateways that money of this day came by have bills of their own to wait for."""
    others = comparing.other_gateways(day, gateway_name)
    with transaction():
        for name in others:
            values = {"state": DayState.WAITING, "problem": ELSEWHERE, "next_try_at": clock.now()}
            insert_once(BillDay, day=day, gateway=name, **values)


def _row_of(day: date, gateway_name: str) -> int:
    """Its row's id; made when there is none."""
    with transaction() as session:
        insert_once(BillDay, day=day, gateway=gateway_name, state=DayState.WAITING, problem="")
        query = select(BillDay.id).where(BillDay.day == day, BillDay.gateway == gateway_name)
        return session.scalars(query).one()


def _move(number: int, state: DayState) -> None:
    with transaction() as session:
        row = session.get_one(BillDay, number, populate_existing=True)
        move_state(row, DAY_MOVES, state, cause="compare")
