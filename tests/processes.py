"""Processes of their own, to be killed or to compete: born of one that has the shop imported already.

Importing it takes seconds, so each process of the test run keeps a clean one, without threads, that forks.
"""

import multiprocessing
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerProcess
from typing import Any

from app import create_app

_BIRTH = multiprocessing.get_context("forkserver")
_BIRTH.set_forkserver_preload(["app", "config"])


def start_process(work: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """Start `work`, a function of a module, in a process of its own; end it with `kill`, wait with `join`."""
    process = _BIRTH.Process(target=work, args=arguments)
    process.start()
    return process


def start_in_shop(
    work: Callable[..., None], settings: Mapping[str, Any], *arguments: Any
) -> ForkServerProcess:
    """The same with a shop of its own, its context open."""
    return start_process(_work_in_shop, work, dict(settings), *arguments)


def ask_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """What `work` returns in a process of its own."""
    ours, theirs = _BIRTH.Pipe(duplex=False)
    process = start_process(_send, theirs, work, *arguments)
    theirs.close()
    try:
        return ours.recv()
    finally:
        ours.close()
        process.join()


def _work_in_shop(work: Callable[..., None], settings: dict[str, Any], *arguments: Any) -> None:
    with create_app(settings).app_context():
        work(*arguments)


def _send(theirs: Any, work: Callable[..., Any], *arguments: Any) -> None:
    theirs.send(work(*arguments))
