"""Signs the codes of entrances, so that none can be invented and a forged one costs no look into the database.

A signed code is a word and eight letters of its HMAC. The keys are derived from SECRET_KEY and from the ones
before it, for a printed poster outlives a secret (docs/adr/0008-signed-entrances.md).
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from hashlib import sha256
from typing import cast

from flask import Flask, current_app

EXTENSION = "entrances"
SIGNATURE_LENGTH = 8  # 40 bits: enough for a code that opens no lock
_CODES, _VISITORS = b"codes of entrances", b"visitors of entrances"
_SIGNED = re.compile(r"[A-Z0-9]{14,16}")


class Signer:
    """Signs with the first of `secrets`; takes what any of them has signed."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [_derive(secret, _CODES) for secret in secrets]
        self._visitor_key = _derive(secrets[0], _VISITORS)

    def sign(self, word: str) -> str:
        """The code for a link: the word and its signature."""
        return word + _signature(self._keys[0], word)

    def find_word(self, code: str) -> str | None:
        """The word of a code that one of our keys has signed; None for any other text."""
        if not _SIGNED.fullmatch(code):
            return None
        word, given = code[:-SIGNATURE_LENGTH], code[-SIGNATURE_LENGTH:]
        is_ours = [hmac.compare_digest(_signature(key, word), given) for key in self._keys]
        return word if any(is_ours) else None

    def hide_visitor(self, entrance_id: int, mark: str) -> str:
        """What stands for a visitor of one entrance: it names nobody, and is another one at every entrance."""
        return hmac.new(self._visitor_key, f"{entrance_id} {mark}".encode(), sha256).hexdigest()[:32]


def install(app: Flask) -> None:
    """Make the keys from the settings."""
    app.extensions[EXTENSION] = Signer((app.config["SECRET_KEY"], *app.config["SECRET_KEYS_BEFORE"]))


def get_signer() -> Signer:
    """The signer of the running app."""
    return cast("Signer", current_app.extensions[EXTENSION])


def _derive(secret: str, purpose: bytes) -> bytes:
    return hmac.new(secret.encode(), purpose, sha256).digest()


def _signature(key: bytes, word: str) -> str:
    digest = hmac.new(key, word.encode(), sha256).digest()
    return b32encode(digest[:5]).decode()
