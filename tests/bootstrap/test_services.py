"""Throw-away PostgreSQL and Redis: they answer, they do not meet, and they end with whoever started them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from bootstrap import serving
from bootstrap.progress import SetupProblem
from bootstrap.services import running_postgres, running_redis

ROOT = Path(__file__).parents[2]
HOLD = """\
import sys, time
from pathlib import Path
from bootstrap.services import running_postgres, running_redis
with running_postgres(Path(sys.argv[1])) as postgres, running_redis(Path(sys.argv[1])) as redis:
    print(postgres, redis, flush=True)
    time.sleep(60)
"""


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def test_a_postgres_is_empty_and_ours(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as url:
        assert url.startswith("postgresql+psycopg://")
        with connect(url) as connection:
            connection.execute("CREATE DATABASE tea ENCODING 'UTF8'")
            names = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate").fetchall()

    assert names == [("postgres",), ("tea",)]
    assert list(tmp_path.iterdir()) == []


def test_a_redis_asks_for_its_password_and_leaves_nothing(tmp_path: Path) -> None:
    with running_redis(tmp_path) as url:
        with redis.Redis.from_url(url) as client:
            client.set("tea", "green")
            assert client.get("tea") == b"green"
        with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) as stranger:
            stranger.sendall(b"GET tea\r\n")
            assert stranger.recv(64).startswith(b"-NOAUTH")

    assert list(tmp_path.iterdir()) == []


def test_servers_end_when_their_starter_is_killed(
    tmp_path: Path, wait_until_gone: Callable[..., None]
) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout
    starter.stdout.readline()
    children = Path(f"/proc/{starter.pid}/task/{starter.pid}/children").read_text().split()
    assert len(children) == 2

    starter.kill()
    starter.communicate()

    wait_until_gone(*map(int, children))


def test_what_a_killed_starter_left_is_swept_by_the_next(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    left_over = tmp_path / f"xiaopu-redis-{gone.pid}-abc"
    in_use = tmp_path / f"xiaopu-redis-{os.getppid()}-abc"
    left_over.mkdir()
    in_use.mkdir()

    with running_redis(tmp_path):
        assert not left_over.exists()
        assert in_use.exists()


def test_root_puts_the_data_where_the_account_of_postgres_can_reach_it(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)

    with running_postgres(hidden) as url, connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()

    assert row
    assert str(row[0]).startswith(str(hidden)) == (os.geteuid() != 0)
    assert not Path(str(row[0])).exists()


def test_a_server_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PORT_TRIES", 1)
    monkeypatch.setattr("bootstrap.services.find_redis", lambda: "/bin/false")

    with pytest.raises(SetupProblem, match="Redis did not start"), running_redis(tmp_path):
        pass


def test_a_terminated_test_run_stops_its_servers(
    tmp_path: Path, wait_until_gone: Callable[..., None]
) -> None:
    in_order = "from bootstrap.foreground import end_in_order_when_told; end_in_order_when_told()\n"
    starter = subprocess.Popen(
        [sys.executable, "-c", in_order + HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout
    starter.stdout.readline()

    starter.send_signal(signal.SIGTERM)
    starter.communicate(timeout=10)

    assert starter.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
