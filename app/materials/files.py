"""Files of materials below MEDIA_DIR: written whole or not at all, under names nobody can guess."""

import contextlib
import errno
import logging
import os
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _

from app.core import clock, ids
from app.core.errors import StorageFull

logger = logging.getLogger(__name__)

PREFIX = "m-"  # tells ours from the catalogue's in the same folder
UNFINISHED = ".part"
YOUNGEST_ORPHAN = timedelta(hours=1)  # its row may be on its way
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_file(data: bytes, ending: str) -> str:
    """Keep `data`; returns the file's name.

    Raises: StorageFull when the disk takes no more; nothing is left behind then.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{PREFIX}{ids.new_token()}.{ending}"
    unfinished = folder / f"{name}{UNFINISHED}"
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / name)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        if error.errno not in _FULL:
            raise
        logger.error("no room for a file", extra={"size_bytes": len(data)})
        raise StorageFull(_("服务器的磁盘已满，文件没有保存。请联系管理员清理磁盘后再试。")) from error
    return name


def read_file(name: str) -> bytes:
    """Raises: FileNotFoundError."""
    return (_folder() / name).read_bytes()


def delete_file(name: str) -> None:
    """Delete it, if it is there."""
    (_folder() / name).unlink(missing_ok=True)


def delete_orphans(known: Collection[str]) -> int:
    """Delete our files that no row names, once they are an hour old; returns how many."""
    oldest_kept = (clock.now() - YOUNGEST_ORPHAN).timestamp()
    found = [
        path
        for path in _folder().glob(f"{PREFIX}*")
        if path.name not in known and path.stat().st_mtime < oldest_kept
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _folder() -> Path:
    return Path(current_app.config["MEDIA_DIR"])
