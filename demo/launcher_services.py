"""The three processes of the demo: how each is started, when it is ready, what to say when it ends."""

from __future__ import annotations

import http.client
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bootstrap import children
from bootstrap.logged_commands import last_lines
from bootstrap.places import ROOT, describe, venv_program
from bootstrap.progress import SetupProblem
from bootstrap.serving import wait_until
from demo.launcher_settings import HOST, DemoSettings, shop_environment, simulator_environment

START_SECONDS = 90


@dataclass(frozen=True)
class Service:
    """A process of the demo that should run until the demo ends."""

    name: str
    child: children.Child
    log: Path

    def refuse_dead(self) -> None:
        """Raises: SetupProblem with the end of its log when the process is gone."""
        exit_code = self.child.process.poll()
        if exit_code is not None:
            raise SetupProblem(
                f"The {self.name} has stopped by itself (exit code {exit_code}). {self._end_of_log()}"
            )

    def wait_until_ready(self, is_ready: Callable[[], bool]) -> None:
        """Raises: SetupProblem when it ends, or does not answer in time."""
        if not wait_until(is_ready, self.child, START_SECONDS):
            self.refuse_dead()
            raise SetupProblem(
                f"The {self.name} did not answer within {START_SECONDS} s. {self._end_of_log()}"
            )

    def _end_of_log(self) -> str:
        text = self.log.read_text("utf-8", errors="replace")
        return f"The last lines of {describe(self.log)}:\n\n{last_lines(text)}"


def start_wechat(settings: DemoSettings, services: list[Service]) -> None:
    """Start WeChat in a box, add it to `services` at once, return when it answers."""
    arguments = ["-m", "simulator", "serve", "--dir", str(settings.simulator_folder)]
    wechat = _start("simulator", arguments, simulator_environment(settings), settings)
    services.append(wechat)
    wechat.wait_until_ready(lambda: answers(settings.phone_port, "/sim/api/state"))


def start_shop(settings: DemoSettings, services: list[Service]) -> None:
    """Start the shop and its worker, add them to `services` at once, return when the shop answers."""
    environment = shop_environment(settings)
    shop = _start("shop", _gunicorn(settings), environment, settings)
    services.append(shop)
    start_worker(settings, services)
    shop.wait_until_ready(lambda: answers(settings.shop_port, "/healthz"))
    for service in services:
        service.refuse_dead()


def start_worker(settings: DemoSettings, services: list[Service]) -> None:
    """Start the shop's worker and add it to `services`."""
    services.append(_start("worker", ["-m", "flask", "worker"], shop_environment(settings), settings))


def answers(port: int, path: str) -> bool:
    """Tell whether a server on this machine answers `path` with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _gunicorn(settings: DemoSettings) -> list[str]:
    options = ["--workers", "2", "--threads", "4", "--graceful-timeout", "3", "--no-control-socket"]
    return ["-m", "gunicorn", "wsgi:app", "--bind", f"{HOST}:{settings.shop_port}", *options]


def _start(name: str, arguments: list[str], environment: dict[str, str], settings: DemoSettings) -> Service:
    settings.logs.mkdir(parents=True, exist_ok=True)
    log = settings.logs / f"{name}.log"
    with log.open("wb") as output:
        child = children.start(
            [venv_program("python"), *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Service(name, child, log)
