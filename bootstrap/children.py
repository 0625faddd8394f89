"""Child processes that never outlive the process that started them, however it ends.

On Linux the kernel signals the child when the *thread* that started it is gone (`man 2 prctl`,
PR_SET_PDEATHSIG), so start children from a thread that stays, best the main one. Elsewhere a watchdog
waits on a pipe that breaks when we are gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_WATCHDOG = (
    "import os, sys; sys.stdin.read(); pid, number, group = map(int, sys.argv[1:]);"
    "os.killpg(pid, number) if group else os.kill(pid, number)"
)


@dataclass(frozen=True)
class Child:
    """A running child process; `stop_signal` ends it in good order."""

    process: subprocess.Popen[Any]
    stop_signal: signal.Signals
    leads_a_group: bool
    watchdog: subprocess.Popen[Any] | None = None

    def request_stop(self) -> None:
        """Ask the child to end, without waiting."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def stop(self, grace_seconds: float = 10) -> None:
        """End the child, and whatever is left of its process group, for certain."""
        if self.watchdog:
            self.watchdog.kill()
            self.watchdog.communicate()
        self.request_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(grace_seconds)
        self._kill_what_is_left()
        self.process.wait()

    def _kill_what_is_left(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.leads_a_group:
                os.killpg(self.process.pid, signal.SIGKILL)
            elif self.process.poll() is None:
                self.process.kill()


def start(
    command: list[str],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    own_group: bool = True,
    **popen_arguments: Any,
) -> Child:
    """Start `command` tied to this process; with `own_group` a Ctrl-C at the terminal reaches us alone."""
    process = subprocess.Popen(
        command,
        start_new_session=own_group,
        preexec_fn=_tie_to_parent(stop_signal) if _LIBC else None,
        **popen_arguments,
    )
    watchdog = None if _LIBC else _start_watchdog(process.pid, stop_signal, own_group)
    return Child(process, stop_signal, own_group, watchdog)


def stop_all(children: Iterable[Child], grace_seconds: float = 10) -> None:
    """End several children at the same time."""
    children = list(children)
    for child in children:
        child.request_stop()
    for child in children:
        child.stop(grace_seconds)


def die_with_parent(stop_signal: signal.Signals) -> None:
    """Have this very process signalled when its parent is gone (Linux only; nothing happens elsewhere)."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(stop_signal))


def _tie_to_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def before_exec() -> None:
        die_with_parent(stop_signal)
        if os.getppid() != parent:  # the parent was gone before the tie was made
            os._exit(1)

    return before_exec


def _start_watchdog(pid: int, stop_signal: signal.Signals, own_group: bool) -> subprocess.Popen[Any]:
    return subprocess.Popen(
        [sys.executable, "-c", _WATCHDOG, str(pid), str(int(stop_signal)), str(int(own_group))],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
