"""Throw-away PostgreSQL and Redis servers for the tests, on free loopback ports, gone with their starter.

    with running_postgres(Path("var/test")) as url: ...

Call from the main thread (see `bootstrap.children`). Nothing here is fit to keep data: fsync is off.
"""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bootstrap import children
from bootstrap.logged_commands import last_lines
from bootstrap.progress import SetupProblem
from bootstrap.serving import own_folder, serve_on_a_free_port
from bootstrap.system_parts import find_postgres, find_redis

POSTGRES_USER = "xiaopu"
_POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "timezone": "UTC",
}


@contextmanager
def running_postgres(directory: Path) -> Iterator[str]:
    """Serve an empty PostgreSQL, its data below `directory`; yield a postgresql+psycopg://… URL of its owner.

    PostgreSQL refuses to run as root: there the account `postgres` (or `nobody`) runs it, with its data in
    the temporary folder when that account cannot reach `directory`.
    """
    programs = find_postgres()
    if programs is None:
        raise SetupProblem("There is no PostgreSQL server on this machine: `make test` brings one.")
    account = _account_other_than_root()
    with own_folder(directory, "postgres", account) as folder:
        password = secrets.token_urlsafe(16)
        _initialise(programs, folder, password, account)
        start = partial(_start_postgres, programs, folder, account)
        with serve_on_a_free_port(
            "PostgreSQL", start, folder / "log", lambda _: _postgres_is_ready(folder)
        ) as port:
            yield f"postgresql+psycopg://{POSTGRES_USER}:{password}@127.0.0.1:{port}/postgres"


@contextmanager
def running_redis(directory: Path) -> Iterator[str]:
    """Serve an empty Redis that writes nothing; yield its redis://… URL."""
    program = find_redis()
    if program is None:
        raise SetupProblem("There is no Redis server on this machine: `make test` brings one.")
    password = secrets.token_urlsafe(16)
    with own_folder(directory, "redis", None) as folder:
        start = partial(_start_redis, program, folder, password)
        ready = partial(_redis_is_ready, password)
        with serve_on_a_free_port("Redis", start, folder / "log", ready) as port:
            yield f"redis://:{password}@127.0.0.1:{port}/0"


def _account_other_than_root() -> pwd.struct_passwd | None:
    """Return whom to run PostgreSQL as; None means ourselves."""
    if os.geteuid():
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = known.get("postgres", known.get("nobody"))
    if account is None:
        raise SetupProblem("PostgreSQL refuses root, and this machine has no account `postgres` or `nobody`.")
    return account


def _initialise(programs: Path, folder: Path, password: str, account: pwd.struct_passwd | None) -> None:
    secret = folder / "password"
    secret.write_text(password, "utf-8")
    options = [f"--username={POSTGRES_USER}", "--auth=password", f"--pwfile={secret}"]
    made = subprocess.run(
        [
            str(programs / "initdb"),
            f"--pgdata={folder / 'data'}",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            *options,
        ],
        capture_output=True,
        text=True,
        cwd="/",
        **_run_as(account),
    )
    if made.returncode:
        raise SetupProblem(f"PostgreSQL could not be prepared:\n{last_lines(made.stdout + made.stderr)}")


def _start_postgres(
    programs: Path, folder: Path, account: pwd.struct_passwd | None, port: int
) -> children.Child:
    settings = [word for name, value in _POSTGRES_SETTINGS.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return children.start(
            [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), *settings],
            stop_signal=signal.SIGQUIT,  # at once: there is nothing to save
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **_run_as(account),
        )


def _postgres_is_ready(folder: Path) -> bool:
    """Read the eighth line of postmaster.pid, where the server tells its state (pg_ctl does the same)."""
    state_file = folder / "data" / "postmaster.pid"
    lines = state_file.read_text("utf-8").splitlines() if state_file.is_file() else []
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _start_redis(program: str, folder: Path, password: str, port: int) -> children.Child:
    # A file that only we can read: an argument would be seen in the list of processes.
    settings = folder / "redis.conf"
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\ndir "{folder}"\nsave ""\nappendonly no\nrequirepass {password}\n',
        "utf-8",
    )
    with (folder / "log").open("wb") as log:
        return children.start(
            [program, str(settings)], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )


def _redis_is_ready(password: str, port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\n".encode())
            return connection.recv(64).startswith(b"+OK")
    except OSError:
        return False


def _run_as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
