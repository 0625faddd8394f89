"""`python -m bench.callback`: the shop beside two echoes, in turns, in both modes, under two servers.

Every round runs each application once; the ratios are made within a round, so that a noisy neighbour hits
all of them, and their median is printed.
"""

import argparse
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.callback.bodies import RULES, make_requests
from bench.callback.load import Result, drive
from bench.callback.servers import APPLICATIONS, serving
from bench.callback.shop import fill
from bootstrap.services import running_postgres
from tests.conftest import create_postgres_database

MEASURE = "wechatpy echo"
WARM = 5 * RULES  # requests before the clock runs: each worker has met nearly every rule
Cell = tuple[str, str, str]  # server, mode, application


def main() -> None:
    """Measure, print every run, then one table."""
    options = _read_options()
    results: dict[Cell, list[Result]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, database = Path(name), f"sqlite:///{name}/shop.db"
        if options.postgres:
            server = stack.enter_context(running_postgres(folder / "postgres"))
            database = create_postgres_database(server, "bench")
        fill(folder, database)
        first_id = 1
        for _ in range(options.rounds):
            for server in options.servers.split(","):
                for mode in ("plain", "safe"):
                    first_id = _play_round(results, options, (server, mode, folder, database), first_id)
    _print_table(results, options)


def _play_round(results, options, place, first_id: int) -> int:  # type: ignore[no-untyped-def]
    server, mode, folder, database = place
    for application in APPLICATIONS:
        requests = make_requests(options.requests + WARM, mode, first_id=first_id)
        first_id += len(requests)
        with serving(application, server, mode=mode, folder=folder, database=database) as (port, pid):
            drive(port, requests[:WARM], pid, connections=8)
            result = drive(port, requests[WARM:], pid, connections=options.connections)
        print(f"{server:8} {mode:5} {application:13} {result.describe()}", flush=True)
        results[server, mode, application].append(result)
    return first_id


def _print_table(results: dict[Cell, list[Result]], options: argparse.Namespace) -> None:
    where = "PostgreSQL" if options.postgres else "SQLite"
    print(f"\nThe shop on {where}, {options.connections} connections, medians of {options.rounds} rounds\n")
    print("| Server | Mode | Application | req/s | p50 ms | p99 ms | CPU µs | ratio req/s | ratio CPU |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (server, mode, application), runs in results.items():
        measure = results[server, mode, MEASURE]
        rates = median(run.rate / base.rate for run, base in zip(runs, measure, strict=True))
        costs = median(base.cpu_micros / run.cpu_micros for run, base in zip(runs, measure, strict=True))
        print(
            f"| {server} | {mode} | {application} | {median(run.rate for run in runs):,.0f} "
            f"| {median(run.percentile(0.5) for run in runs):.1f} | {median(run.percentile(0.99) for run in runs):.1f} "
            f"| {median(run.cpu_micros for run in runs):,.0f} | {rates:.2f} | {costs:.2f} |"
        )


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.callback", description=__doc__)
    parser.add_argument("--requests", type=int, default=6000, help="requests of each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--servers", default="gunicorn,granian")
    parser.add_argument("--postgres", action="store_true", help="the shop on PostgreSQL instead of SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
