"""The whole thing as a newcomer starts it: shop, worker and WeChat in a box as processes of their own."""

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import requests

from bootstrap import children
from demo import launcher_preparation as preparation
from demo.launcher_services import Service, start_shop, start_wechat, start_worker
from demo.launcher_settings import DemoSettings

PATIENCE_SECONDS = 40


@dataclass
class Town:
    """A running demo on ports of its own, and the words a journey uses for it."""

    settings: DemoSettings
    services: list[Service] = field(default_factory=list)

    def start(self) -> None:
        """Make keys, database and goods; start the processes; wait until they answer."""
        preparation.make_identities(self.settings)
        start_wechat(self.settings, self.services)
        preparation.fill_shop(self.settings)
        start_shop(self.settings, self.services)

    def stop(self) -> None:
        """End every process."""
        children.stop_all([service.child for service in self.services], 5)

    @property
    def owner(self) -> tuple[str, str]:
        """Name and password of the console's first user."""
        found = re.search(r"user (\S+) +password (\S+)", preparation.read_account(self.settings))
        assert found, "the console's account is not known"
        return found.group(1), found.group(2)

    @property
    def logs(self) -> str:
        """What shop and worker have logged."""
        return "".join((self.settings.logs / f"{name}.log").read_text("utf-8") for name in ("shop", "worker"))

    def restart_worker(self) -> None:
        """Another worker in place of one that is dead."""
        self.services[:] = [service for service in self.services if service.name != "worker"]
        start_worker(self.settings, self.services)

    def wechat(self, path: str, **body: Any) -> dict[str, Any]:
        """Turn a switch of WeChat in a box."""
        answer = requests.post(f"{self.settings.phone_url}/sim/api/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def new_follower(self, nickname: str) -> str:
        """Somebody new who follows the account; returns the openid."""
        openid = str(self.wechat("followers", nickname=nickname)["openid"])
        self.wechat(f"followers/{openid}/subscribe")
        return openid

    def fault(self, name: str, value: str, **only: str) -> None:
        """Let WeChat misbehave: `always`, or `once`, which whatever comes first uses up; `only="/path"` narrows it."""
        self.wechat("faults", name=name, value=value, **only)

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Look into the shop's database."""
        file = f"file:{self.settings.folder / 'shop.db'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=10)) as connection:
            return connection.execute(statement, values).fetchall()

    def order_state(self, openid: str) -> str:
        """The state of this follower's last order."""
        rows = self.query(
            "SELECT o.state FROM orders o JOIN followers f ON f.id = o.follower_id"
            " WHERE f.openid = ? ORDER BY o.id DESC LIMIT 1",
            openid,
        )
        return str(rows[0][0]) if rows else "none"

    def wait_for(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < give_up_at, f"never came: {what}"
            time.sleep(0.2)
