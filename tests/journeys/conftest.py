"""One town and one browser for all journeys of a worker; a phone and a follower for each."""

import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from demo.launcher_settings import DemoSettings
from tests.conftest import create_postgres_database
from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

_names = itertools.count(1)

WITHOUT_A_YEAR = {"DEMO_ORDERS": "0"}  # nobody but those of the journey follows or buys

expect.set_options(timeout=40_000)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Shop, worker and WeChat, running."""
    base, ports = tmp_path_factory.mktemp("town"), _free_ports(3)
    folders = {"folder": base / "shop", "simulator_folder": base / "simulator"}
    town = Town(DemoSettings(*ports, **folders, more=WITHOUT_A_YEAR))
    try:
        town.start()
        yield town
    finally:
        town.stop()


@pytest.fixture
def large_town(tmp_path: Path, postgres_server: str, redis_url: str, worker: str) -> Iterator[Town]:
    """The same on PostgreSQL and Redis, as on several machines."""
    database = create_postgres_database(postgres_server, f"town_{worker}")
    more = {"DATABASE_URL": database, "REDIS_URL": redis_url, **WITHOUT_A_YEAR}
    folders = {"folder": tmp_path / "shop", "simulator_folder": tmp_path / "simulator"}
    town = Town(DemoSettings(*_free_ports(3), **folders, more=more))
    try:
        town.start()
        yield town
    finally:
        town.stop()


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a Chinese browser window that shares nothing with the others; an error in a script fails the journey."""
    errors: list[str] = []
    contexts: list[BrowserContext] = []

    def open_window(width: int = 1280, height: int = 900) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN"))
        contexts[-1].set_default_timeout(40_000)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_window: Callable[..., Page]) -> Page:
    """The window with the phone and the lab."""
    return open_window()


@pytest.fixture
def console(town: Town, open_window: Callable[..., Page]) -> Console:
    """The owner's console, signed in."""
    console = Console(open_window(), town.settings.shop_url)
    console.sign_in(*town.owner)
    return console


@pytest.fixture
def take_phone(town: Town, page: Page) -> Iterator[Callable[..., Phone]]:
    """Give somebody new a phone, opened at the chat with the shop; in `window` when one is given."""

    def take(window: Page | None = None) -> Phone:
        nickname = f"茶友{next(_names)}号"
        phone = Phone(window or page, town.new_follower(nickname), town.settings.web_url)
        phone.open_chat(town.settings.phone_url, nickname)
        return phone

    town.wechat("faults/reset")
    yield take
    town.wechat("faults/reset")


@pytest.fixture
def phone(take_phone: Callable[..., Phone]) -> Phone:
    """The phone of a new follower."""
    return take_phone()


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
