"""`python -m bench.callback`: the shop beside two echoes, in turns, in both modes, under two servers.

Every round runs each application once; the ratios are made within a round, so that a noisy neighbour hits
all of them, and their median is printed. Needs `wrk` (Debian: apt-get install wrk).
"""

import argparse
import shutil
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.callback.bodies import write_pushes
from bench.callback.databases import Databases, on_postgres, on_sqlite
from bench.callback.load import Result, drive
from bench.callback.servers import APPLICATIONS, serving

MEASURE = "wechatpy echo"
WARM = 6000  # requests before the clock runs: each worker has met nearly every rule
WARM_SECONDS = 6  # wrk waits them out, also when everything is sent
MOST_A_SECOND = 9000  # pushes made for each second that is measured
MODES = ("plain", "safe")
Cell = tuple[str, str, str]  # server, mode, application


def main() -> None:
    """Measure, print every run, then one table."""
    options = _read_options()
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk, which drives the servers. Debian, Ubuntu: sudo apt-get install -y wrk")
    results: dict[Cell, list[Result]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        make = on_postgres if options.postgres else on_sqlite
        databases = stack.enter_context(make(folder))
        pushes = {mode: _write_pushes(folder, mode, options.seconds) for mode in MODES}
        for _ in range(options.rounds):
            for server in options.servers.split(","):
                for mode in MODES:
                    _play_round(results, options, (server, mode, databases), pushes[mode])
    _print_table(results, options)


def _write_pushes(folder: Path, mode: str, seconds: int) -> tuple[Path, Path]:
    warm = write_pushes(folder / f"{mode}-warm", WARM, mode, first_id=1)
    return warm, write_pushes(folder / mode, MOST_A_SECOND * seconds, mode, first_id=WARM + 1)


def _play_round(
    results: dict[Cell, list[Result]],
    options: argparse.Namespace,
    place: tuple[str, str, Databases],
    pushes: tuple[Path, Path],
) -> None:
    server, mode, databases = place
    warm, measured = pushes
    for application in APPLICATIONS:
        folder, database = databases.fresh()
        with serving(application, server, mode=mode, folder=folder, database=database) as (port, pid):
            drive(port, warm, pid, connections=8, seconds=WARM_SECONDS)
            result = drive(port, measured, pid, connections=options.connections, seconds=options.seconds)
        print(f"{server:8} {mode:5} {application:13} {result.describe()}", flush=True)
        results[server, mode, application].append(result)


def _print_table(results: dict[Cell, list[Result]], options: argparse.Namespace) -> None:
    where = "PostgreSQL" if options.postgres else "SQLite"
    print(
        f"\nThe shop on {where}, {options.connections} connections, medians of {options.rounds} rounds; beside"
    )
    print(f"the {MEASURE} under the same server, and under gunicorn (requests a second / for the same CPU)\n")
    print("| Server | Mode | Application | req/s | p50 ms | p99 ms | CPU µs | same server | under gunicorn |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (server, mode, application), runs in results.items():
        print(
            f"| {server} | {mode} | {application} | {median(run.rate for run in runs):,.0f} "
            f"| {median(run.p50_ms for run in runs):.1f} | {median(run.p99_ms for run in runs):.1f} "
            f"| {median(run.cpu_micros for run in runs):,.0f} | {_compare(runs, results[server, mode, MEASURE])} "
            f"| {_compare(runs, results.get(('gunicorn', mode, MEASURE), []))} |"
        )


def _compare(runs: list[Result], measure: list[Result]) -> str:
    if not measure:
        return ""
    pairs = list(zip(runs, measure, strict=True))
    rates = median(run.rate / base.rate for run, base in pairs)
    costs = median(base.cpu_micros / run.cpu_micros for run, base in pairs)
    return f"{rates:.2f} / {costs:.2f}"


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.callback", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="of each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--servers", default="gunicorn,granian")
    parser.add_argument("--postgres", action="store_true", help="the shop on PostgreSQL instead of SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
