"""What has to exist before the demo's processes start: keys, tables, goods, an account for the console."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from bootstrap.logged_commands import last_lines, run_to_log
from bootstrap.places import describe, venv_program
from bootstrap.progress import SetupProblem
from demo.launcher_settings import DemoSettings, shop_environment, simulator_environment

_ACCOUNT = re.compile(r"user: *(?P<user>\S+)\s+password: *(?P<password>\S+)", re.IGNORECASE)


def make_identities(settings: DemoSettings) -> None:
    """Have WeChat in a box make its identities and keys, and write down what the shop needs of them."""
    arguments = ["-m", "simulator", "init", "--dir", str(settings.simulator_folder)]
    _run(arguments, settings.logs / "simulator-init.log", simulator_environment(settings))


def fill_shop(settings: DemoSettings) -> None:
    """Make tables, goods, menu and the console's first account; what is there already is left alone."""
    log = settings.logs / "prepare-shop.log"
    try:
        _run(["-m", "demo.prepare_shop"], log, shop_environment(settings))
    finally:
        _keep_account(settings, log)


def read_account(settings: DemoSettings) -> str:
    """Return how to sign in to the console; the first password, which its owner may have changed since."""
    file = _account_file(settings)
    return file.read_text("utf-8") if file.is_file() else "with the account made before"


def _account_file(settings: DemoSettings) -> Path:
    return settings.folder / "console-account.txt"


def _keep_account(settings: DemoSettings, log: Path) -> None:
    """Move a new password from the log to a file for its owner: the shop itself keeps only a hash."""
    said = log.read_text("utf-8") if log.is_file() else ""
    account = _ACCOUNT.search(said)
    if account is None:
        return
    log.write_text(said.replace(account["password"], "(the box of the demo shows it)"), "utf-8")
    path = _account_file(settings)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"user {account['user']}   password {account['password']}")


def _run(arguments: list[str], log: Path, environment: dict[str, str]) -> None:
    exit_code = run_to_log([venv_program("python"), *arguments], log, environment)
    if exit_code:
        said = last_lines(_ACCOUNT.sub("", log.read_text("utf-8", errors="replace")))
        command = shlex.join(["python", *arguments])
        raise SetupProblem(
            f"`{command}` failed (exit code {exit_code}). The end of {describe(log)}:\n\n{said}"
        )
