"""Which addresses a visitor may be sent back to: pages of this door, nothing else."""

import re
from urllib.parse import urlencode, urlsplit

from flask import request, url_for

_PATH = re.compile(r"/shop(/[A-Za-z0-9_.~/-]*)?")
_QUERY = re.compile(r"[A-Za-z0-9_.~%=&:+,/?-]*")
_NO_RETURN = ("/shop/login", "/shop/api", "/shop/static", "/shop/media")


def is_own_path(text: str) -> bool:
    """Whether `text` is a path of a page below /shop: no host, no dots to climb by, no way out."""
    path, _, query = text.partition("?")
    if not _PATH.fullmatch(path) or "//" in path or ".." in path.split("/") or "." in path.split("/"):
        return False
    return bool(_QUERY.fullmatch(query)) and len(text) < 600 and not path.startswith(_NO_RETURN)


def safe_path(text: str | None) -> str:
    """`text` when it is a page of ours, else the list of products."""
    return text if text and is_own_path(text) else url_for("shop.list_products")


def this_path() -> str:
    """The page being asked for, to come back to; after a POST the page that sent it."""
    if request.method in ("GET", "HEAD"):
        return safe_path(request.full_path.rstrip("?"))
    parts = urlsplit(request.headers.get("Referer", ""))
    return safe_path(f"{parts.path}?{parts.query}".rstrip("?"))


def with_query(address: str, **added: str) -> str:
    """The address with these values behind its own."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(added)}"
