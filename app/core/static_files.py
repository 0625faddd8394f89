"""Style sheets and scripts of a door: an address that changes with the content, kept for a year, sent compressed."""

import gzip
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Response, request, url_for

A_YEAR = "public, max-age=31536000, immutable"
A_MOMENT = "public, max-age=300"
COMPRESSED = (".css", ".js")


class StaticFiles:
    """The static folder of one blueprint."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        self._endpoint, self._folder = endpoint, folder

    def address(self, filename: str) -> str:
        """Address of a file of ours that changes when the file does."""
        return url_for(self._endpoint, filename=filename, v=self._version(filename))

    def finish(self, response: Response) -> None:
        """Say how long the file may be kept, and compress it: WeUI's style sheet shrinks to an eighth."""
        if response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
            return
        filename = (request.view_args or {}).get("filename", "")
        is_current = request.args.get("v") == self._version(filename)
        response.headers["Cache-Control"] = A_YEAR if is_current else A_MOMENT
        if filename.endswith(COMPRESSED):
            response.vary.add("Accept-Encoding")
            if response.status_code == 200 and request.accept_encodings["gzip"]:
                self._compress(response, self._folder / filename)

    def _version(self, filename: str) -> str:
        file = self._folder / filename
        return _read_version(file, file.stat().st_mtime_ns) if file.is_file() else "missing"

    def _compress(self, response: Response, file: Path) -> None:
        response.close()  # the opened file; its compressed copy takes its place
        response.direct_passthrough = False
        response.set_data(_read_compressed(file, file.stat().st_mtime_ns))
        response.headers["Content-Encoding"] = "gzip"


# Both remember by the moment of change: a style sheet being written on is seen without a new start.


@lru_cache(maxsize=256)
def _read_version(file: Path, _changed_at: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:10]


@lru_cache(maxsize=256)
def _read_compressed(file: Path, _changed_at: int) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)
