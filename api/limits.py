"""How often an app may ask: per network address, per address at the login, and per login."""

from datetime import timedelta

from flask import request
from flask_babel import gettext as _

from app.core import rates
from app.core.errors import ShopError
from app.staff.clients import Client

PER = timedelta(minutes=1)
PER_ADDRESS = 600  # a mobile network puts many phones behind one address
LOGINS_PER_ADDRESS = 60
PER_SESSION = 120


class TooManyRequests(ShopError):
    """More requests than this address or login may make; `details["retry_after"]` is in seconds."""

    code = "too_many_requests"
    http_status = 429


def count_address() -> None:
    """Raises: TooManyRequests."""
    _count(f"address:{_network()}", PER_ADDRESS)


def count_login() -> None:
    """Raises: TooManyRequests."""
    _count(f"login:{_network()}", LOGINS_PER_ADDRESS)


def count_session(session_id: int) -> None:
    """Raises: TooManyRequests."""
    _count(f"session:{session_id}", PER_SESSION)


def _count(key: str, most: int) -> None:
    if seconds := rates.take(key, most=most, per=PER):
        raise TooManyRequests(_("请求太频繁，请稍后再试"), retry_after=seconds)


def _network() -> str:
    return Client(request.remote_addr or "").network
