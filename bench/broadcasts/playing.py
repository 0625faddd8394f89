"""WeChat in a box for the bench: its process, a crowd with open windows, and what arrived."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ANSWERS_AFTER_MS = 50


class Box:
    """The running simulator."""

    def __init__(self, address: str) -> None:
        self.address = address

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One call of its control interface."""
        answer = requests.request(method, f"{self.address}/sim/api/{path}", json=body, timeout=300)
        answer.raise_for_status()
        return answer.json()

    def gather(self, number: int, *, is_heard: bool = False) -> list[str]:
        """So many followers who have just written; returns their openids. `is_heard`: there is who hears events."""
        first = self.call("POST", "followers/bulk", {"count": number})["first"]
        self.call("POST", "followers/windows", {})
        self.call("POST", "faults", {"name": "custom_delay", "value": str(ANSWERS_AFTER_MS)})
        if not is_heard:
            self.call("POST", "faults", {"name": "template_result", "value": "silent"})
        stem = first.rstrip("0123456789")
        digits = first[len(stem) :]
        return [f"{stem}{int(digits) + n:0{len(digits)}d}" for n in range(number)]

    def agree(self, template_id: str, times: int) -> None:
        """All of them let this notification come so often."""
        self.call("POST", "followers/agreements", {"template_id": template_id, "times": times})

    def token(self, appid: str, secret: str) -> str:
        """An access_token of the account."""
        body = {"grant_type": "client_credential", "appid": appid, "secret": secret}
        answer = requests.post(f"{self.address}/cgi-bin/stable_token", json=body, timeout=10).json()
        return str(answer["access_token"])

    def arrived(self, text: str) -> dict[str, int]:
        """How often a card with these words arrived, by openid."""
        found = self.call("GET", f"sent?text={text}&counts=1")
        counts: dict[str, int] = found["counts"]
        return counts


@contextmanager
def playing(folder: Path, **environ: str) -> Iterator[Box]:
    """Start WeChat in a box on free ports; end it afterwards."""
    command = [sys.executable, "-m", "simulator", "serve", "--dir", str(folder)]
    process = subprocess.Popen(
        command,
        env={"SIM_PORT": "0", "SIM_WEB_PORT": "0", "PATH": "/usr/bin:/bin", **environ},
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Box(ready["base"])
    finally:
        process.terminate()
        process.wait(20)
