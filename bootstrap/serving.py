"""A server for a while: a folder of its own, a free port, a wait until it answers."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bootstrap.children import Child
from bootstrap.logged_commands import last_lines
from bootstrap.progress import SetupProblem

START_SECONDS = 60
PORT_TRIES = 5


@contextmanager
def own_folder(directory: Path, service: str, account: pwd.struct_passwd | None) -> Iterator[Path]:
    """Make a folder for one server of ours, given to `account`; sweep those of processes that are gone."""
    directory.mkdir(parents=True, exist_ok=True)
    base = directory.resolve()
    if account and not _everyone_can_reach(base):
        base = Path(tempfile.gettempdir()).resolve()
    for left_over in base.glob(f"xiaopu-{service}-*"):
        if not _is_alive(int(left_over.name.split("-")[2])):
            shutil.rmtree(left_over, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"xiaopu-{service}-{os.getpid()}-", dir=base))
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serve_on_a_free_port(
    name: str, start: Callable[[int], Child], log: Path, is_ready: Callable[[int], bool]
) -> Iterator[int]:
    """Start a server on a free port, wait until it is ready, yield the port, stop it.

    Raises: SetupProblem with the end of `log` when it does not start.
    """
    for _ in range(PORT_TRIES):  # another process may take the port before the server does
        port = find_free_port()
        child = start(port)
        try:
            if wait_until(partial(is_ready, port), child, START_SECONDS):
                yield port
                return
        finally:
            child.stop()
    raise SetupProblem(f"{name} did not start:\n{last_lines(log.read_text('utf-8', errors='replace'))}")


def wait_until(is_ready: Callable[[], bool], child: Child, seconds: float) -> bool:
    """Return True as soon as it is ready, False when the child ended first or time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and child.process.poll() is None:
        if is_ready():
            return True
        time.sleep(0.02)
    return False


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _everyone_can_reach(folder: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in [folder, *folder.parents])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except ProcessLookupError:
        return False
    return True
