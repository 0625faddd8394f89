"""How a request travels to WeChat: time-outs, and failures in our own words."""

import json
from typing import Any

import requests

from app.core.db import leave_database
from app.wechat.platform_errors import make_unreachable, make_unreadable, raise_for_errcode

CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 10
TIMEOUT = (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)


def send(session: requests.Session, method: str, url: str, **kwargs: Any) -> requests.Response:
    """Send one request, within the time-outs and without following redirects.

    Raises: PlatformUnreachable.
    """
    leave_database()
    kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT
    try:
        response = session.request(method, url, allow_redirects=False, **kwargs)
    except requests.RequestException as error:
        # `from None`: the text of these errors holds the address, and with it the token or the secret.
        raise make_unreachable(type(error).__name__) from None
    if response.status_code != requests.codes.ok:
        raise make_unreachable(f"HTTP {response.status_code}")
    return response


def call(session: requests.Session, method: str, url: str, **kwargs: Any) -> dict[str, Any]:
    """Send one request and read the JSON object WeChat answers with.

    Raises: PlatformError when WeChat says no, PlatformUnreachable when it says nothing that can be read.
    """
    result = read_json(send(session, method, url, **kwargs))
    raise_for_errcode(result)
    return result


def read_json(response: requests.Response) -> dict[str, Any]:
    """WeChat's answer as an object, always read as UTF-8: its Content-Type cannot be relied on."""
    try:
        result = json.loads(response.content.decode("utf-8"), strict=False)
    except ValueError as error:
        raise make_unreadable("not JSON") from error
    if not isinstance(result, dict):
        raise make_unreadable("not a JSON object")
    return result
