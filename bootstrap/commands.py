"""The commands behind the Makefile: each makes the machine ready for itself, then does what its name says."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bootstrap.foreground import end_in_order_when_told, run_in_front
from bootstrap.frontend_parts import VENDOR_FOLDERS
from bootstrap.places import NODE_MODULES, ROOT, SETUP_LOGS, TEST_SERVICES, VENV, describe, venv_program
from bootstrap.progress import SetupProblem
from bootstrap.readiness import make_ready_for_checks, make_ready_for_shop, make_ready_for_tests
from bootstrap.services import running_postgres, running_redis
from bootstrap.system_parts import find_chromium
from demo import launcher
from demo.launcher_settings import read_settings, shop_environment

PROCESSES = "3"  # of the tests; one more than a small machine's two cores, because journeys wait for browsers
CACHES = (".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis")


def run(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code."""
    name, *rest = arguments or ["help"]
    if name not in COMMANDS:
        print(f"There is no command {name!r}.\n", file=sys.stderr)
        return show_help(rest) or 2
    end_in_order_when_told()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process we start compiles the whole shop
    try:
        return COMMANDS[name](rest)
    except SetupProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def show_help(_: Sequence[str]) -> int:
    """This list."""
    print("小铺 Xiaopu, a shop inside a WeChat official account\n")
    for name, command in COMMANDS.items():
        print(f"  make {name:<12}{command.__doc__}")
    print(
        "\nMore arguments: make test ARGS='-k callback'. Without make: python3 -m bootstrap test -k callback"
    )
    return 0


def start_demo(_: Sequence[str]) -> int:
    """Starts shop, worker and WeChat in a box, and prints their addresses."""
    settings = read_settings()
    with launcher.only_one(settings):
        return launcher.run(settings, make_ready_for_shop)


def reset_demo(_: Sequence[str]) -> int:
    """Forgets the demo's shop and its WeChat: the next one begins anew."""
    settings = read_settings()
    with launcher.only_one(settings):
        _remove(settings.folder, settings.simulator_folder)
    return 0


def run_tests(arguments: Sequence[str]) -> int:
    """Runs every test, with a real browser, PostgreSQL and Redis."""
    make_ready_for_tests()
    with running_postgres(TEST_SERVICES) as postgres_url, running_redis(TEST_SERVICES) as redis_url:
        services = {
            "TEST_POSTGRES_URL": postgres_url,
            "TEST_REDIS_URL": redis_url,
            "TEST_CHROMIUM": find_chromium() or "",
        }
        pytest = [venv_program("python"), "-m", "pytest", "-n", PROCESSES, "--dist", "worksteal"]
        return run_in_front([*pytest, *arguments], {**os.environ, **services})


def lint(_: Sequence[str]) -> int:
    """Checks style, types and which part may import which."""
    make_ready_for_checks()
    checks = [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["lint-imports"]]
    results = [run_in_front([venv_program(program), *options]) for program, *options in checks]
    return max(results)


def tidy(_: Sequence[str]) -> int:
    """Formats the code and mends what can be mended by rule."""
    make_ready_for_checks()
    results = [run_in_front([venv_program("ruff"), *how, "."]) for how in (["check", "--fix"], ["format"])]
    return max(results)


def setup(_: Sequence[str]) -> int:
    """Only makes this machine ready, for the tests too."""
    make_ready_for_tests()
    return 0


def migrate(arguments: Sequence[str]) -> int:
    """Brings the database of .env (or of the demo) to the newest tables."""
    return _run_flask(["db", "upgrade", *arguments])


def shell(arguments: Sequence[str]) -> int:
    """Opens a Python shell inside the shop of .env (or of the demo)."""
    return _run_flask(["shell", *arguments])


def configure(arguments: Sequence[str]) -> int:
    """Asks for the settings of a shop of one's own, checks them, and writes .env."""
    make_ready_for_shop()
    return run_in_front([venv_program("python"), "-m", "app.golive.configure", *arguments])


def worker(arguments: Sequence[str]) -> int:
    """Runs a worker for the shop of .env (or of the demo)."""
    return _run_flask(["worker", *arguments])


def clean(_: Sequence[str]) -> int:
    """Removes all that these commands made: packages, parts, caches, the demo."""
    reset_demo([])
    _remove(VENV, NODE_MODULES, *VENDOR_FOLDERS, SETUP_LOGS, TEST_SERVICES, *(ROOT / name for name in CACHES))
    return 0


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "help": show_help,
    "demo": start_demo,
    "demo-reset": reset_demo,
    "test": run_tests,
    "lint": lint,
    "format": tidy,
    "configure": configure,
    "migrate": migrate,
    "shell": shell,
    "worker": worker,
    "setup": setup,
    "clean": clean,
}


def _run_flask(arguments: Sequence[str]) -> int:
    make_ready_for_shop()
    environment = os.environ if (ROOT / ".env").is_file() else _demo_environment()
    command = [venv_program("python"), "-m", "flask", "--app", "wsgi.py", *arguments]
    return run_in_front(command, environment)


def _demo_environment() -> dict[str, str]:
    settings = read_settings()
    if not (settings.simulator_folder / "shop.env").is_file():
        raise SetupProblem(
            "There is no .env and no demo yet: type `make demo` once, or fill in .env.example as .env."
        )
    return shop_environment(settings)


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)
            print(f"removed {describe(folder)}")
