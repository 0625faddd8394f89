"""The simulator's clock: business time that can be moved and sped up, beside the wall clock of signatures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


class Clock:
    """Lifetimes, windows and retry schedules follow `now()`; timestamps inside signatures follow `wall()`.

    The partner judges a signature's timestamp by its own clock, which cannot be moved from here.
    """

    def __init__(self, offset_seconds: float = 0.0, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._origin = time.monotonic()
        self._base = time.time() + offset_seconds
        self._speed = speed
        self._listeners: list[Callable[[], None]] = []

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def offset_seconds(self) -> float:
        return self.now() - time.time()

    def now(self) -> float:
        """Simulated epoch seconds."""
        with self._lock:
            return self._base + (time.monotonic() - self._origin) * self._speed

    def wall(self) -> int:
        """Real epoch seconds, as the partner sees them."""
        return int(time.time())

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time only moves forward")
        with self._lock:
            self._base += seconds
        self._tell()

    def set_speed(self, speed: float) -> None:
        if not 0.1 <= speed <= 100_000:
            raise ValueError("speed must lie between 0.1 and 100000")
        present = self.now()
        with self._lock:
            self._base, self._origin, self._speed = present, time.monotonic(), speed
        self._tell()

    def reset(self) -> None:
        with self._lock:
            self._base, self._origin, self._speed = time.time(), time.monotonic(), 1.0
        self._tell()

    def real_seconds_until(self, moment: float) -> float:
        return max(0.0, (moment - self.now()) / self._speed)

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def iso(moment: float) -> str:
    """Epoch seconds as RFC 3339 in Beijing time, the way WeChat writes dates."""
    return datetime.fromtimestamp(int(moment), UTC).astimezone(BEIJING).isoformat()


def beijing_day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(BEIJING).strftime("%Y%m%d")
