"""What has to exist before the demo's processes start: keys, tables, goods, an account for the console."""

from __future__ import annotations

import os
import re
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


def migrate(settings: DemoSettings) -> None:
    _flask(settings, "db", "upgrade")


def fill(settings: DemoSettings) -> None:
    """Seed the shop and make the console's first account; both leave alone what is there."""
    _flask(settings, "shop", "seed", "demo")
    log = _flask(settings, "staff", "create-owner", "--if-missing")
    said = _ACCOUNT.search(log.read_text("utf-8"))
    log.unlink()  # a log is no place for a password
    if said:
        _keep_for_owner(_account_file(settings), f"user {said['user']}   password {said['password']}")


def publish_menu(settings: DemoSettings) -> None:
    _flask(settings, "wechat", "menu", "publish")


def read_account(settings: DemoSettings) -> str:
    """Return how to sign in to the console; the first password, which its owner may have changed since."""
    file = _account_file(settings)
    return file.read_text("utf-8") if file.is_file() else "with the account made before"


def _account_file(settings: DemoSettings) -> Path:
    return settings.folder / "console-account.txt"


def _keep_for_owner(path: Path, text: str) -> None:
    """The shop keeps only a hash; the demo shows its password at every start."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _flask(settings: DemoSettings, *command: str) -> Path:
    """Run a command of the shop; return the file with what it said."""
    words = [word for word in command if not word.startswith("--")]
    log = settings.logs / f"flask-{'-'.join(words)}.log"
    _run(["-m", "flask", *command], log, shop_environment(settings))
    return log


def _run(arguments: list[str], log: Path, environment: dict[str, str]) -> None:
    exit_code = run_to_log([venv_program("python"), *arguments], log, environment)
    if exit_code:
        said = last_lines(log.read_text("utf-8", errors="replace"))
        command = " ".join(["python", *arguments])
        raise SetupProblem(
            f"`{command}` failed (exit code {exit_code}). The end of {describe(log)}:\n\n{said}"
        )
