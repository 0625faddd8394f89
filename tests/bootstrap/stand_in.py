"""A copy of the demo's launcher in a folder of its own, with small fake services in place of the real ones."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bootstrap.serving import find_free_port

ROOT = Path(__file__).parents[2]

SERVER = """\
import http.server, os, pathlib, signal, sys, time
folder, name, port = pathlib.Path(os.environ["STAND_IN"]), {name!r}, int(os.environ.get({port_name!r}, "0"))
(folder / f"{{name}}.new").write_text(str(os.getpid()))
(folder / f"{{name}}.new").rename(folder / f"{{name}}.pid")
if (folder / f"{{name}}.fails").exists():
    print("the cupboard is bare", flush=True)
    sys.exit(3)
if {is_stubborn}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

if port:
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
time.sleep(600)
"""
PREPARATION = """\
import os, pathlib, sys
folder = pathlib.Path(os.environ["STAND_IN"])
print("Console user: owner\\nPassword:     correct-horse\\nIt is shown this once.")
print("WeChat is there:", (folder / "simulator.pid").exists())
if (folder / "preparation.fails").exists():
    sys.exit("no tea left")
"""


class StandIn:
    """A copy of the launcher in a folder of its own, with fake `simulator`, `gunicorn` and `flask`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: find_free_port() for name in ("DEMO_PORT", "DEMO_PHONE_PORT", "DEMO_WEB_PORT")}
        self.environment = {
            **os.environ,
            **{name: str(port) for name, port in self.ports.items()},
            "STAND_IN": str(folder),
        }
        self.started: list[subprocess.Popen[str]] = []
        self._copy_launcher()
        self.write_server("simulator", "simulator/__main__.py", "SIM_PORT", guard='"serve" in sys.argv')
        self.write_server("shop", "gunicorn/__main__.py", "SHOP_PORT")
        self.write_server("worker", "flask/__main__.py", "NO_PORT")
        self._write("demo/prepare_shop.py", PREPARATION)

    def _copy_launcher(self) -> None:
        shutil.copytree(
            ROOT / "bootstrap", self.folder / "bootstrap", ignore=shutil.ignore_patterns("__pycache__")
        )
        (self.folder / "demo").mkdir()
        for file in [*(ROOT / "demo").glob("launcher*.py"), *(ROOT / "demo").glob("__*__.py")]:
            shutil.copy(file, self.folder / "demo")
        shutil.copy(ROOT / "Makefile", self.folder)
        (self.folder / ".venv").symlink_to(Path(sys.prefix))
        self._write(
            "bootstrap/readiness.py",
            "from bootstrap.progress import carry_out\n\n"
            "make_ready_for_tests = make_ready_for_checks = lambda: None\n\n"
            "def make_ready_for_shop(then=()):\n    carry_out(then)\n",
        )

    def write_server(
        self, name: str, path: str, port_name: str, *, guard: str = "True", is_stubborn: bool = False
    ) -> None:
        """Write a fake service that answers 200 on the port of `port_name`, while `guard` holds."""
        self.environment["SHOP_PORT"] = str(self.ports["DEMO_PORT"])
        code = SERVER.format(name=name, port_name=port_name, is_stubborn=is_stubborn)
        body = "".join(f"    {line}\n" for line in code.splitlines())
        self._write(path, f"import sys\nif {guard}:\n{body}")

    def start(self, *command: str, stdout: Any = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start the demo (or `command`) in a process group of its own, as a shell would."""
        process = subprocess.Popen(
            command or (sys.executable, "-m", "bootstrap", "demo"),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def start_until_running(self, *command: str) -> tuple[subprocess.Popen[str], str]:
        """Start the demo and read what it says until its box is complete."""
        process = self.start(*command)
        said = ""
        assert process.stdout
        for line in process.stdout:
            said += line
            if line.startswith("╰"):
                self.wait_for_pids()
                return process, said
        raise AssertionError(said)

    def wait_for_pids(self) -> None:
        """The launcher does not wait for the worker, which answers nobody."""
        deadline = time.monotonic() + 10
        while not all((self.folder / f"{name}.pid").is_file() for name in ("simulator", "shop", "worker")):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def pid_of(self, name: str) -> int:
        return int((self.folder / f"{name}.pid").read_text())

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        for file in self.folder.glob("*.pid"):
            if is_alive(int(file.read_text())):
                os.kill(int(file.read_text()), signal.SIGKILL)

    def _write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).with_name(
            "__init__.py"
        ).touch()  # a namespace would lose to the installed package
        (self.folder / path).write_text(text, "utf-8")


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be collected (a zombie) does not."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return shown.stdout.strip()[:1] not in ("", "Z")
