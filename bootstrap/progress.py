"""Tells the person who waits what is being done, how far it is and how long each step took."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


class SetupProblem(Exception):
    """Something a person has to mend; its text is the whole message they see."""


@dataclass(frozen=True)
class Step:
    """One piece of set-up that can tell whether it is still needed."""

    title: str
    do: Callable[[], None]
    is_done: Callable[[], bool] = lambda: False


def carry_out(steps: Sequence[Step]) -> None:
    """Do the steps in order, each shown as `2/5 Front-end parts … 3 s`."""
    for number, step in enumerate(steps, 1):
        with _timed(f"{number}/{len(steps)} {step.title} …"):
            step.do()


@contextmanager
def _timed(line: str) -> Iterator[None]:
    """Show `line` while the block runs, counting seconds on a terminal, and the time it took afterwards."""
    started = time.monotonic()
    ended = threading.Event()
    print(line, end=" ", flush=True)
    ticker = threading.Thread(target=_tick, args=(line, started, ended), daemon=True)
    if sys.stdout.isatty():
        ticker.start()
    try:
        yield
    except BaseException:
        _finish(ticker, ended, "not finished")
        raise
    _finish(ticker, ended, f"\r{line} " if ticker.ident else "", f"{time.monotonic() - started:.1f} s")


def _finish(ticker: threading.Thread, ended: threading.Event, *words: str) -> None:
    ended.set()
    if ticker.ident:
        ticker.join()
    print(*words, sep="", flush=True)


def _tick(line: str, started: float, ended: threading.Event) -> None:
    while not ended.wait(1):
        print(f"\r{line} {time.monotonic() - started:.0f} s", end="", flush=True)
