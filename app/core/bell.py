"""Wakes the worker right after a commit. A lost ring costs one sweep, nothing else."""

import logging
from collections.abc import Callable
from pathlib import Path

from huey import Huey, RedisHuey, SqliteHuey

logger = logging.getLogger(__name__)


class Bell:
    """The line between the web processes and the worker: SQLite below `data_dir`, or Redis."""

    def __init__(self, *, data_dir: str, redis_url: str) -> None:
        self._data_dir, self._redis_url = data_dir, redis_url
        self._huey: Huey | None = None
        self._answer: Callable[[], object] = lambda: None

    @property
    def huey(self) -> Huey:
        """The queue, opened at first use."""
        if self._huey is None:
            self._huey = self._open()
            self._ring = self._huey.task(name="ring")(lambda: self._answer())
        return self._huey

    def answer_with(self, call: Callable[[], object]) -> None:
        """Set what the worker does when it rings."""
        self._answer = call

    def ring(self) -> None:
        """Say "look now". Never fails: the work is safe in the outbox whatever happens to the bell."""
        try:
            _ = self.huey
            self._ring()
        except Exception:
            logger.exception("the bell is out of order; the next sweep will find the work")

    def is_in_order(self) -> bool:
        """Whether a ring would arrive."""
        try:
            self.huey.pending_count()
        except Exception:
            logger.exception("queue not reachable")
            return False
        return True

    def _open(self) -> Huey:
        if self._redis_url:
            return RedisHuey("xiaopu", url=self._redis_url, results=False)
        Path(self._data_dir).mkdir(parents=True, exist_ok=True)
        return SqliteHuey("xiaopu", filename=f"{self._data_dir}/queue.db", results=False)
