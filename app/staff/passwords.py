"""Passwords of console users: argon2id hashes, the rules for a new one, and random first ones."""

import secrets
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.core.ids import new_code

SHORTEST = 10
LONGEST = 200

# argon2id at the cost OWASP recommends: slow for who guesses, still light on a server of two cores
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # KiB


def _hash_of_nobody() -> str:
    """A hash that takes as long to check as a real one, and of which nobody knows the password."""
    salt, digest = (
        b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (_hasher.salt_len, _hasher.hash_len)
    )
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


_NOBODY = _hash_of_nobody()


class PasswordTooWeak(InputInvalid):
    """The new password breaks a rule; `code` says which."""

    code = "password_too_weak"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def new_password() -> str:
    """A random password for a person to type once: 16 characters that do not look alike, in fours."""
    text = new_code(16)
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def check_rules(password: str, *, username: str) -> None:
    """Length from 10 to 200, not the user name, more than a few different characters.

    Raises: PasswordTooWeak with the first rule that is broken.
    """
    if len(password) < SHORTEST:
        raise PasswordTooWeak("password_too_short", _("密码至少 %(least)s 个字符", least=SHORTEST))
    if len(password) > LONGEST:
        raise PasswordTooWeak("password_too_long", _("密码最多 %(most)s 个字符", most=LONGEST))
    if username.casefold() in password.casefold() and len(password) - len(username) < SHORTEST:
        raise PasswordTooWeak("password_is_username", _("密码不能是用户名，也不能只比它多几个字符"))
    if len(set(password)) < 5:
        raise PasswordTooWeak("password_too_plain", _("密码里不同的字符太少"))


def hash_password(password: str) -> str:
    """The argon2id hash to keep; takes some tens of milliseconds on purpose."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether it is the right password. Without a hash (nobody of that name) it takes as long to say no."""
    try:
        _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)
