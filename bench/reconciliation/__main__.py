"""`python -m bench.reconciliation [--postgres] [--rows N]`: fetch, load and compare the bill of one day.

The work is done by a process of its own, so that its peak is that of the work alone.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO

from app.core.db import db
from app.payments.gateways.apiv3_bills import CHUNK, keep
from app.payments.gateways.contract import BillKind
from app.reconciliation.closing import compare, find_day, find_in_account
from app.reconciliation.fetching import fetch
from app.tables import METADATA
from bench.callback.shop import build
from bench.reconciliation.filling import fill, write_account, write_bill
from bootstrap.services import running_postgres
from tests.conftest import create_postgres_database
from tests.fakes import FakeGateway
from tests.keys import write_keys

DAY = date(2026, 11, 20)


class FileGateway(FakeGateway):
    """Hands out bills from files, unpacked and hashed as over the wire."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def download_bill(self, kind: BillKind, day: date, target: IO[bytes]) -> str:
        """As the real one, without the network."""
        with (self._folder / f"{kind}.gz").open("rb") as file:
            return keep(iter(lambda: file.read(CHUNK), b""), target)


def main() -> None:
    """Fill a shop, let a process of its own reconcile it, print a line of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--measure", nargs=2, metavar=("FOLDER", "DATABASE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(_measure(Path(options.measure[0]), options.measure[1])))
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        database = f"sqlite:///{folder}/shop.db"
        if options.postgres:
            server = stack.enter_context(running_postgres(folder / "postgres"))
            database = create_postgres_database(server, "bench")
        write_keys(folder)
        with build(folder, database).app_context():
            METADATA.create_all(db.engine)
            started = time.perf_counter()
            fill(options.rows, DAY)
            print(f"filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
            db.session.remove()
            db.engine.dispose()
        write_bill(folder / f"{BillKind.TRADE}.gz", options.rows, DAY)
        write_account(folder / f"{BillKind.FUNDS}.gz", options.rows, DAY)
        command = [sys.executable, "-m", "bench.reconciliation", "--measure", str(folder), database]
        _report(options, json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def _measure(folder: Path, database: str) -> dict[str, float]:
    with build(folder, database).app_context():
        gateway = FileGateway(folder)
        base = _peak_mb()
        started = time.perf_counter()
        fetch(BillKind.TRADE, DAY, gateway=gateway, folder=folder / "bills")
        loaded = time.perf_counter()
        compare(DAY, gateway_name=gateway.name)
        compared = time.perf_counter()
        row = find_day(DAY, gateway.name)
        assert row is not None
        found = {"gap": row.proof_gap_fen, "differs_fen": row.their_payments_fen - row.our_payments_fen}
        fetch(BillKind.FUNDS, DAY, gateway=gateway, folder=folder / "bills")
        funds_loaded = time.perf_counter()
        found["funds"] = sum(1 for _each in find_in_account(DAY, gateway.name))
        funds_compared = time.perf_counter()
        db.session.remove()
        db.engine.dispose()
    seconds = {
        "load": loaded - started,
        "compare": compared - loaded,
        "load_funds": funds_loaded - compared,
        "compare_funds": funds_compared - funds_loaded,
    }
    return found | seconds | {"peak_mb": _peak_mb(), "base_mb": base}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _report(options: argparse.Namespace, found: dict[str, float]) -> None:
    seconds = found["load"] + found["compare"]
    print(
        "| Database | Rows | Load, s | Compare, s | Rows/s | Account: load, s | Compare, s | Peak, MB"
        " | Of it before, MB | Found, unexplained, of the account |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    name = "PostgreSQL" if options.postgres else "SQLite"
    print(
        f"| {name} | {options.rows:,} | {found['load']:.1f} | {found['compare']:.1f} | {options.rows / seconds:,.0f} |"
        f" {found['load_funds']:.1f} | {found['compare_funds']:.1f} | {found['peak_mb']:.0f} |"
        f" {found['base_mb']:.0f} | {found['differs_fen']:.0f}, {found['gap']:.0f}, {found['funds']:.0f} |"
    )


if __name__ == "__main__":
    main()
