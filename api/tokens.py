"""Access tokens: the number of a session and an end, signed. They live for an hour; their session must live, too."""

from datetime import timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from app.core import clock

ACCESS_LIVES = timedelta(hours=1)
LONGEST = 300  # characters
_SALT = "access to the app's interface"


def sign_access(session_id: int) -> str:
    """A token for this session."""
    ends = int((clock.now() + ACCESS_LIVES).timestamp())
    return str(_signer().dumps([session_id, ends]))


def read_access(token: str) -> int | None:
    """The session of a token that we signed and that is not over; else None."""
    if len(token) > LONGEST:
        return None
    try:
        session_id, ends = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return int(session_id) if ends > clock.now().timestamp() else None


def _signer() -> URLSafeSerializer:
    config = current_app.config
    return URLSafeSerializer([*config["SECRET_KEYS_BEFORE"], config["SECRET_KEY"]], salt=_SALT)
