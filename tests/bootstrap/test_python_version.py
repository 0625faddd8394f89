"""The sentence for an old Python, from Python and from make."""

import ast
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.python_version import find_problem

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (4, 0)])
def test_a_new_enough_python_is_no_problem(version: tuple[int, int]) -> None:
    assert find_problem(version) == ""


def test_an_old_python_is_told_which_one_is_needed() -> None:
    sentence = find_problem((3, 9))

    assert "3.11 or newer" in sentence
    assert "this is Python 3.9" in sentence


@pytest.mark.parametrize("name", ["__init__", "__main__", "python_version"])
def test_an_old_python_can_read_as_far_as_the_sentence(name: str) -> None:
    source = (ROOT / "bootstrap" / f"{name}.py").read_text("utf-8")

    ast.parse(source, feature_version=(3, 6))


def test_make_says_what_is_missing_when_every_python_is_old(programs: Callable[..., Path]) -> None:
    make = shutil.which("make", path="/usr/bin:/bin:/usr/local/bin")
    assert make
    programs("python3", "exit 1")

    ended = subprocess.run([make, "-C", str(ROOT), "demo"], capture_output=True, text=True)

    assert ended.returncode
    assert "needs Python 3.11 or newer, and none is on PATH" in ended.stderr
    assert "apt-get install -y python3 python3-venv" in ended.stderr


def test_make_takes_a_newer_python_of_another_name(programs: Callable[..., Path]) -> None:
    make = shutil.which("make", path="/usr/bin:/bin:/usr/local/bin")
    assert make
    programs("python3", "exit 1")
    programs("python3.12", '[ "$1" = -c ] || echo "called with $*"')

    ended = subprocess.run(
        [make, "-C", str(ROOT), "test", "ARGS=-k callback"], capture_output=True, text=True
    )

    assert "called with -m bootstrap test -k callback" in ended.stdout
