"""The demo for real: shop, worker and WeChat in a box, started twice on free ports."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bootstrap.serving import find_free_port

ROOT = Path(__file__).parents[2]
PORTS = ("DEMO_PORT", "DEMO_PHONE_PORT", "DEMO_WEB_PORT")


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    """Return a function that starts the demo and returns it with what it said until its box was complete."""
    environment = {**os.environ, "DEMO_DIR": str(tmp_path), **{name: str(find_free_port()) for name in PORTS}}
    started = []

    def start() -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "bootstrap", "demo"]
        demo = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(demo)
        said = ""
        for line in demo.stdout or ():
            said += line
            if line.startswith("╰"):
                return demo, said
        raise AssertionError(said)

    yield start
    for demo in started:
        demo.kill()
        demo.communicate()


def find_descendants(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(word) for file in tasks for word in file.read_text().split()]
    return [*children, *(below for child in children for below in find_descendants(child))]


def find_addresses(said: str) -> dict[str, str]:
    words = said.split()
    phone, console = (word for word in words if word.startswith("http://"))
    return {"phone": phone, "console": console, "password": words[words.index("password") + 1]}


def fetch(address: str) -> str:
    answer = requests.get(address, timeout=20)
    answer.raise_for_status()
    return answer.text


def test_the_demo_runs_survives_a_kill_and_ends_with_ctrl_c(
    start_demo: Callable[[], tuple[subprocess.Popen[str], str]], wait_until_gone: Callable[..., None]
) -> None:
    first, said = start_demo()
    shown = find_addresses(said)
    processes = find_descendants(first.pid)

    state = json.loads(fetch(shown["phone"] + "/sim/api/state"))
    assert [button["name"] for button in state["menu"]["button"]] == ["逛小铺", "新品", "我的"]
    assert "实验台" in fetch(shown["phone"] + "/")
    assert "password" in fetch(shown["console"])
    assert "龙井" in fetch(state["web_base"] + "/shop/")
    assert len(processes) >= 5  # gunicorn with two workers, the worker, WeChat in a box

    first.kill()
    wait_until_gone(*processes)

    second, said = start_demo()
    processes = find_descendants(second.pid)
    assert find_addresses(said) == shown

    second.send_signal(signal.SIGINT)
    said, _ = second.communicate(timeout=20)
    assert second.returncode == 0
    assert "The demo has stopped." in said
    wait_until_gone(*processes)
