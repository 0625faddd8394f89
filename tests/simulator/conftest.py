"""One simulator and one fake shop for all these tests, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.__main__ import Servers
from simulator.settings import load_settings
from tests.simulator.box import Box
from tests.simulator.fake_shop import FakeShop


@pytest.fixture
def box(running_box: Box) -> Iterator[Box]:
    """The simulator as on its first day."""
    running_box.engine.reset(everything=True)
    running_box.shop.forget()
    yield running_box
    running_box.engine.faults.reset()


@pytest.fixture
def shop(box: Box) -> FakeShop:
    return box.shop


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> float:
    """Patience of a third of a second instead of five."""
    for module in ("simulator.outbound", "simulator.platform.pushes", "simulator.pay.notifier"):
        monkeypatch.setattr(f"{module}.LIMIT_SECONDS", 0.3)
    return 0.3


@pytest.fixture(scope="session")
def running_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    shop = FakeShop()
    upstream = shop.start()
    folder: Path = tmp_path_factory.mktemp("simulator")
    environ = {"SIM_PORT": "0", "SIM_WEB_PORT": "0", "SIM_UPSTREAM": upstream}
    servers = Servers(load_settings(folder, environ))
    servers.start()
    with pytest.MonkeyPatch.context() as patch:
        # Longer than any test waits for an answer that never comes, and no longer: the thread that stays silent
        # would end in the middle of somebody else's test.
        patch.setattr("simulator.http_faults.LONGEST_SILENCE_SECONDS", 1.0)
        yield Box(servers, shop)
    servers.stop()
    shop.stop()
