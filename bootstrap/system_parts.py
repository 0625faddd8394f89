"""What the tests need and neither pip nor npm brings: a browser, fonts, a PostgreSQL and a Redis server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bootstrap import package_managers
from bootstrap.logged_commands import run_logged
from bootstrap.places import venv_program
from bootstrap.progress import SetupProblem, Step

BROWSER_NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
DOWNLOADED_BROWSERS = (
    ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
POSTGRES_PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)
REDIS_NAMES = ("redis-server", "valkey-server")


def find_chromium() -> str | None:
    """Return the browser for the tests: TEST_CHROMIUM, one on PATH, or one that Playwright downloaded."""
    chosen = os.environ.get("TEST_CHROMIUM")
    if chosen:
        return chosen
    named = [path for path in map(shutil.which, BROWSER_NAMES) if path and not path.startswith("/snap/")]
    placed = [path for path in BROWSER_PLACES if os.access(path, os.X_OK)]
    downloaded = [str(path) for pattern in DOWNLOADED_BROWSERS for path in sorted(Path.home().glob(pattern))]
    return next(iter([*named, *placed, *reversed(downloaded)]), None)


def find_postgres() -> Path | None:
    """Return the folder with `initdb` and `postgres` of the newest version, or None."""
    on_path = shutil.which("initdb")
    installed = [folder for pattern in POSTGRES_PLACES for folder in Path("/").glob(pattern)]
    folders = sorted(installed, key=_version_number, reverse=True)
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((folder for folder in folders if _holds_postgres(folder)), None)


def find_redis() -> str | None:
    """Return the Redis (or Valkey) server program, or None."""
    return next((path for path in map(shutil.which, REDIS_NAMES) if path), None)


def has_font(pattern: str) -> bool:
    """Tell whether fontconfig knows a font for `pattern`; macOS brings Chinese and emoji with it."""
    if sys.platform == "darwin":
        return True
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", pattern, "family"], capture_output=True, text=True)
    return bool(listed.stdout.strip())


@dataclass(frozen=True)
class SystemPart:
    """One part, how to see it is there, and the package that brings it, by package manager."""

    name: str
    is_present: Callable[[], bool]
    packages: dict[str, str]


SYSTEM_PARTS = [
    SystemPart(
        "Chromium",
        lambda: find_chromium() is not None,
        {"apt": "chromium", "dnf": "chromium", "brew": "chromium"},
    ),
    SystemPart(
        "a Chinese font",
        lambda: has_font(":lang=zh-cn"),
        {"apt": "fonts-noto-cjk", "dnf": "google-noto-sans-cjk-vf-fonts"},
    ),
    SystemPart(
        "an emoji font",
        lambda: has_font(":lang=und-zsye"),
        {"apt": "fonts-noto-color-emoji", "dnf": "google-noto-color-emoji-fonts"},
    ),
    SystemPart(
        "a PostgreSQL server",
        lambda: find_postgres() is not None,
        {"apt": "postgresql", "dnf": "postgresql-server", "brew": "postgresql"},
    ),
    SystemPart(
        "a Redis server",
        lambda: find_redis() is not None,
        {"apt": "redis-server", "dnf": "valkey", "brew": "redis"},
    ),
]


def system_step() -> Step:
    """Return the step that brings what is missing of SYSTEM_PARTS, and names it in its title."""
    missing = [part for part in SYSTEM_PARTS if not part.is_present()]
    return Step(f"System parts: {_names(missing)}", lambda: bring(missing), lambda: not missing)


def bring(missing: list[SystemPart]) -> None:
    """Install `missing`, or raise SetupProblem with the sentence that names it and the command to type."""
    manager = package_managers.find()
    if manager is None:
        raise SetupProblem(
            f"The tests need {_names(missing)}. Install it with your system's package manager."
        )
    packages = [part.packages[manager.name] for part in missing if _comes_from(manager.name, part)]
    if packages:
        manager.install(packages, needed_for=f"What the tests need ({_names(missing)})")
    still_missing = [part for part in missing if not part.is_present()]
    if any(part.name == "Chromium" for part in still_missing):
        _download_browser()
        still_missing = [part for part in still_missing if not part.is_present()]
    if still_missing:
        raise SetupProblem(f"{manager.name} is done, yet {_names(still_missing)} cannot be found.")


def _comes_from(manager: str, part: SystemPart) -> bool:
    """Ubuntu's browser package is a snap, which a test cannot drive: there Playwright brings its own."""
    return manager in part.packages and not (part.name == "Chromium" and _is_ubuntu())


def _download_browser() -> None:
    command = [venv_program("python"), "-m", "playwright", "install", "--with-deps", "chromium"]
    try:
        run_logged(command, purpose="Chromium", log_name="chromium.log")
    except SetupProblem as problem:
        raise SetupProblem(f"{problem}\nTo do it by hand, type: {' '.join(command)}") from problem


def _is_ubuntu() -> bool:
    release = Path("/etc/os-release")
    return release.is_file() and "ID=ubuntu" in release.read_text("utf-8").splitlines()


def _holds_postgres(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def _version_number(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.parent.name)]


def _names(parts: list[SystemPart]) -> str:
    names = [part.name for part in parts]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""
