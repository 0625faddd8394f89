"""Our style sheets and scripts: an address that changes with the content, kept for a year, sent compressed."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Response, request, url_for

STATIC = Path(__file__).parent / "static"
A_YEAR = "public, max-age=31536000, immutable"
COMPRESSED = (".css", ".js")


def asset(filename: str) -> str:
    """Address of a file of ours that changes when the file does."""
    return url_for("shop.static", filename=filename, v=_version(filename))


def finish_static(response: Response) -> None:
    """Set how long the file may be kept, and compress it: WeUI's style sheet shrinks to an eighth."""
    filename = (request.view_args or {}).get("filename", "")
    is_current = request.args.get("v") == _version(filename)
    response.headers["Cache-Control"] = A_YEAR if is_current else "public, max-age=300"
    if filename.endswith(COMPRESSED):
        response.vary.add("Accept-Encoding")
        if response.status_code == 200 and request.accept_encodings["gzip"]:
            response.close()  # the opened file; its compressed copy takes its place
            response.direct_passthrough = False
            response.set_data(_compress(filename))
            response.headers["Content-Encoding"] = "gzip"


@cache
def _version(filename: str) -> str:
    path = STATIC / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "missing"


@cache
def _compress(filename: str) -> bytes:
    return gzip.compress((STATIC / filename).read_bytes(), mtime=0)
