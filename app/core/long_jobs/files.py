"""Files of long jobs: what was uploaded for one and what one has made, under names that cannot be guessed.

They hold personal data, so they go after a week, and nobody but their owner is told where they are.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import IO

from flask_babel import gettext as _
from sqlalchemy import delete, update

from app.core import clock, ids
from app.core.db import transaction
from app.core.errors import InputInvalid, NotFound
from app.core.long_jobs.models import LongJob
from app.core.long_jobs.states import OPEN

FOLDER = "files"  # below DATA_DIR
FILES_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=90)
CHUNK = 256 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-]{43}(\.[a-z]{1,5})?")


def new_path(folder: Path, suffix: str = "") -> Path:
    """A name of its own in `folder`, which is made when it is missing; nobody else on the machine may look in."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{ids.new_token()}{suffix}"


def find_path(folder: Path, name: str) -> Path:
    """Where a file of ours is. Raises: NotFound when it is gone, or never was one of ours."""
    path = folder / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFound(_("文件已经删除，请重新生成"))
    return path


def keep_upload(folder: Path, source: IO[bytes], *, most_bytes: int) -> str:
    """Put aside what somebody uploads for a job; returns its name. Raises: InputInvalid when it is too large."""
    path = new_path(folder)
    written = 0
    with path.open("wb") as target:
        while piece := source.read(CHUNK):
            written += len(piece)
            if written > most_bytes:
                path.unlink()
                raise InputInvalid(_("文件超过 %(n)s MB，请分成几个文件。", n=most_bytes // 1024**2))
            target.write(piece)
    return path.name


def sweep(folder: Path) -> int:
    """Delete files older than a week and jobs older than a season; returns how many files went."""
    now = clock.now()
    old = [path for path in _files(folder) if path.stat().st_mtime < (now - FILES_KEPT).timestamp()]
    with transaction() as session:
        is_over = LongJob.state.not_in(OPEN)
        session.execute(
            update(LongJob).where(is_over, LongJob.finished_at < now - FILES_KEPT).values(file="")
        )
        session.execute(delete(LongJob).where(is_over, LongJob.finished_at < now - JOBS_KEPT))
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
