"""Front-end parts: exact versions with a hash and no address; fetched only when something changed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import frontend_parts, logged_commands
from bootstrap.progress import SetupProblem

ROOT = Path(__file__).parents[2]
Programs = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder whose npm (on PATH) writes one small part."""
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setattr(frontend_parts, "ROOT", tmp_path)
    monkeypatch.setattr(frontend_parts, "LOCK_FILE", tmp_path / "package-lock.json")
    monkeypatch.setattr(frontend_parts, "NODE_MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(frontend_parts, "MANIFEST", tmp_path / "var" / "parts.json")
    monkeypatch.setattr(frontend_parts, "SERVED_FILES", {"weui/weui.css": "static/vendor/weui.css"})
    monkeypatch.setattr(frontend_parts, "SETUP_LOGS", tmp_path / "logs")
    monkeypatch.setattr(logged_commands, "SETUP_LOGS", tmp_path / "logs")
    (tmp_path / "var").mkdir()
    return tmp_path


def install_with_fake_npm(project: Path, programs: Programs, version: str = "11.0.0") -> None:
    part = project / "node_modules" / "weui"
    programs("node")
    programs("npm", f'[ "$1" = --version ] && echo {version} && exit 0\n'
             f'echo "$*" > {project}/called; /bin/mkdir -p {part}; echo body > {part}/weui.css')  # fmt: skip
    frontend_parts.install()


def test_every_part_is_pinned_to_one_version() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_the_lock_file_has_a_hash_for_each_part_and_no_address() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    parts = {name: part for name, part in locked.items() if name}

    assert all(part["integrity"].startswith("sha512-") for part in parts.values())
    assert not [name for name, part in parts.items() if "resolved" in part]
    assert "registry" not in json.dumps(locked)


def test_every_served_file_lies_in_a_folder_that_git_ignores() -> None:
    for target in frontend_parts.SERVED_FILES.values():
        assert any((ROOT / target).is_relative_to(folder) for folder in frontend_parts.VENDOR_FOLDERS)


def test_a_second_run_fetches_nothing(project: Path, programs: Programs) -> None:
    assert not frontend_parts.is_installed()

    install_with_fake_npm(project, programs)

    assert frontend_parts.is_installed()
    assert (project / "called").read_text().strip() == "ci --ignore-scripts"


@pytest.mark.parametrize("changed", ["static/vendor/weui.css", "package-lock.json"])
def test_parts_are_fetched_again_when_a_file_changed(project: Path, programs: Programs, changed: str) -> None:
    install_with_fake_npm(project, programs)

    (project / changed).write_text("something else")

    assert not frontend_parts.is_installed()


@pytest.mark.parametrize("version", ["6.14.8", "8.19.4"])
def test_an_npm_too_old_for_our_lock_file_is_not_used(
    project: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    own = project / "own-npm"
    own.write_text(
        f"#!/bin/sh\n/bin/mkdir -p {project}/node_modules/weui; echo > {project}/node_modules/weui/weui.css\n"
    )
    own.chmod(0o755)
    monkeypatch.setattr(frontend_parts, "_npm_from_pip", lambda: ([str(own)], {}))

    install_with_fake_npm(project, programs, version)

    assert not (project / "called").exists()
    assert frontend_parts.is_installed()


def test_a_part_with_another_hash_is_refused(project: Path, programs: Programs) -> None:
    programs("node")
    programs("npm", '[ "$1" = --version ] && echo 11.0.0 && exit 0\necho "npm error code EINTEGRITY"; exit 1')

    with pytest.raises(SetupProblem, match="not the one that package-lock"):
        frontend_parts.install()

    assert not frontend_parts.is_installed()
