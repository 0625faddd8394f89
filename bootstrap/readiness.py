"""Puts the steps of set-up together: only what is still missing is done, by one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bootstrap.frontend_parts import frontend_step
from bootstrap.places import SETUP_LOGS
from bootstrap.progress import Step, carry_out
from bootstrap.python_packages import packages_step
from bootstrap.system_parts import system_step


def make_ready_for_shop(then: Sequence[Step] = ()) -> None:
    """Bring what the shop needs to run; then do the steps of `then`, counted together."""
    with _one_at_a_time():
        carry_out([*_missing([packages_step("shop"), frontend_step()]), *then])


def make_ready_for_tests() -> None:
    """Bring what the tests need: all of the shop's, test packages, browser, fonts, database servers."""
    with _one_at_a_time():
        carry_out(_missing([packages_step("tests"), frontend_step(), system_step()]))


def make_ready_for_checks() -> None:
    """Bring the tools that read the code."""
    with _one_at_a_time():
        carry_out(_missing([packages_step("tests")]))


def _missing(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if not step.is_done()]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    SETUP_LOGS.mkdir(parents=True, exist_ok=True)
    with (SETUP_LOGS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is running in this folder; waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
