"""Starts the demo: prepares its data, starts its three processes, watches them, stops them together."""

from __future__ import annotations

import contextlib
import fcntl
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bootstrap import children
from bootstrap.places import describe
from bootstrap.progress import SetupProblem, Step
from demo import launcher_preparation as preparation
from demo.launcher_box import draw_box
from demo.launcher_ports import refuse_taken_ports
from demo.launcher_services import Service, start_shop, start_wechat
from demo.launcher_settings import DemoSettings

STOP_SECONDS = 5


@contextmanager
def only_one(settings: DemoSettings) -> Iterator[None]:
    """Hold the demo's folders for this process.

    Raises: SetupProblem while another demo uses them.
    """
    settings.folder.parent.mkdir(parents=True, exist_ok=True)
    with (settings.folder.parent / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise SetupProblem(
                f"A demo is running with {describe(settings.folder)}: end it with Ctrl-C in its window first."
            ) from taken
        yield


def run(settings: DemoSettings, make_ready: Callable[[Sequence[Step]], None]) -> int:
    """Run the demo until Ctrl-C (returns 0) or a signal.

    `make_ready` does the machine's missing set-up and then the steps it is given.
    Raises: SetupProblem when a port is taken, a step fails, or a process of the demo ends by itself.
    """
    began = time.monotonic()
    refuse_taken_ports(settings)
    services: list[Service] = []
    with contextlib.suppress(KeyboardInterrupt), _stopping(services):
        make_ready(_steps(settings, services))
        account = preparation.read_account(settings)
        print(draw_box(settings, account=account, seconds=time.monotonic() - began), flush=True)
        _watch(services)
    return 0


def _steps(settings: DemoSettings, services: list[Service]) -> list[Step]:
    return [
        Step("Keys of WeChat in a box", lambda: preparation.make_identities(settings)),
        Step("WeChat in a box", lambda: start_wechat(settings, services)),
        Step("Database, goods and menu", lambda: preparation.fill_shop(settings)),
        Step("Shop and worker", lambda: start_shop(settings, services)),
    ]


def _watch(services: list[Service]) -> None:
    """Wait until our terminal is gone, for ever without one; raises SetupProblem when a service ended.

    A make that leads its session (`ssh -t host make demo`) keeps the hang-up signal to itself, so we look.
    """
    at_a_terminal = sys.stdout.isatty()
    while sys.stdout.isatty() == at_a_terminal:
        for service in services:
            service.refuse_dead()
        time.sleep(0.3)


@contextmanager
def _stopping(services: list[Service]) -> Iterator[None]:
    """End all services in the end, undisturbed by a second Ctrl-C or a terminal that is gone."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        children.stop_all([service.child for service in services], STOP_SECONDS)
        if services:
            with contextlib.suppress(OSError):
                print("\nThe demo has stopped.", flush=True)
