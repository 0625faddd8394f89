"""Tells whether a port is free, and who holds it where the system says so easily."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

from bootstrap.progress import SetupProblem
from demo.launcher_settings import HOST, DemoSettings

_LISTENING = "0A"  # state in /proc/net/tcp


def refuse_taken_ports(settings: DemoSettings) -> None:
    """Raises: SetupProblem naming the first port that someone else listens on, and how to choose another."""
    wanted = {
        "DEMO_PORT": settings.shop_port,
        "DEMO_PHONE_PORT": settings.phone_port,
        "DEMO_WEB_PORT": settings.web_port,
    }
    if len(set(wanted.values())) < len(wanted):
        raise SetupProblem(f"{', '.join(wanted)} must be three different ports.")
    for name, port in wanted.items():
        if not is_free(port):
            raise SetupProblem(
                f"Port {port} is taken{_by_whom(port)}. Stop that, or choose another port: "
                f"make demo {name}={port + 100}"
            )


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _by_whom(port: int) -> str:
    pid = _find_holder_in_proc(port) or _find_holder_with_lsof(port)
    if not pid:
        return ""
    shown = (
        subprocess.run(["ps", "-o", "args=", "-p", pid], capture_output=True, text=True)
        if shutil.which("ps")
        else None
    )
    command = shown.stdout.strip()[:60] if shown else ""
    return f" by process {pid} ({command})" if command else f" by process {pid}"


def _find_holder_in_proc(port: int) -> str:
    """Return the process that has the listening socket open (Linux; we see our own processes only)."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [
        line.split() for table in tables if table.is_file() for line in table.read_text().splitlines()[1:]
    ]
    sockets = {
        f"socket:[{row[9]}]" for row in rows if row[3] == _LISTENING and row[1].endswith(f":{port:04X}")
    }
    for file in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        try:
            if str(file.readlink()) in sockets:
                return file.parts[2]
        except OSError:  # the process or the file is gone, or not ours
            continue
    return ""


def _find_holder_with_lsof(port: int) -> str:
    if not shutil.which("lsof"):
        return ""
    listed = subprocess.run(["lsof", "-nPt", f"-iTCP:{port}", "-sTCP:LISTEN"], capture_output=True, text=True)
    return listed.stdout.split()[0] if listed.stdout.split() else ""
