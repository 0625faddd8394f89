"""Drives a server over kept-open connections from one thread, and counts what each request cost the server."""

import os
import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_TICKS = os.sysconf("SC_CLK_TCK")
_SILENCE_SECONDS = 30


@dataclass(frozen=True)
class Result:
    """What one run came to."""

    requests: int
    seconds: float
    cpu_seconds: float  # of the server's processes
    latencies: Sequence[float]
    failures: int

    def describe(self) -> str:
        """One line of figures."""
        return (
            f"{self.rate:7.0f} req/s  p50 {self.percentile(0.5):6.1f} ms  p99 {self.percentile(0.99):6.1f} ms  "
            f"server {self.cpu_micros:6.0f} µs CPU/request  {self.failures} failed"
        )

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def cpu_micros(self) -> float:
        """What a request costs the server, in microseconds of CPU."""
        return self.cpu_seconds / self.requests * 1e6

    def percentile(self, share: float) -> float:
        """The latency in ms that this share of the requests stays below."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class _Caller:
    """One connection: sends a request, reads its answer, sends the next."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.started = 0.0
        self._data = b""

    def send(self, request: bytes) -> None:
        """Ask."""
        self._data = b""
        self.started = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The head of the answer once all of it is here."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server hung up")
        self._data += chunk
        head, blank, body = self._data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        is_complete = blank and len(body) >= (int(length.group(1)) if length else 0)
        return head if is_complete else None


def drive(port: int, requests: Sequence[bytes], server_pid: int, *, connections: int) -> Result:
    """Send all requests over so many connections and read every answer."""
    waiting, latencies, failures = deque(requests), [], 0
    callers = [_Caller(port) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        cpu, began = _cpu_of(server_pid), time.perf_counter()
        for caller in callers:
            selector.register(caller.socket, selectors.EVENT_READ, caller)
            caller.send(waiting.popleft())
        while len(latencies) < len(requests):
            ready = selector.select(_SILENCE_SECONDS)
            if not ready:
                raise TimeoutError("the server fell silent")
            for key, _ in ready:
                head = key.data.receive()
                if head is None:
                    continue
                latencies.append(time.perf_counter() - key.data.started)
                failures += not head.startswith(b"HTTP/1.1 200")
                if waiting:
                    key.data.send(waiting.popleft())
        seconds, cpu = time.perf_counter() - began, _cpu_of(server_pid) - cpu
    for caller in callers:
        caller.socket.close()
    return Result(len(requests), seconds, cpu, latencies, failures)


def _cpu_of(pid: int) -> float:
    """CPU seconds of a process and its children so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(_own_cpu(int(child)) for child in [pid, *children])


def _own_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
