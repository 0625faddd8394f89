"""Drives a server with wrk over kept-open connections, and counts what each request cost the server."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("pushes.lua")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Result:
    """What one run came to."""

    requests: int
    seconds: float
    cpu_seconds: float  # of the server's processes
    p50_ms: float
    p99_ms: float
    failures: int

    def describe(self) -> str:
        """One line of figures."""
        return (
            f"{self.rate:7.0f} req/s  p50 {self.p50_ms:6.1f} ms  p99 {self.p99_ms:6.1f} ms  "
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


def drive(port: int, pushes: Path, server_pid: int, *, connections: int, seconds: int) -> Result:
    """Send the pushes of this file, each once, for so long or until they are all sent.

    Raises: subprocess.CalledProcessError with wrk's own words.
    """
    cpu = _cpu_of(server_pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT)]
    printed = subprocess.run(
        [*command, f"http://127.0.0.1:{port}", str(pushes)], check=True, capture_output=True, text=True
    ).stdout
    cpu = _cpu_of(server_pid) - cpu
    line = next(line for line in printed.splitlines() if line.startswith("RESULT "))
    requests, micros, failures, p50, p99 = map(int, line.split()[1:])
    return Result(requests, micros / 1e6, cpu, p50 / 1000, p99 / 1000, failures)


def _cpu_of(pid: int) -> float:
    """CPU seconds of a process and its children so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(_own_cpu(int(child)) for child in [pid, *children])


def _own_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
