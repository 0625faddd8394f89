"""Numbers a merchant may change while the shop runs; what he did not change is as the operator set it.

Each stands in `config.py` under the same name, which gives its default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core import audit
from app.core.db import transaction
from app.core.preferences import find_preference, keep_preference

PREFERENCE = "settings"


@dataclass(frozen=True, slots=True)
class LiveSetting:
    """One of them, in the unit of `config.py`; people see it divided by `shown_in`."""

    name: str
    least: int
    most: int
    shown_in: int = 1


LIVE_SETTINGS: Mapping[str, LiveSetting] = {
    setting.name: setting
    for setting in (
        LiveSetting("ORDER_TTL_SECONDS", 300, 24 * 3600, shown_in=60),  # shorter than WeChat needs is no use
        LiveSetting("SHIPPING_FEE_FEN", 0, 100_000, shown_in=100),
        LiveSetting("SHIPPING_FREE_FROM_FEN", 0, 10_000_000, shown_in=100),
        LiveSetting("MESSAGE_PAYLOAD_DAYS", 0, 3650),
        LiveSetting("MESSAGE_DAYS", 0, 3650),
    )
}


def read_live(name: str, config: Mapping[str, Any]) -> int:
    """The value that counts now. Raises: KeyError for what is no live setting."""
    setting = LIVE_SETTINGS[name]
    return int((find_preference(PREFERENCE) or {}).get(setting.name, config[setting.name]))


def keep_live(values: Mapping[str, int], config: Mapping[str, Any], *, actor: str) -> Mapping[str, int]:
    """Set these; returns those that were changed. Opens a transaction. Raises: ValueError out of bounds."""
    for name, value in values.items():
        setting = LIVE_SETTINGS[name]
        if not setting.least <= value <= setting.most:
            raise ValueError(name)
    with transaction():
        before = {name: read_live(name, config) for name in values}
        changed = {name: value for name, value in values.items() if value != before[name]}
        if changed:
            keep_preference(PREFERENCE, {**(find_preference(PREFERENCE) or {}), **changed}, actor=actor)
            audit.record(
                actor=actor,
                action="settings.changed",
                subject="shop:settings",
                before={name.lower(): before[name] for name in changed},
                after={name.lower(): value for name, value in changed.items()},
            )
    return changed
