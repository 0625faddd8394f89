"""The servers that are measured, each started with the same settings for every application."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

_GUNICORN = ("gunicorn", "--no-control-socket", "--log-level", "error", "--workers", "2")
_GRANIAN = ("granian", "--log-level", "error", "--workers", "2", "--host", "127.0.0.1")
SERVERS = {
    "gunicorn": (*_GUNICORN, "--threads", "2", "--bind"),  # as the README recommends
    "gunicorn sync": (*_GUNICORN, "--worker-class", "sync", "--bind"),  # its default
    "granian": (*_GRANIAN, "--interface", "wsgi", "--blocking-threads", "1", "--no-ws", "--port"),
}
APPLICATIONS = {
    "wechatpy echo": "bench.callback.echo:app",
    "WeRoBot echo": "bench.callback.werobot_echo:app",
    "the shop": "bench.callback.shop:app",
}


@contextmanager
def serving(
    application: str, server: str, *, mode: str, folder: Path, database: str
) -> Iterator[tuple[int, int]]:
    """Start one application under one of `SERVERS`; yields its port and process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {"BENCH_FOLDER": str(folder), "BENCH_MODE": mode, "BENCH_DATABASE": database}
    command = [*SERVERS[server], str(port) if server == "granian" else f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, APPLICATIONS[application]], env=os.environ | environ
    )
    try:
        _wait_for(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    """Until a worker answers; gunicorn listens before it has one."""
    for _ in range(300):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/")
            connection.getresponse()
            time.sleep(0.5)  # the other workers are still starting
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")
