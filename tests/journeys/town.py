"""The whole thing as a newcomer starts it: shop, worker and WeChat in a box as processes of their own."""

import os
import re
import signal
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
from demo.launcher_settings import DemoSettings, shop_environment

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

    def kill_worker(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the worker as a power cut would, or as another signal does."""
        worker = next(service for service in self.services if service.name == "worker").child.process
        os.kill(worker.pid, number)
        worker.wait()

    def let_a_minute_pass(self) -> None:
        """What a dead worker had in its hands is no longer its own."""
        with closing(sqlite3.connect(self.settings.folder / "shop.db", timeout=10)) as connection, connection:
            connection.execute("UPDATE outbox SET leased_until = datetime(leased_until, '-60 seconds')")
            connection.execute("UPDATE messages SET asked_at = datetime(asked_at, '-60 seconds')")
            connection.execute("UPDATE refunds SET submitted_at = datetime(submitted_at, '-61 seconds')")

    def restart_worker(self) -> None:
        """Another worker in place of one that is dead."""
        self.services[:] = [service for service in self.services if service.name != "worker"]
        start_worker(self.settings, self.services)

    def wechat(self, path: str, **body: Any) -> dict[str, Any]:
        """Turn a switch of WeChat in a box."""
        answer = requests.post(f"{self.settings.phone_url}/sim/api/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def look(self, path: str) -> dict[str, Any]:
        """Ask WeChat in a box how something is."""
        answer = requests.get(f"{self.settings.phone_url}/sim/api/{path}", timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def tags_at_wechat(self, openid: str) -> list[str]:
        """The names of the tags that WeChat has put on this follower."""
        return [tag["name"] for tag in self.look(f"followers/{openid}")["tags"]]

    def follower_id(self, openid: str) -> int:
        """The number of this follower in the shop."""
        return int(self.query("SELECT id FROM followers WHERE openid = ?", openid)[0][0])

    def chat(self, openid: str) -> list[str]:
        """What the account has said to this follower: the texts, and the kind of what is no text."""
        messages = self.look(f"followers/{openid}/chat")["messages"]
        return [row.get("text") or row["kind"] for row in messages if row["direction"] == "out"]

    def mp(self, path: str, **body: Any) -> dict[str, Any]:
        """Do something at WeChat that is not done by us, as in mp.weixin.qq.com."""
        known = shop_environment(self.settings)
        app = {"appid": known["WECHAT_APPID"], "secret": known["WECHAT_APPSECRET"]}
        api = f"{self.settings.phone_url}/cgi-bin"
        token = requests.post(
            f"{api}/stable_token", json={"grant_type": "client_credential", **app}, timeout=30
        ).json()["access_token"]
        answer = requests.post(f"{api}/{path}", params={"access_token": token}, json=body, timeout=30).json()
        assert answer.get("errcode", 0) == 0, answer
        return dict(answer)

    def new_follower(self, nickname: str) -> str:
        """Somebody new who follows the account; returns the openid."""
        openid = str(self.wechat("followers", nickname=nickname)["openid"])
        self.wechat(f"followers/{openid}/subscribe")
        return openid

    def find_stranger(self) -> tuple[str, str]:
        """Openid and nickname of somebody who never followed the account; there is one in each town."""
        people = self.look("state")["followers"]
        return next((row["openid"], row["nickname"]) for row in people if not row["subscribed"])

    def fault(self, name: str, value: str, **only: str) -> None:
        """Let WeChat misbehave: `always`, or `once`, which whatever comes first uses up; `only="/path"` narrows it."""
        self.wechat("faults", name=name, value=value, **only)

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Look into the shop's database."""
        file = f"file:{self.settings.folder / 'shop.db'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=10)) as connection:
            return connection.execute(statement, values).fetchall()

    def find_sku(self, *options: str) -> int:
        """The id of the first SKU with these options."""
        pattern = "".join(f"%={option}" for option in options) + "%"
        rows = self.query("SELECT id FROM skus WHERE options LIKE ? ORDER BY id LIMIT 1", pattern)
        return int(rows[0][0])

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
