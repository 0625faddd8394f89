"""Runs a program at the terminal in our place, and ends it with us."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType

from bootstrap import children
from bootstrap.places import ROOT

GRACE_SECONDS = 20


def run_in_front(command: list[str], environment: Mapping[str, str] = os.environ) -> int:
    """Run `command` with our terminal, a Ctrl-C being its to answer; return its exit code."""
    child = children.start(command, stop_signal=signal.SIGINT, own_group=False, cwd=ROOT, env=environment)
    try:
        return _wait(child)
    finally:
        child.stop(GRACE_SECONDS)


def _wait(child: children.Child) -> int:
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            exit_code = child.process.wait()
            return exit_code if exit_code >= 0 else 128 - exit_code


def end_in_order_when_told() -> None:
    """Turn the signals that end a program into exceptions, so that `finally` blocks stop what was started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # even where a script's `&` had it ignored
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, _leave)
    if "MAKELEVEL" in os.environ:
        children.die_with_parent(signal.SIGTERM)  # a killed make leaves nothing behind either


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
