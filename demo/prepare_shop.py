"""Prepares the demo's shop: tables, goods, the console's first account, menu; what is there is left alone.

All in one process, because starting the shop takes longer than most of its commands. Runs inside the demo's
environment, as `python -m demo.prepare_shop`.
"""

import json
import os
import shlex
import sys
from pathlib import Path

from flask.cli import FlaskGroup

from app.seed.folder import read_menu
from app.wechat.menus.versions import find_last_definition
from wsgi import app

DEMO = Path(__file__).parent
ORDERS = 300  # a year of invented trade to look at; more would keep the first start waiting


def commands() -> tuple[str, ...]:
    """What is run, in this order. DEMO_ORDERS in the environment: another number of orders; 0 for none."""
    orders = os.environ.get("DEMO_ORDERS") or str(ORDERS)
    year = "" if orders == "0" else f" --orders {shlex.quote(orders)}"
    return (
        "db upgrade",
        # The one who packed the year's parcels. The demo's box goes on telling his password, so it may stay.
        "staff create-owner --if-missing --may-keep-password",
        f"shop seed {shlex.quote(str(DEMO))}{year}",
    )


def main() -> int:
    """Run the commands in order; return the exit code of the first that fails, or 0."""
    failed = next((code for code in map(run, commands()) if code), 0)
    return failed or run(_publish_menu())


def run(command: str) -> int:
    """Run one command as `flask …` would; return its exit code."""
    print(f"$ flask {command}", flush=True)
    try:
        FlaskGroup(create_app=lambda: app).main(shlex.split(command), prog_name="flask")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


def _publish_menu() -> str:
    """Return the command that publishes the menu kept last, or at first the one of the demo's shop.toml."""
    with app.app_context():
        if find_last_definition() is not None:
            return "wechat menu publish"
    file = Path(app.config["DATA_DIR"]) / "menu.json"
    file.write_text(json.dumps(read_menu(DEMO), ensure_ascii=False), "utf-8")
    return f"wechat menu publish {shlex.quote(str(file))}"


if __name__ == "__main__":
    sys.exit(main())
