"""The system's package manager: which one, whether we may use it, and the command a person would type."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass

from bootstrap.logged_commands import run_logged
from bootstrap.progress import SetupProblem


@dataclass(frozen=True)
class PackageManager:
    """One package manager; `refresh` may be empty, `patience` are options nobody needs to type."""

    name: str
    refresh: list[str]
    install_command: list[str]
    needs_root: bool
    patience: tuple[str, ...] = ()

    def command_to_type(self, packages: list[str]) -> str:
        """Return what a person types to get `packages`."""
        sudo = ["sudo"] if self.needs_root and os.geteuid() else []
        commands = [self.refresh, [*self.install_command, *packages]]
        return " && ".join(shlex.join([*sudo, *command]) for command in commands if command)

    def install(self, packages: list[str], *, needed_for: str) -> None:
        """Install `packages` where we may.

        Raises: SetupProblem with the command to type, where we may not or it failed.
        """
        prefix = self._prefix()
        if prefix is None:
            raise SetupProblem(f"{needed_for} is missing. Type: {self.command_to_type(packages)}")
        try:
            for command in [self.refresh, [*self.install_command, *self.patience, *packages]]:
                if command:
                    self._run([*prefix, *command], needed_for)
        except SetupProblem as problem:
            raise SetupProblem(
                f"{problem}\nTo do it by hand, type: {self.command_to_type(packages)}"
            ) from problem

    def _run(self, command: list[str], needed_for: str) -> None:
        try:
            run_logged(command, purpose=needed_for, log_name=f"{self.name}.log")
        except SetupProblem:
            # One broken list among many fails the refresh; the install itself will tell if it matters.
            if command[-len(self.refresh) :] != self.refresh:
                raise

    def _prefix(self) -> list[str] | None:
        if not self.needs_root:
            return []
        quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
        if os.geteuid() == 0:
            return quiet
        may = (
            shutil.which("sudo")
            and not subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode
        )
        return ["sudo", "-n", *quiet] if may else None


MANAGERS = [
    PackageManager(
        "apt",
        ["apt-get", "update"],
        ["apt-get", "install", "-y"],
        needs_root=True,
        patience=("--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"),
    ),
    PackageManager("dnf", [], ["dnf", "install", "-y"], needs_root=True),
    PackageManager("brew", [], ["brew", "install"], needs_root=False),
]


def find() -> PackageManager | None:
    """Return the package manager of this machine, or None when it has none we know."""
    for manager in MANAGERS:
        if shutil.which(manager.install_command[0]):
            return manager
    return None
