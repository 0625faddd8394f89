"""Keeping what a comparison found: new ones open and call somebody, old ones stay, those not found any more close."""

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import select

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.states import move_state, record_event
from app.orders.models import Order
from app.reconciliation.findings import Finding
from app.reconciliation.models import Difference
from app.reconciliation.states import DIFFERENCE_MOVES, STANDING, DifferenceState

BATCH = 200
MOST_ALERTS = 20  # of one day, each for itself; then one for the rest
ALERT, ALERT_MANY = "bill_difference", "bill_differences"


def record(day: date, gateway_name: str, findings: Iterable[Finding], *, run: int) -> None:
    """Keep them, and close what this run did not find. Opens a transaction for each batch."""
    rows, number = iter(findings), 0
    while batch := list(islice(rows, BATCH)):
        with transaction():
            for finding in batch:
                number += 1
                _keep(day, gateway_name, finding, run, number)
    _close_others(day, gateway_name, run)


def _keep(day: date, gateway_name: str, finding: Finding, run: int, number: int) -> None:
    key = {"day": day, "gateway": gateway_name, "kind": finding.kind, "ref": finding.ref}
    row = db.session.scalars(select(Difference).filter_by(**key)).first()
    new = DifferenceState.WAITING if finding.waits else DifferenceState.OPEN
    if row is None:
        row = Difference(**key, state=new, gap_fen=0, run=run)
        row.ours, row.theirs = {}, {}
        row.first_seen_at = clock.now()
        row.order_id, row.attempt_id = finding.order_id, finding.attempt_id
        db.session.add(row)
        db.session.flush()
        record_event(row, new=str(new), cause="bill")
        opens = True
    else:
        stays = row.state == DifferenceState.ACCEPTED and row.gap_fen == finding.gap_fen
        opens = not stays and move_state(row, DIFFERENCE_MOVES, new, cause="bill", closed_at=None)
    row.ours, row.theirs, row.gap_fen = dict(finding.ours), dict(finding.theirs), finding.gap_fen
    row.run = max(row.run, run)
    if opens and new == DifferenceState.OPEN:
        row.openings += 1
        _alert(row, number)
    db.session.flush()


def _alert(row: Difference, number: int) -> None:
    if number > MOST_ALERTS:
        outbox.enqueue("raise_alert", alert=ALERT_MANY, ref=f"{row.day}", detail="", order_no="")
        return
    order = db.session.get(Order, row.order_id) if row.order_id else None
    outbox.enqueue(
        "raise_alert",
        alert=ALERT,
        ref=alert_ref(row),
        detail=f"{row.kind} {row.ref.partition('#')[0]} {row.day}",
        order_no=order.order_no if order else "",
    )


def alert_ref(row: Difference) -> str:
    """What its alert is known by: opened again it is another one."""
    return f"{row.id}-{row.openings}"


def close(row: Difference, *, cause: str, **values: Any) -> bool:
    """It is none any more; its alert goes with it. Joins the open transaction."""
    ref = alert_ref(row)
    is_closed = move_state(
        row, DIFFERENCE_MOVES, DifferenceState.CLOSED, cause=cause, closed_at=clock.now(), **values
    )
    if is_closed:
        outbox.enqueue("close_alert", alert=ALERT, ref=ref)
    return is_closed


def _close_others(day: date, gateway_name: str, run: int) -> None:
    query = select(Difference.id).where(
        Difference.day == day,
        Difference.gateway == gateway_name,
        Difference.state.in_(STANDING),
        Difference.run < run,
    )
    healed = list(db.session.scalars(query.order_by(Difference.id)))
    for first in range(0, len(healed), BATCH):
        with transaction() as session:
            for number in healed[first : first + BATCH]:
                close(session.get_one(Difference, number), cause="healed", reason="")
