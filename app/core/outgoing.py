"""How a request leaves the house: one kind of session, and JSON as WeChat wants it."""

import json

import requests

POOL_SIZE = 32  # connections kept open to one host; one per thread that may call at the same time


def open_session() -> requests.Session:
    """A session for calls to WeChat. It ignores proxies, netrc and certificates named by the environment."""
    session = requests.Session()
    session.trust_env = False
    adapter = requests.adapters.HTTPAdapter(pool_connections=8, pool_maxsize=POOL_SIZE)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def write_json(body: object) -> bytes:
    """JSON in UTF-8 with the characters themselves: the account platform shows `\\u` escapes to people."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
