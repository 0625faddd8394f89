"""Imports point one way, and the shop never meets WeChat in a box."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask import Flask


def test_the_street_is_kept() -> None:
    program = Path(sys.executable).parent / "lint-imports"

    result = subprocess.run([program, "--no-cache"], capture_output=True, text=True)

    assert result.returncode == 0, result.stdout


def test_the_shop_starts_without_loading_the_simulator(settings: dict[str, Any]) -> None:
    code = (
        "import sys, json; from app import create_app; create_app(json.loads(sys.argv[1]));"
        "print([name for name in sys.modules if name.split('.')[0] in ('simulator', 'demo', 'bootstrap', 'tests')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, json.dumps(settings)], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "[]"


def test_no_route_of_the_simulator_exists_in_the_shop(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules()]

    assert not [
        rule for rule in rules if rule.startswith(("/sim", "/cgi-bin", "/v3", "/__wechat__", "/connect"))
    ]
