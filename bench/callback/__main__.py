"""`python -m bench.callback`: the shop beside two echoes, in turns, in both modes, under each server.

All servers of a mode stand ready at once, and wrk drives one after the other for a short turn, again and again; the
ratios are made within a turn, so that a noisy neighbour hits all of them, and their median is printed. How long an
answer takes is measured in one longer run of each afterwards. Needs `wrk` (Debian: apt-get install wrk).
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.callback.bodies import write_pushes
from bench.callback.databases import Databases, on_postgres, on_sqlite
from bench.callback.load import Result, drive
from bench.callback.servers import APPLICATIONS, SERVERS, serving

MEASURE = "wechatpy echo"
BASE_SERVER = "gunicorn"
WARM = 6000  # requests before the clock runs: each worker has met nearly every rule
WARM_SECONDS = 6  # wrk waits them out, also when everything is sent
TURN_SECONDS, LONG_SECONDS = 2, 8
MOST_A_SECOND = 9000  # pushes made for each second that is measured
MODES = ("plain", "safe")


@dataclass
class Cell:
    """One server with one application in one mode."""

    server: str
    mode: str
    application: str
    turns: list[Result] = field(default_factory=list)
    long: Result | None = None


def main() -> None:
    """Measure, print every run, then one table."""
    options = _read_options()
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk, which drives the servers. Debian, Ubuntu: sudo apt-get install -y wrk")
    cells: list[Cell] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        make = on_postgres if options.postgres else on_sqlite
        databases = stack.enter_context(make(folder))
        for mode in MODES:
            cells += _play(mode, options, databases, _write_pushes(folder, mode, options.turns))
    _print_table(cells, options)


def _write_pushes(folder: Path, mode: str, turns: int) -> Sequence[Path]:
    """What warms up, what each turn sends, what the long run sends: no push stands in two of them."""
    counts = [WARM, *[MOST_A_SECOND * TURN_SECONDS] * turns, MOST_A_SECOND * LONG_SECONDS]
    firsts = [1 + sum(counts[:number]) for number in range(len(counts))]
    return [
        write_pushes(folder / f"{mode}-{first}", count, mode, first_id=first)
        for first, count in zip(firsts, counts, strict=True)
    ]


def _play(
    mode: str, options: argparse.Namespace, databases: Databases, pushes: Sequence[Path]
) -> Sequence[Cell]:
    cells = [Cell(server, mode, each) for server in options.servers.split(",") for each in APPLICATIONS]
    warm, *turns, long = pushes
    with ExitStack() as stack:
        places = []
        for cell in cells:
            folder, database = databases.fresh()
            where = serving(cell.application, cell.server, mode=mode, folder=folder, database=database)
            places.append(stack.enter_context(where))
        for port, pid in places:
            drive(port, warm, pid, connections=8, seconds=WARM_SECONDS)
        for turn in turns:
            for cell, (port, pid) in zip(cells, places, strict=True):
                result = drive(port, turn, pid, connections=options.connections, seconds=TURN_SECONDS)
                cell.turns.append(result)
                print(f"{cell.server:13} {mode:5} {cell.application:13} {result.describe()}", flush=True)
        for cell, (port, pid) in zip(cells, places, strict=True):
            cell.long = drive(port, long, pid, connections=options.connections, seconds=LONG_SECONDS)
            print(f"{cell.server:13} {mode:5} {cell.application:13} {cell.long.describe()} long", flush=True)
    return cells


def _print_table(cells: Sequence[Cell], options: argparse.Namespace) -> None:
    where = "PostgreSQL" if options.postgres else "SQLite"
    known = {(cell.server, cell.mode, cell.application): cell for cell in cells}
    print(
        f"\nThe shop on {where}, {options.connections} connections, {options.turns} turns of {TURN_SECONDS} s;"
    )
    print(
        f"beside the {MEASURE} under the same server, and under {BASE_SERVER} (requests a second / same CPU)\n"
    )
    print("| Server | Mode | Application | req/s | CPU µs | p50 ms | p99 ms | same server | under gunicorn |")
    print("|---|---|---|---|---|---|---|---|---|")
    for cell in cells:
        here, base = (known.get((server, cell.mode, MEASURE)) for server in (cell.server, BASE_SERVER))
        long = cell.long or cell.turns[-1]
        print(
            f"| {cell.server} | {cell.mode} | {cell.application} | {median(run.rate for run in cell.turns):,.0f} "
            f"| {median(run.cpu_micros for run in cell.turns):,.0f} | {long.p50_ms:.1f} | {long.p99_ms:.1f} "
            f"| {_compare(cell, here)} | {_compare(cell, base)} |"
        )


def _compare(cell: Cell, measure: Cell | None) -> str:
    if measure is None:
        return ""
    pairs = list(zip(cell.turns, measure.turns, strict=True))
    rates = median(run.rate / base.rate for run, base in pairs)
    costs = median(base.cpu_micros / run.cpu_micros for run, base in pairs)
    return f"{rates:.2f} / {costs:.2f}"


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.callback", description=__doc__)
    parser.add_argument("--turns", type=int, default=8, help="of two seconds, for each application")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--servers", default=",".join(SERVERS))
    parser.add_argument("--postgres", action="store_true", help="the shop on PostgreSQL instead of SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
