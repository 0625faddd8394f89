"""What nearly every test of the console starts with."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.fake_platform import FakePlatform
from tests.staff import Console, make_hashes_quick, open_console


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logging in costs nothing."""
    make_hashes_quick(monkeypatch)


@pytest.fixture
def console(app: Flask) -> Console:
    """The owner's browser, logged in."""
    return open_console(app)


@pytest.fixture
def platform(app: Flask) -> Iterator[FakePlatform]:
    """Plays the account platform; ask it what it was asked."""
    with FakePlatform() as platform:
        platform.answer_for(app.extensions["wechat"].client)
        yield platform
