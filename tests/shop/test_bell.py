"""The bell between the web processes and the worker, on both of its lines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.bell import Bell


@pytest.fixture(params=["sqlite", "redis"])
def bell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bell]:
    """A bell nobody has rung."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    bell = Bell(data_dir=str(tmp_path), redis_url=url)
    bell.huey.flush()
    yield bell
    if request.param == "redis":
        bell.huey.storage.conn.connection_pool.disconnect()
    else:
        bell.huey.storage.close()


def test_a_ring_reaches_the_worker(bell: Bell) -> None:
    heard: list[str] = []
    bell.answer_with(lambda: heard.append("ring"))

    bell.ring()
    task = bell.huey.dequeue()
    assert task is not None
    bell.huey.execute(task)

    assert heard == ["ring"]


def test_it_says_that_it_is_in_order(bell: Bell) -> None:
    assert bell.is_in_order()


def test_a_broken_bell_never_breaks_what_rang_it(tmp_path: Path) -> None:
    bell = Bell(data_dir=str(tmp_path), redis_url="redis://127.0.0.1:9/0")

    bell.ring()

    assert not bell.is_in_order()
