"""Getting a bill and keeping it: the file first, under a name of its own, then its row, then its lines in batches.

Whoever dies in between leaves a file nobody knows, or a row that says how far its lines are; the next try goes on
from there. A file that was corrected since takes the place of its rows; both files stay.
"""

import logging
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, cast

from flask import current_app
from sqlalchemy import CursorResult, Table, delete, func, insert, select, text

from app.core import clock, ids
from app.core.db import db, transaction
from app.core.errors import GatewayUnreachable
from app.payments.gateways import alipay
from app.payments.gateways.contract import BillKind, Gateway
from app.reconciliation.models import Bill, BillRow, FundRow
from app.reconciliation.reading import BillReader, BillUnreadable, Sums, open_bill
from app.reconciliation.reading_alipay import AlipayBillReader

logger = logging.getLogger(__name__)

FOLDER = "bills"  # below DATA_DIR
BATCH = 5000  # lines in a transaction: others write in between

ROWS: dict[BillKind, type[Any]] = {BillKind.TRADE: BillRow, BillKind.FUNDS: FundRow}


def fetch(kind: BillKind, day: date, *, gateway: Gateway, folder: Path) -> Bill:
    """Download the bill of a day and load it; the same file again changes nothing.

    Opens transactions. Raises: BillAbsent, BillNotReady, GatewayError; BillUnreadable, and then nothing of it counts.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f"{ids.new_token()}.part"
    try:
        with unfinished.open("w+b") as target:
            sha1 = gateway.download_bill(kind, day, target)
        name = f"{gateway.name}-{kind}-{day}-{sha1[:12]}.bill"
        size = unfinished.stat().st_size
        unfinished.replace(folder / name)
    finally:
        unfinished.unlink(missing_ok=True)
    bill = _keep(kind, day, gateway.name, sha1=sha1, file=name, size=size)
    load(bill, folder)
    return bill


def find_bill(kind: BillKind, day: date, gateway_name: str) -> Bill | None:
    """The one that was kept, loaded or not."""
    query = select(Bill).where(Bill.gateway == gateway_name, Bill.kind == kind, Bill.day == day)
    return db.session.scalars(query).first()


def load(bill: Bill, folder: Path) -> None:
    """Write the lines that are not there yet; done before, it does nothing.

    Opens a transaction for each batch. Raises: BillUnreadable; GatewayUnreachable when the file is gone.
    """
    if bill.loaded_at is not None:
        return
    table, bill_id = ROWS[bill.kind], bill.id
    if not bill.loaded_lines:
        _delete_rows(table, bill_id)
    done, sha1 = bill.loaded_lines, bill.sha1
    try:
        with open_bill(folder / bill.file) as lines:
            reader = _reader_of(bill, lines)
            rows = iter(reader)
            while batch := list(islice(rows, BATCH)):
                if batch[-1]["line"] > done:
                    _write(table, bill_id, sha1, [row for row in batch if row["line"] > done])
            sums = reader.sums
    except FileNotFoundError as error:
        raise GatewayUnreachable("the file is gone") from error
    except BillUnreadable:
        _forget(bill_id, table)
        raise
    _finish(bill_id, sha1, sums)
    db.session.refresh(bill)


def _reader_of(bill: Bill, lines: TextIO) -> BillReader | AlipayBillReader:
    if bill.gateway == alipay.NAME:
        return AlipayBillReader(bill.kind, lines, rate_ppm=current_app.config["ALIPAY_FEE_RATE"])
    return BillReader(bill.kind, lines)


def _keep(kind: BillKind, day: date, gateway_name: str, *, sha1: str, file: str, size: int) -> Bill:
    with transaction() as session:
        bill = find_bill(kind, day, gateway_name)
        if bill is None:
            bill = Bill(gateway=gateway_name, kind=kind, day=day, sha1="", file="", bytes=0)
            session.add(bill)
        bill.fetched_at = clock.now()
        if bill.sha1 != sha1:
            bill.sha1, bill.file, bill.bytes = sha1, file, size
            bill.loaded_lines, bill.loaded_at = 0, None
        session.flush()
    return bill


def _write(table: type[Any], bill_id: int, sha1: str, rows: list[dict[str, Any]]) -> None:
    with transaction() as session:
        mine = Bill.__table__.c
        place = {"loaded_lines": rows[-1]["line"]}
        still_ours = (mine.id == bill_id) & (mine.sha1 == sha1) & (mine.loaded_lines < rows[0]["line"])
        statement = cast("Table", Bill.__table__).update().where(still_ours).values(place)
        if cast("CursorResult[Any]", session.execute(statement)).rowcount != 1:
            return  # another worker was faster
        connection = session.connection()
        connection.execute(insert(table.__table__), [{"bill_id": bill_id, **row} for row in rows])


def _finish(bill_id: int, sha1: str, sums: Sums) -> None:
    with transaction() as session:
        bill = session.get_one(Bill, bill_id, populate_existing=True)
        if bill.sha1 != sha1:
            return
        bill.loaded_at = clock.now()
        bill.payments, bill.payments_fen = sums.payments, sums.payments_fen
        bill.refunds, bill.refunds_fen, bill.fee_fen = sums.refunds, sums.refunds_fen, sums.fee_fen
        bill.movements = {str(kind): list(told) for kind, told in sums.movements.items()}
        if db.engine.dialect.name == "postgresql":  # it plans by what it counted before there were any rows
            session.execute(text(f"ANALYZE {ROWS[bill.kind].__tablename__}"))
    logger.info("bill loaded", extra={"bill_id": bill_id, "rows": sums.rows})


def _forget(bill_id: int, table: type[Any]) -> None:
    """Let the next try begin with a fresh download."""
    with transaction() as session:
        bill = session.get_one(Bill, bill_id, populate_existing=True)
        bill.sha1, bill.loaded_lines, bill.loaded_at = "", 0, None
    _delete_rows(table, bill_id)


def _delete_rows(table: type[Any], bill_id: int) -> None:
    for first in _batches_of(table, bill_id):
        with transaction() as session:
            some = (table.bill_id == bill_id) & (table.line < first + BATCH)
            session.execute(delete(table).where(some))


def _batches_of(table: type[Any], bill_id: int) -> Iterator[int]:
    last = db.session.scalar(select(func.max(table.line)).where(table.bill_id == bill_id))
    db.session.rollback()
    return iter(range(0, (last or -1) + 1, BATCH))
