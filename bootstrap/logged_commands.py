"""Runs other people's installers with their chatter in a log file, and turns a failure into one sentence."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bootstrap import children
from bootstrap.places import ROOT, SETUP_LOGS, describe
from bootstrap.progress import SetupProblem

_NETWORK_WORDS = re.compile(
    "NewConnectionError|ConnectTimeout|ConnectionError|ReadTimeout|ProxyError|Network is unreachable"
    "|Temporary failure (in name )?resolv|Name or service not known|Could not resolve|Failed to fetch"
    "|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH",
    re.IGNORECASE,
)


def run_logged(
    command: list[str], *, purpose: str, log_name: str, extra_environment: Mapping[str, str] | None = None
) -> None:
    """Run an installer with its output in var/setup/`log_name`.

    Raises: SetupProblem, telling apart a missing network from everything else.
    """
    log = SETUP_LOGS / log_name
    if run_to_log(command, log, {**os.environ, **(extra_environment or {})}):
        raise SetupProblem(explain_failure(purpose, log))


def run_to_log(command: list[str], log: Path, environment: Mapping[str, str]) -> int:
    """Run `command` in the project folder, all it says in `log`; return its exit code."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        child = children.start(
            command,
            own_group=False,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            return int(child.process.wait())
        finally:
            child.stop(grace_seconds=3)


def explain_failure(purpose: str, log: Path) -> str:
    """Return the sentence for a failed installer: the network, or else the end of its log."""
    text = log.read_text("utf-8", errors="replace")
    if _NETWORK_WORDS.search(text):
        return (
            f"{purpose} could not be fetched: the network, or the proxy in HTTPS_PROXY, did not answer. "
            f"Type the command again when it does (details: {describe(log)})."
        )
    return f"{purpose} could not be set up. The end of {describe(log)}:\n\n{last_lines(text)}"


def last_lines(text: str, count: int = 15) -> str:
    """Return the last lines of a log, indented for the terminal."""
    return "\n".join("    " + line for line in text.rstrip().splitlines()[-count:])
