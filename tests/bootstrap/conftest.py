"""Fixtures of the set-up's tests: a stand-in demo, a PATH of our choosing, a wait for processes to go."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bootstrap.stand_in import StandIn, is_alive


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    made = StandIn(tmp_path)
    inherited = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored, by children too
    yield made
    signal.signal(signal.SIGHUP, inherited)
    made.end()


@pytest.fixture
def wait_until_gone() -> Callable[..., None]:
    """Return a function that fails when one of the processes is still there after ten seconds."""

    def wait(*pids: int) -> None:
        deadline = time.monotonic() + 10
        while any(map(is_alive, pids)):
            assert time.monotonic() < deadline, [pid for pid in pids if is_alive(pid)]
            time.sleep(0.05)

    return wait


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Make PATH hold nothing but the shell scripts that the returned function writes (name, body)."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def add(name: str, body: str = "exit 0") -> Path:
        (folder / name).write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        (folder / name).chmod(0o755)
        return folder / name

    return add
