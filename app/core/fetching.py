"""Fetching a file from an address somebody else has named: only from hosts we expect, and never more than expected."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import requests

from app.core.db import leave_database

TIMEOUT = (3, 10)  # seconds, as for every call outwards


class FetchFailed(Exception):
    """There is no such file to be had; `may_recover` when asking again later may help."""

    def __init__(self, reason: str, *, may_recover: bool) -> None:
        super().__init__(reason)
        self.may_recover = may_recover


def may_fetch(
    address: str, *, host_ends: str, seams: Sequence[str], schemes: Sequence[str] = ("https",)
) -> bool:
    """Whether the host ends like this, at its usual port; `seams` are the bases WeChat is reached through."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_usual = port in (None, {"https": 443, "http": 80}.get(parts.scheme)) and not parts.username
    if parts.scheme in schemes and host.endswith(host_ends) and is_usual:
        return True
    return any(address.startswith(f"{seam}/") for seam in seams)


def download(address: str, *, most: int) -> bytes:
    """The file's bytes, `most` at the most. May not be called inside a transaction. Raises: FetchFailed."""
    leave_database()
    with requests.Session() as session:
        session.trust_env = False
        try:
            with session.get(address, timeout=TIMEOUT, stream=True, allow_redirects=False) as response:
                if not response.ok or response.is_redirect:
                    raise FetchFailed(f"HTTP {response.status_code}", may_recover=response.status_code >= 500)
                body = response.raw.read(most + 1, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise FetchFailed(type(error).__name__, may_recover=True) from None
    if len(body) > most:
        raise FetchFailed("too large", may_recover=False)
    return bytes(body)
