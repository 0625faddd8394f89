"""The chain of the audit log: what ties a row to the one before it, and the walk that proves it whole.

Each row holds the keyed hash (HMAC-SHA256) of its own content and of the hash before it. A plain hash would do
against a slip of the hand only: whoever can write into the database could change a row and calculate all that
follow anew. With a key derived from SECRET_KEY he cannot, as long as he has the database alone. Rows that an
older key has tied still count while that key stands in SECRET_KEYS_BEFORE. Cutting off the newest rows leaves a
shorter chain that is whole; against that, every number and hash goes to the log, and `verify` takes one of them.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol, cast

from flask import Flask, current_app
from flask_babel import gettext as _

EXTENSION = "audit"
NOTHING = ""  # what stands before the first row
_PURPOSE = b"chain of the audit log"


class Link(Protocol):
    """One row of the log, as far as the chain is concerned."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: str
    after: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the chain is whole; `broken` is the first number that is not, `reason` says in what."""

    count: int
    last_hash: str
    broken: int = 0
    reason: str = ""


class Chain:
    """Ties rows with the first of `secrets`; takes what any of them has tied."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [hmac.new(secret.encode(), _PURPOSE, sha256).digest() for secret in secrets]

    def tie(self, row: Link) -> str:
        """The hash for a new row."""
        return _hash(self._keys[0], row)

    def find_fault(self, row: Link, number: int, previous_hash: str) -> str:
        """What is wrong with the row that should have this number and follow this hash; empty: nothing."""
        if row.number != number:
            return _say_missing(number)
        if row.previous_hash != previous_hash:
            return str(_("它和前一条接不上：前一条被换过，或者中间被删过"))
        if not any(hmac.compare_digest(_hash(key, row), row.hash) for key in self._keys):
            return str(_("内容和它的校验值不符：被改过，或者写它时的 SECRET_KEY 不在 SECRET_KEYS_BEFORE 里"))
        return ""


def walk(rows: Iterable[Link], chain: Chain, known: Sequence[tuple[int, str]] = ()) -> Verdict:
    """Look at every row, oldest first, and stop at the first that is broken.

    `known`: numbers and hashes that were written down elsewhere; the chain has to hold them.
    """
    count, previous_hash = 0, NOTHING
    for row in rows:
        fault = chain.find_fault(row, count + 1, previous_hash)
        if not fault and any(number == row.number and hash_ != row.hash for number, hash_ in known):
            fault = _("校验值不是记下来的那个")
        if fault:
            return Verdict(count, previous_hash, count + 1, fault)
        count, previous_hash = row.number, row.hash
    if any(number > count for number, _hash in known):
        return Verdict(count, previous_hash, count + 1, _say_missing(count + 1))
    return Verdict(count, previous_hash)


def install(app: Flask) -> None:
    """Make the keys from the settings."""
    app.extensions[EXTENSION] = Chain((app.config["SECRET_KEY"], *app.config["SECRET_KEYS_BEFORE"]))


def get_chain() -> Chain:
    """The chain of the running app."""
    return cast("Chain", current_app.extensions[EXTENSION])


def _say_missing(number: int) -> str:
    return str(_("第 %(number)d 条不见了", number=number))


def _hash(key: bytes, row: Link) -> str:
    """Over a JSON list, in which no two different contents look alike."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [row.number, at, row.actor, row.action, row.subject, row.before, row.after, row.previous_hash]
    return hmac.new(key, json.dumps(parts).encode(), sha256).hexdigest()
