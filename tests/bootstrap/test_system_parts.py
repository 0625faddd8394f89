"""Programs that a machine lacks: installed where we may, otherwise named with the command to type."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import logged_commands, package_managers, system_parts
from bootstrap.progress import SetupProblem
from bootstrap.system_parts import SystemPart

Programs = Callable[..., Path]


@pytest.fixture(autouse=True)
def logs_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(logged_commands, "SETUP_LOGS", tmp_path / "logs")
    monkeypatch.delenv("TEST_CHROMIUM", raising=False)
    monkeypatch.setattr(system_parts, "BROWSER_PLACES", ())
    monkeypatch.setattr(system_parts, "DOWNLOADED_BROWSERS", ())
    return tmp_path / "logs"


@pytest.fixture
def missing() -> list[SystemPart]:
    """A browser and a Redis server that PATH decides about."""
    return [part for part in system_parts.SYSTEM_PARTS if part.name in ("Chromium", "a Redis server")]


def test_what_is_missing_is_named_where_no_package_manager_is_known(
    programs: Programs, missing: list[SystemPart]
) -> None:
    assert not any(part.is_present() for part in missing)

    with pytest.raises(SetupProblem, match="The tests need Chromium and a Redis server"):
        system_parts.bring(missing)


def test_without_the_right_to_install_the_command_is_named(
    programs: Programs, missing: list[SystemPart], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs("apt-get", "echo must not be called; exit 1")
    programs("sudo", "exit 1")
    monkeypatch.setattr(package_managers.os, "geteuid", lambda: 1000)

    with pytest.raises(SetupProblem) as problem:
        system_parts.bring(missing)

    assert "Chromium and a Redis server" in str(problem.value)
    assert "sudo apt-get update && sudo apt-get install -y chromium redis-server" in str(problem.value)


@pytest.mark.parametrize("user", [0, 1000], ids=["root", "sudo without a password"])
def test_with_the_right_to_install_it_is_done(
    programs: Programs, missing: list[SystemPart], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int
) -> None:
    folder = programs("env", 'shift; exec "$@"').parent
    programs("sudo", '[ "$2" = true ] && exit 0; shift; exec "$@"')
    programs("apt-get", f'echo "$*" >> {tmp_path}/calls; for name in chromium redis-server; do\n'
             f"printf '#!/bin/sh\\n' > {folder}/$name; /bin/chmod +x {folder}/$name; done")  # fmt: skip
    monkeypatch.setattr(package_managers.os, "geteuid", lambda: user)

    system_parts.bring(missing)

    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[0] == "update"
    assert calls[1].startswith("install -y ")
    assert calls[1].endswith(" chromium redis-server")
    assert all(part.is_present() for part in missing)


def test_a_broken_list_does_not_stop_an_installation_that_works(
    programs: Programs, missing: list[SystemPart], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = programs("env", 'shift; exec "$@"').parent
    programs("apt-get", f'[ "$1" = update ] && exit 100; for name in chromium redis-server; do\n'
             f"printf '#!/bin/sh\\n' > {folder}/$name; /bin/chmod +x {folder}/$name; done")  # fmt: skip
    monkeypatch.setattr(package_managers.os, "geteuid", lambda: 0)

    system_parts.bring(missing)

    assert all(part.is_present() for part in missing)


def test_a_failed_installation_tells_the_network_from_the_rest(
    programs: Programs, missing: list[SystemPart], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs("env", 'shift; exec "$@"')
    programs("apt-get", 'echo "E: Failed to fetch chromium: Could not resolve host"; exit 100')
    monkeypatch.setattr(package_managers.os, "geteuid", lambda: 0)

    with pytest.raises(SetupProblem) as problem:
        system_parts.bring(missing)

    assert "the network" in str(problem.value)
    assert "apt-get install -y chromium redis-server" in str(problem.value)


def test_the_step_names_what_it_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [
        SystemPart("a kettle", lambda: False, {}),
        SystemPart("water", lambda: True, {}),
        SystemPart("a cup", lambda: False, {}),
    ]
    monkeypatch.setattr(system_parts, "SYSTEM_PARTS", parts)

    step = system_parts.system_step()

    assert step.title == "System parts: a kettle and a cup"
    assert not step.is_done()


def test_the_newest_postgres_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: Programs
) -> None:
    for version in ("9.6", "15", "17"):
        folder = tmp_path / "postgresql" / version / "bin"
        folder.mkdir(parents=True)
        for name in ("initdb", "postgres"):
            (folder / name).touch(0o755)
    (tmp_path / "postgresql" / "17" / "bin" / "postgres").unlink()  # only half there
    monkeypatch.setattr(system_parts, "POSTGRES_PLACES", (f"{tmp_path}/postgresql/*/bin".lstrip("/"),))

    assert system_parts.find_postgres() == tmp_path / "postgresql" / "15" / "bin"
