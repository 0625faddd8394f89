"""When packages are installed again, and when a second run does nothing."""

from pathlib import Path

import pytest

from bootstrap import package_managers, python_packages
from bootstrap.progress import SetupProblem


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with a virtual environment that works, and a pip that does nothing."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/bin/sh")
    (venv / "pyvenv.cfg").write_text("version = 3.11.7\n")
    (tmp_path / "requirements.txt").write_text("Flask==3.1.3\n")
    (tmp_path / "requirements-dev.txt").write_text("pytest==9.2.0\n")
    monkeypatch.setattr(python_packages, "ROOT", tmp_path)
    monkeypatch.setattr(python_packages, "VENV", venv)
    monkeypatch.setattr(python_packages, "venv_program", lambda name: str(venv / "bin" / name))
    monkeypatch.setattr(python_packages, "_venv_works", lambda: True)
    monkeypatch.setattr(python_packages, "install_file", lambda _: None)
    return tmp_path


def test_nothing_is_installed_at_first(project: Path) -> None:
    assert not python_packages.is_installed("shop")


def test_a_second_run_finds_everything_in_place(project: Path) -> None:
    python_packages.install("shop")

    assert python_packages.is_installed("shop")
    assert not python_packages.is_installed("tests")


def test_the_packages_of_the_tests_hold_those_of_the_shop(project: Path) -> None:
    python_packages.install("tests")

    assert python_packages.is_installed("shop")
    assert python_packages.is_installed("tests")


@pytest.mark.parametrize(
    ("changed", "text"),
    [("requirements.txt", "Flask==3.1.4\n"), (".venv/pyvenv.cfg", "version = 3.12.1\n")],
    ids=["another requirement", "another Python"],
)
def test_packages_are_installed_again_after(project: Path, changed: str, text: str) -> None:
    python_packages.install("tests")

    (project / changed).write_text(text)

    assert not python_packages.is_installed("shop")
    assert not python_packages.is_installed("tests")


def test_packages_are_installed_again_when_the_python_is_gone(project: Path) -> None:
    python_packages.install("shop")

    (project / ".venv" / "bin" / "python").unlink()

    assert not python_packages.is_installed("shop")


def test_a_failed_installation_leaves_no_stamp(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise SetupProblem("no network")

    monkeypatch.setattr(python_packages, "install_file", fail)

    with pytest.raises(SetupProblem):
        python_packages.install("shop")

    assert not python_packages.is_installed("shop")


def test_a_moved_or_broken_environment_is_recognised(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert python_packages._venv_works()

    monkeypatch.setattr(python_packages, "VENV", project / "elsewhere")

    assert not python_packages._venv_works()


def test_a_python_without_ensurepip_names_the_package_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt = next(manager for manager in package_managers.MANAGERS if manager.name == "apt")
    monkeypatch.setattr(package_managers, "find", lambda: apt)
    monkeypatch.setattr(package_managers.os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(project))
    monkeypatch.setattr(python_packages.importlib.util, "find_spec", lambda _: None)

    with pytest.raises(SetupProblem, match=r"sudo apt-get install -y python3\.\d+-venv"):
        python_packages._make_venv()
