"""A phone in a real browser, on the real engine, with a tiny shop of our own behind it."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, FrameLocator, Page, expect
from werkzeug.serving import make_server

from tests.simulator.phone.sample_shop import SampleShop, create_sample_shop


@dataclass
class Box:
    """A running simulator and its shop."""

    base: str
    web_base: str
    shop: SampleShop

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return requests.post(f"{self.base}/sim/api/{path}", json=body, timeout=10).json()

    def get(self, path: str) -> dict[str, Any]:
        return requests.get(f"{self.base}/sim/api/{path}", timeout=10).json()

    def pushed(self, words: str) -> str:
        """Wait until the shop got a push with these words, and return it."""
        until = time.monotonic() + 8
        while time.monotonic() < until:
            found = [push for push in self.shop.pushes if words in push]
            if found:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(f"no push with {words!r} among {self.shop.pushes}")

    @property
    def openids(self) -> list[str]:
        return [one["openid"] for one in self.get("state")["followers"]]


class Phone:
    """The page in the browser, with the words a person would use for it."""

    def __init__(self, page: Page, box: Box) -> None:
        self.page, self.box = page, box

    def part(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    def tap(self, testid: str) -> None:
        self.part(testid).click()

    @property
    def web(self) -> FrameLocator:
        return self.page.frame_locator("[data-testid=webview]")

    def browse(self, path: str) -> None:
        """Open a page of the shop by scanning a code that holds its address."""
        self.tap("chat-plus")
        self.tap("plus-scan")
        self.part("scan-input").fill(self.box.web_base + path)
        self.tap("scan-go")

    def result(self) -> dict[str, Any]:
        """What the page got back from the bridge."""
        expect(self.web.locator("#result")).not_to_be_empty()
        return json.loads(self.web.locator("#result").inner_text())


@pytest.fixture(scope="session")
def running_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    folder, shop = tmp_path_factory.mktemp("box"), SampleShop()
    server = make_server("127.0.0.1", 0, create_sample_shop(shop), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    process = start_simulator(folder, f"http://127.0.0.1:{server.server_port}")
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    lines = Path(ready["shop_env"]).read_text("utf-8").splitlines()
    shop.env = dict(line.split("=", 1) for line in lines)
    yield Box(ready["base"], ready["web_base"], shop)
    process.terminate()
    process.wait(10)
    process.stdout.close()
    server.shutdown()  # closes its socket as well
    thread.join()


@pytest.fixture
def box(running_box: Box) -> Box:
    """The simulator as on its first day."""
    running_box.post("reset")
    running_box.shop.pushes.clear()
    running_box.shop.agents.clear()
    running_box.shop.notifications = 0
    running_box.shop.tags, running_box.shop.lets_frames_in = ["wx-open-subscribe"], True
    return running_box


@pytest.fixture
def phone(box: Box, browser: Browser) -> Iterator[Phone]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
    context.set_default_timeout(8000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(box.base)
    expect(page.get_by_test_id("chat-input")).to_be_visible()
    yield Phone(page, box)
    context.close()
    assert problems == []


def start_simulator(folder: Path, upstream: str) -> subprocess.Popen[str]:
    environment = {
        "SIM_PORT": "0",
        "SIM_WEB_PORT": "0",
        "SIM_UPSTREAM": upstream,
        "SIM_PUSH_MODE": "plain",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    command = [sys.executable, "-m", "simulator", "serve", "--dir", str(folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
