"""The numbers by which the platform limits an account: one table, each with a setting and a control call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.store import Store


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    default: int
    help: str

    @property
    def setting(self) -> str:
        return f"SIM_{self.name.upper()}"


TABLE = (
    Limit("followers_page", 10_000, "openids in a page of user/get and user/tag/get"),
    Limit("blacklist_page", 1_000, "openids in a page of getblacklist"),
    Limit("window_messages", 5, "customer-service messages after a message of the follower"),
    Limit("window_seconds", 172_800, "how long they may be sent"),
    Limit("tap_messages", 3, "customer-service messages after a menu tap, a follow or a scan"),
    Limit("tap_seconds", 60, "how long they may be sent"),
    Limit("tags", 100, "tags of the account, 45056 above"),
    Limit("tags_per_follower", 20, "tags of one follower, 45059 above"),
    Limit("tag_delete_followers", 100_000, "a tag with more followers cannot be deleted, 45057"),
    Limit("permanent_codes", 100_000, "permanent scene codes, 45029 above"),
    Limit("conditional_menus", 2_000, "conditional menus at a time, 65305 above"),
    Limit("complaint_reply", 200, "characters of a reply to a complaint"),
    Limit("mass_per_follower", 4, "mass messages to one follower in a calendar month, filtered out above"),
    Limit("mass_to_all_day", 1, "mass messages to all in a day, 45028 above"),
    Limit("mass_to_all_month", 4, "mass messages to all in a calendar month, 45028 above"),
    Limit("mass_per_minute", 60, "calls of mass/send and mass/sendall in a minute, 42010 above"),
    Limit("mass_seconds", 2, "the least time between a mass message and its finish event"),
    Limit("mass_confirm_seconds", 1_800, "how long a mass message waits for the administrator"),
    Limit("clientmsgid_bytes", 32, "bytes of a clientmsgid, 45067 above"),
    Limit("clientmsgid_seconds", 86_400, "how long a clientmsgid is remembered, 45065"),
    Limit(
        "clientmsgid_retry_seconds", 60, "how long after the first call the same clientmsgid answers 45066"
    ),
    Limit(
        "calls_per_minute",
        1_000_000,
        "calls of one interface in a minute, 45011 above; what is real is unknown",
    ),
    Limit("agents", 100, "agent accounts, 65405 above"),
    Limit("agent_idle_seconds", 1_800, "silence after which an agent's session ends"),
)
BY_NAME = {limit.name: limit for limit in TABLE}


class Limits:
    """A name of the table, or the path of a call for its daily budget; what a control call set wins."""

    def __init__(self, store: Store, settings: Mapping[str, int]) -> None:
        self._store, self._settings = store, settings

    def get(self, name: str) -> int:
        """Raises: KeyError for a name that is not in the table."""
        changed = self._store.find("limits", name)
        return int(changed["value"]) if changed else self._settings.get(name, BY_NAME[name].default)

    def daily(self, path: str, default: int | None) -> int | None:
        """How often a call may be made in a day; None is no limit."""
        changed = self._store.find("limits", path)
        return int(changed["value"]) if changed else self._settings.get(path, default)

    def set(self, name: str, value: int | None) -> None:
        """None goes back to the setting. Raises: KeyError, ValueError."""
        if not name.startswith("/") and name not in BY_NAME:
            raise KeyError(name)
        if value is None:
            self._store.remove("limits", name)
        elif isinstance(value, bool) or not isinstance(value, int) or value < (0 if name[0] == "/" else 1):
            raise ValueError("要一个正整数，或 null 回到设置")
        else:
            self._store.put("limits", name, {"name": name, "value": value})

    def listing(self) -> dict[str, int]:
        """Every number of the table, and the budgets somebody changed."""
        changed = {row["name"]: int(row["value"]) for row in self._store.all("limits")}
        return {limit.name: limit.default for limit in TABLE} | dict(self._settings) | changed
