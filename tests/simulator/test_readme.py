"""The README tells the truth: every switch, every setting, every call."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import simulator
from simulator.faults import TABLE
from simulator.limits import TABLE as LIMITS
from tests.simulator.box import Box

FOLDER = Path(simulator.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
def test_every_fault_stands_in_the_table(fault: object) -> None:
    rows = [line for line in README.splitlines() if line.startswith(f"| `{fault.name}` |")]

    assert len(rows) == 1
    assert all(f"`{choice}`" in rows[0] for choice in fault.choices)


def test_every_setting_stands_in_the_table_and_no_other() -> None:
    used = set(re.findall(r"\"(SIM_[A-Z0-9_]+)\"", (FOLDER / "settings.py").read_text("utf-8")))
    used |= {limit.setting for limit in LIMITS}

    assert used == set(re.findall(r"`(SIM_[A-Z0-9_]+)`", README))


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_every_number_stands_in_the_table_with_its_default(limit: object) -> None:
    assert f"| `{limit.setting}` | `{limit.name}` | {limit.default} | {limit.help} |" in README.splitlines()


def test_every_control_call_stands_in_the_table(box: Box) -> None:
    rules = box.servers.app.url_map.iter_rules()
    paths = {rule.rule.removeprefix("/sim/api/") for rule in rules if rule.rule.startswith("/sim/api/")}
    words = {re.sub(r"<(?:int:)?(\w+)>", r"<\1>", path) for path in paths}

    missing = [path for path in words if f"{path}`" not in README and f"{path}?" not in README]

    # Named in the rows of their siblings.
    sessions = [f"desk/sessions/<openid>/{word}" for word in ("close", "say", "switch")]
    assert sorted(missing) == [*sessions, "followers/<openid>/unsubscribe"]
