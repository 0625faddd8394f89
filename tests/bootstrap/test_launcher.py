"""The demo's launcher with fake services: what it prepares and prints, and that it leaves nothing behind."""

import os
import pty
import signal
import socket
import stat
import sys
from collections.abc import Callable

import pytest

from tests.bootstrap.stand_in import StandIn

SERVICES = ("simulator", "shop", "worker")
Gone = Callable[..., None]


def test_the_demo_is_prepared_in_order_and_says_where_it_is(stand_in: StandIn) -> None:
    _, said = stand_in.start_until_running()

    assert "WeChat is there: True" in (stand_in.folder / "var/demo/logs/prepare-shop.log").read_text()
    assert f"http://127.0.0.1:{stand_in.ports['DEMO_PHONE_PORT']}" in said
    assert f"http://127.0.0.1:{stand_in.ports['DEMO_PORT']}/console" in said
    assert "user owner   password correct-horse" in said
    assert "Ctrl-C stops everything." in said


def test_a_failed_preparation_shows_its_end_but_no_password(stand_in: StandIn, wait_until_gone: Gone) -> None:
    (stand_in.folder / "preparation.fails").touch()

    demo = stand_in.start()

    said, _ = demo.communicate(timeout=20)
    assert demo.returncode == 1
    assert "no tea left" in said
    assert "correct-horse" not in said
    assert "correct-horse" in (stand_in.folder / "var/demo/console-account.txt").read_text()
    wait_until_gone(stand_in.pid_of("simulator"))


def test_secrets_of_the_demo_are_readable_by_their_owner_only(stand_in: StandIn) -> None:
    stand_in.start_until_running()

    demo = stand_in.folder / "var" / "demo"
    for name in ("secret_key", "console-account.txt"):
        assert stat.S_IMODE((demo / name).stat().st_mode) == 0o600
    assert not [log for log in (demo / "logs").iterdir() if "correct-horse" in log.read_text()]


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
def test_a_signal_stops_everything(stand_in: StandIn, wait_until_gone: Gone, number: signal.Signals) -> None:
    demo, _ = stand_in.start_until_running()

    os.kill(demo.pid, number)

    said, _ = demo.communicate(timeout=10)
    assert demo.returncode == (0 if number == signal.SIGINT else 128 + number)
    assert "The demo has stopped." in said
    wait_until_gone(*map(stand_in.pid_of, SERVICES))


def test_a_closed_terminal_stops_everything(stand_in: StandIn, wait_until_gone: Gone) -> None:
    ours, theirs = pty.openpty()
    demo = stand_in.start(stdout=theirs)
    os.close(theirs)
    stand_in.wait_for_pids()
    said = b""
    while "╰".encode() not in said:
        said += os.read(ours, 4096)

    os.close(ours)

    wait_until_gone(demo.pid, *map(stand_in.pid_of, SERVICES))


def test_a_killed_launcher_takes_everything_along(stand_in: StandIn, wait_until_gone: Gone) -> None:
    demo, _ = stand_in.start_until_running()

    demo.kill()

    wait_until_gone(demo.pid, *map(stand_in.pid_of, SERVICES))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_killed_make_takes_everything_along(
    stand_in: StandIn, wait_until_gone: Gone, number: signal.Signals
) -> None:
    make, _ = stand_in.start_until_running("make", "demo", f"PYTHON={sys.executable}")

    make.send_signal(number)

    wait_until_gone(make.pid, *map(stand_in.pid_of, SERVICES))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_ends_by_itself_stops_the_demo_and_is_named(
    stand_in: StandIn, wait_until_gone: Gone, name: str
) -> None:
    demo, _ = stand_in.start_until_running()

    os.kill(stand_in.pid_of(name), signal.SIGKILL)

    said, _ = demo.communicate(timeout=10)
    assert demo.returncode == 1
    assert f"The {name} has stopped by itself (exit code -9)." in said
    wait_until_gone(*map(stand_in.pid_of, SERVICES))


def test_a_service_that_cannot_start_shows_the_end_of_its_log(
    stand_in: StandIn, wait_until_gone: Gone
) -> None:
    (stand_in.folder / "shop.fails").touch()

    demo = stand_in.start()

    said, _ = demo.communicate(timeout=20)
    assert demo.returncode == 1
    assert "The shop has stopped by itself (exit code 3). The last lines of var/demo/logs/shop.log" in said
    assert "the cupboard is bare" in said
    wait_until_gone(stand_in.pid_of("simulator"))


def test_a_taken_port_is_named_with_its_holder(stand_in: StandIn) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", stand_in.ports["DEMO_PHONE_PORT"]))
        holder.listen()

        demo = stand_in.start()
        said, _ = demo.communicate(timeout=10)

    assert demo.returncode == 1
    assert f"Port {stand_in.ports['DEMO_PHONE_PORT']} is taken by process {os.getpid()}" in said
    assert "make demo DEMO_PHONE_PORT=" in said


def test_a_second_demo_in_the_same_folder_is_refused(stand_in: StandIn) -> None:
    stand_in.start_until_running()

    said, _ = stand_in.start().communicate(timeout=10)

    assert "A demo is running with var/demo" in said


def test_settings_of_a_real_shop_do_not_reach_the_demo(stand_in: StandIn) -> None:
    (stand_in.folder / ".env").write_text("WXPAY_APIV2_KEY=real\nREDIS_URL=redis://real\nLOG_LEVEL=DEBUG\n")
    stand_in.environment["DATABASE_URL"] = "postgresql://real"
    stand_in.start_until_running()

    environ = f"/proc/{stand_in.pid_of('shop')}/environ"
    with open(environ) as file:
        settings = dict(pair.split("=", 1) for pair in file.read().split("\0") if pair)

    assert settings["DATABASE_URL"] == f"sqlite:///{stand_in.folder}/var/demo/shop.db"
    assert settings["REDIS_URL"] == ""
    assert settings["WXPAY_APIV2_KEY"] == ""
    assert "LOG_LEVEL" not in settings


def test_a_stubborn_service_is_ended_for_certain(stand_in: StandIn, wait_until_gone: Gone) -> None:
    stand_in.write_server("worker", "flask/__main__.py", "NO_PORT", is_stubborn=True)
    demo, _ = stand_in.start_until_running()

    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=15)

    wait_until_gone(*map(stand_in.pid_of, SERVICES))
