"""Where things lie in the project folder; all but ROOT is made by commands and ignored by git."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
VAR = ROOT / "var"
SETUP_LOGS = VAR / "setup"
TEST_SERVICES = VAR / "test"


def venv_program(name: str) -> str:
    """Return the full path of a program of the virtual environment, present or not."""
    folder = "Scripts" if os.name == "nt" else "bin"
    return str(VENV / folder / name)


def describe(path: Path) -> str:
    """Return `path` as people type it: relative to the project folder when it lies inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
