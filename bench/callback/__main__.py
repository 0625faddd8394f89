"""`python -m bench.callback [requests]`: the shop and the echo in turns, in both modes, under gunicorn."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.callback.bodies import make_requests
from bench.callback.load import Result, drive
from bench.callback.shop import fill

ROUNDS = 3
SERVERS = {"wechatpy echo": "bench.callback.echo:app", "the shop": "bench.callback.shop:app"}


@contextmanager
def serving(target: str, folder: Path) -> Iterator[tuple[int, int]]:
    """A gunicorn with 2 workers of 4 threads; yields its port and process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--workers", "2", "--threads", "4", "--log-level", "error", "--no-control-socket"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, "--bind", f"127.0.0.1:{port}", target],
        env=os.environ | {"BENCH_FOLDER": str(folder)},
    )
    try:
        _wait_for(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    """Measure, print every run, then the ratio of the best ones."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    with tempfile.TemporaryDirectory() as name:
        folder, first_id = Path(name), 1
        fill(folder)
        for mode in ("plain", "safe"):
            best: dict[str, Result] = {}
            for _ in range(ROUNDS):
                for label, target in SERVERS.items():
                    requests = make_requests(count, mode, first_id=first_id)
                    first_id += count
                    with serving(target, folder) as (port, pid):
                        drive(port, requests[: count // 10], pid)
                        result = drive(port, requests[count // 10 :], pid)
                    print(f"{mode:6} {label:14} {result.describe()}", flush=True)
                    best[label] = min(best.get(label, result), result, key=lambda r: r.cpu_micros)
            ratio = best["wechatpy echo"].cpu_micros / best["the shop"].cpu_micros
            print(f"{mode:6} the shop does {ratio:.2f} requests for the CPU of one echo\n")


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


if __name__ == "__main__":
    main()
