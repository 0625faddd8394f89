"""Drives a server over kept-open connections and counts what it cost."""

import os
import re
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 8
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Result:
    """What one run came to."""

    requests: int
    seconds: float
    cpu_seconds: float
    latencies: Sequence[float]
    failures: int

    def describe(self) -> str:
        """One line of figures."""
        ordered = sorted(self.latencies)
        p50, p99 = ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.99)] * 1000
        return (
            f"{self.requests / self.seconds:7.0f} req/s  p50 {p50:5.1f} ms  p99 {p99:6.1f} ms  "
            f"server {self.cpu_micros:6.0f} µs CPU/request  {self.failures} failed"
        )

    @property
    def cpu_micros(self) -> float:
        """What a request costs the server, in microseconds of CPU."""
        return self.cpu_seconds / self.requests * 1e6


def drive(port: int, requests: Sequence[bytes], server_pid: int) -> Result:
    """Send all requests over a few connections and read every answer."""
    shares = [requests[n::CONNECTIONS] for n in range(CONNECTIONS)]
    cpu, started = _cpu_of(server_pid), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        done = list(pool.map(lambda share: _send_all(port, share), shares))
    seconds, cpu = time.perf_counter() - started, _cpu_of(server_pid) - cpu
    latencies = [latency for times, _ in done for latency in times]
    return Result(len(requests), seconds, cpu, latencies, sum(failures for _, failures in done))


def _send_all(port: int, requests: Sequence[bytes]) -> tuple[list[float], int]:
    latencies, failures = [], 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            started = time.perf_counter()
            connection.sendall(request)
            failures += not _read_answer(connection).startswith(b"HTTP/1.1 200")
            latencies.append(time.perf_counter() - started)
    return latencies, failures


def _read_answer(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or _hung_up()
    head, _, body = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    missing = int(length.group(1)) - len(body) if length else 0
    while missing > 0:
        missing -= len(connection.recv(65536) or _hung_up())
    return head


def _hung_up() -> bytes:
    raise ConnectionError("the server hung up")


def _cpu_of(pid: int) -> float:
    """CPU seconds of a process and its children so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(_own_cpu(int(child)) for child in [pid, *children])


def _own_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
