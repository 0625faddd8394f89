"""Files in a folder of this machine: what a shop on one machine needs."""

import contextlib
import errno
import logging
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flask import Response, send_from_directory
from flask_babel import gettext as _

from app.core.errors import StorageFull

logger = logging.getLogger(__name__)

UNFINISHED = ".part"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Folder:
    """A MediaStore."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, data: bytes) -> None:
        """Keep a new file. Raises: StorageFull."""
        self.path.mkdir(parents=True, exist_ok=True)
        unfinished = self.path / f"{name}{UNFINISHED}"
        try:
            with unfinished.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self.path / name)
        except OSError as error:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            if error.errno not in _FULL:
                raise
            logger.error("no room for a file", extra={"size_bytes": len(data)})
            raise StorageFull(_("服务器的磁盘已满，文件没有保存。请联系管理员清理磁盘后再试。")) from error

    def read(self, name: str) -> bytes:
        """Raises: FileNotFoundError."""
        return (self.path / Path(name).name).read_bytes()

    def delete(self, name: str) -> None:
        """Delete it, if it is there."""
        (self.path / Path(name).name).unlink(missing_ok=True)

    def list_old(self, prefix: str, *, before: datetime) -> Iterator[str]:
        """Names that begin so and were written before that moment, unfinished ones too."""
        for path in self.path.glob(f"{prefix}*"):
            with contextlib.suppress(FileNotFoundError):  # another worker sweeps at the same time
                if path.stat().st_mtime < before.timestamp():
                    yield path.name

    def send(self, name: str) -> Response:
        """The file as the answer. Raises: werkzeug's NotFound, also for a name that leads out of the folder."""
        return send_from_directory(self.path, name)
