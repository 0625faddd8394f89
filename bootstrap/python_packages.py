"""The virtual environment in .venv and the Python packages in it.

A stamp beside the packages keeps what was installed (a hash of the requirements, the Python version, the
place), so a second run only reads a few small files.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bootstrap import package_managers
from bootstrap.logged_commands import run_logged
from bootstrap.places import ROOT, VENV, venv_program
from bootstrap.progress import SetupProblem, Step

# Each set holds the ones before it.
REQUIREMENTS = {"shop": ["requirements.txt"], "tests": ["requirements.txt", "requirements-dev.txt"]}


def packages_step(wanted: str) -> Step:
    """Return the step that makes .venv hold the packages of a set of REQUIREMENTS."""
    return Step("Python packages", lambda: install(wanted), lambda: is_installed(wanted))


def is_installed(wanted: str) -> bool:
    stamp = _stamp(wanted)
    return (
        os.access(venv_program("python"), os.X_OK)
        and stamp.is_file()
        and stamp.read_text("utf-8") == fingerprint(REQUIREMENTS[wanted])
    )


def install(wanted: str) -> None:
    if not _venv_works():
        _make_venv()
    install_file(ROOT / REQUIREMENTS[wanted][-1])
    for name, files in REQUIREMENTS.items():
        if set(files) <= set(REQUIREMENTS[wanted]):
            _stamp(name).write_text(fingerprint(files), "utf-8")


def install_file(requirements: Path) -> None:
    """Install the packages of one requirements file with pip, which repeats a failed download by itself."""
    command = [venv_program("python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    run_logged([*command, "-r", str(requirements)], purpose="The Python packages", log_name="pip.log")


def fingerprint(files: list[str]) -> str:
    """Return what must not have changed since the packages were installed."""
    digest = hashlib.sha256()
    for name in files:
        digest.update((ROOT / name).read_bytes() + b"\0")
    settings = VENV / "pyvenv.cfg"
    digest.update(settings.read_bytes() if settings.is_file() else b"")
    return f"{digest.hexdigest()} {VENV}"


def _stamp(wanted: str) -> Path:
    return VENV / f"installed-{wanted}.stamp"


def _venv_works() -> bool:
    """Tell whether .venv runs, is new enough, has pip, and still lies where it was made."""
    if not os.access(venv_program("python"), os.X_OK):
        return False
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if subprocess.run([venv_program("python"), "-c", check], capture_output=True).returncode:
        return False
    return str(VENV).encode() in Path(venv_program("pip")).read_bytes()[:500]


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _add_ensurepip()
    if VENV.exists():
        shutil.rmtree(VENV)
    run_logged(
        [sys.executable, "-m", "venv", str(VENV)], purpose="The virtual environment", log_name="venv.log"
    )


def _add_ensurepip() -> None:
    """Debian and Ubuntu keep ensurepip in a package of its own."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    manager = package_managers.find()
    if manager is None or manager.name != "apt":
        raise SetupProblem(f"{sys.executable} comes without venv and ensurepip: take a Python that has both.")
    manager.install([package], needed_for="A virtual environment")
