"""Children end with whoever started them, on every kind of system."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import children

ROOT = Path(__file__).parents[2]
STARTER = """\
import sys, time
from bootstrap import children
if sys.argv[1] == "elsewhere":
    children._LIBC = None
child = children.start(["sleep", "60"], own_group=sys.argv[2] == "group")
print(child.process.pid, child.watchdog.pid if child.watchdog else child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("group", ["group", "same group"])
@pytest.mark.parametrize("system", ["linux", "elsewhere"])
def test_a_killed_starter_takes_its_child_along(
    system: str, group: str, wait_until_gone: Callable[..., None]
) -> None:
    if system == "linux" and not children._LIBC:
        system = "elsewhere"
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, system, group], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout
    pids = map(int, starter.stdout.readline().split())

    starter.kill()
    starter.communicate()

    wait_until_gone(*pids)


def test_stopping_ends_a_stubborn_child_and_its_children(wait_until_gone: Callable[..., None]) -> None:
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    )
    child = children.start([sys.executable, "-c", stubborn], stdout=subprocess.PIPE, text=True)
    grandchild = int(child.process.stdout.readline())

    child.stop(grace_seconds=0.2)

    assert child.process.returncode == -signal.SIGKILL
    child.process.stdout.close()
    wait_until_gone(grandchild)


def test_stopping_a_watched_child_ends_the_watchdog_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_LIBC", None)
    child = children.start(["sleep", "60"])
    assert child.watchdog

    child.stop()

    assert child.process.returncode == -signal.SIGTERM
    assert child.watchdog.returncode is not None
