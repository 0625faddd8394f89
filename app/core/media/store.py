"""What a place for files can do, and the one this shop has.

Names are plain file names of ours; what a name means is known to those who keep it. A file is written whole
or not at all, and never changed afterwards: another content has another name.
"""

import logging
import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from flask import Response, current_app

from app.core import clock, ids
from app.core.errors import ShopError

logger = logging.getLogger(__name__)

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,70}\.(jpg|jpeg|png|webp)")
YOUNGEST_ORPHAN = timedelta(hours=1)  # its row may be on its way


class MediaUnreachable(ShopError):
    """The bucket does not answer, or refuses us; trying again later may be right."""

    code = "media_unreachable"
    http_status = 503


class MediaStore(Protocol):
    """Files by name. A bucket is asked over the network: never inside a transaction."""

    def write(self, name: str, data: bytes) -> None:
        """Keep a new file. Raises: StorageFull, MediaUnreachable; nothing is left behind then."""
        ...

    def read(self, name: str) -> bytes:
        """Raises: FileNotFoundError, MediaUnreachable."""
        ...

    def delete(self, name: str) -> None:
        """Delete it, if it is there. Raises: MediaUnreachable."""
        ...

    def list_old(self, prefix: str, *, before: datetime) -> Iterator[str]:
        """Names that begin so and were written before that moment. Raises: MediaUnreachable."""
        ...

    def send(self, name: str) -> Response:
        """The file as the answer to this request. Raises: werkzeug's NotFound, MediaUnreachable."""
        ...


def get_media() -> MediaStore:
    """The shop's store."""
    store: MediaStore = current_app.extensions["media"]
    return store


def new_name(prefix: str, ending: str) -> str:
    """A name nobody can guess; `prefix` tells whose it is, for `delete_orphans`."""
    return f"{prefix}{ids.new_token()}.{ending}"


def delete_orphans(prefix: str, known: Collection[str], *, age: timedelta = YOUNGEST_ORPHAN) -> int:
    """Delete the files with this prefix that no row names, once they are of that age; returns how many."""
    store = get_media()
    orphans = [name for name in store.list_old(prefix, before=clock.now() - age) if name not in known]
    for name in orphans:
        store.delete(name)
    if orphans:
        logger.info("orphaned files deleted", extra={"prefix": prefix, "files": len(orphans)})
    return len(orphans)


def is_plain_name(name: str) -> bool:
    """Whether this is the name of a picture as a web page may ask for it."""
    return bool(_PLAIN.fullmatch(name))
