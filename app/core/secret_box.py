"""Secrets that have to be read again (seeds of second factors), kept so that the database alone gives none away.

Encrypted with a key derived from SECRET_KEY; what an older key has encrypted is still read while that key stands in
SECRET_KEYS_BEFORE. Short random codes are kept as keyed hashes, for the same reason.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app

EXTENSION = "secret_box"
_PURPOSE = b"secrets kept in the database"


class SecretBox:
    """Locks with the first of `secrets`; opens what any of them has locked."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [hmac.new(secret.encode(), _PURPOSE, sha256).digest() for secret in secrets]
        self._locks = MultiFernet([Fernet(urlsafe_b64encode(key)) for key in self._keys])

    def lock(self, secret: bytes) -> str:
        """The text to keep."""
        return self._locks.encrypt(secret).decode()

    def open(self, kept: str) -> bytes | None:
        """The secret; None when no key fits any more."""
        try:
            return self._locks.decrypt(kept.encode())
        except InvalidToken:
            return None

    def fingerprints(self, code: str) -> list[str]:
        """What may be kept of a random code, one for each key; a new one is kept as the first."""
        return [hmac.new(key, code.encode(), sha256).hexdigest() for key in self._keys]


def install(app: Flask) -> None:
    """Make the keys from the settings."""
    app.extensions[EXTENSION] = SecretBox((app.config["SECRET_KEY"], *app.config["SECRET_KEYS_BEFORE"]))


def get_box() -> SecretBox:
    """The box of the running app."""
    return cast("SecretBox", current_app.extensions[EXTENSION])
