"""Where a redirect may lead: a path of the console, never another site or another door."""

from urllib.parse import unquote, urlsplit

from flask import url_for


def safe_next(wanted: str | None) -> str:
    """`wanted` when it is a plain path below /console, else the overview."""
    return wanted if wanted and _is_ours(wanted) else url_for("console.overview.show")


def _is_ours(wanted: str) -> bool:
    if len(wanted) > 500 or "\\" in wanted or any(ord(letter) < 33 for letter in wanted):
        return False
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return False
    path = unquote(unquote(parts.path))
    if parts.scheme or parts.netloc or "//" in path or "\\" in path or ".." in path.split("/"):
        return False
    return path == "/console" or path.startswith("/console/")
