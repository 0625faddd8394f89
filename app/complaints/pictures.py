"""Pictures of complaints: fetched by a signed request, drawn anew, kept where no public address leads; and ours."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.complaints.models import ComplaintAct, ComplaintPicture
from app.core import clock, ids
from app.core.db import db, transaction
from app.core.errors import GatewayRefused, InputInvalid, NotFound
from app.core.pictures import Size, draw_copies, redraw
from app.payments.gateways.complaints import ComplaintDesk

logger = logging.getLogger(__name__)

FOLDER = "complaints"  # below DATA_DIR; MEDIA_DIR is open to everybody
MOST_BYTES = 5 * 1024 * 1024  # of one that comes; WeChat takes 2 MB
MOST_SENT = 4  # with one reply
SENT_SIDE = 1600  # pixels
MOST_SENT_BYTES = 2 * 1024 * 1024
YOUNGEST_ORPHAN = timedelta(hours=1)


def fetch_picture(desk: ComplaintDesk, picture_id: int, *, folder: Path) -> None:
    """Keep a copy. Once it is there, or cannot be had, a repeat does nothing.

    Raises: GatewayUnreachable when trying again later is right.
    """
    row = db.session.get(ComplaintPicture, picture_id)
    if row is None or row.file or row.problem:
        return
    try:
        picture, ending = redraw(desk.download_picture(row.address, MOST_BYTES))
    except (GatewayRefused, InputInvalid) as error:
        code = error.their_code if isinstance(error, GatewayRefused) else "unreadable"
        logger.warning("complaint picture not kept", extra={"picture_id": picture_id, "reason": code})
        _note(picture_id, problem=code[:60])
        return
    name = f"{ids.new_token()}.{ending}"
    write(folder, name, picture)
    _note(picture_id, file=name)


def draw_to_send(data: bytes) -> bytes:
    """A JPEG as WeChat takes it. Raises: InputInvalid."""
    drawn = draw_copies(data, Size(SENT_SIDE, SENT_SIDE))[0]
    if len(drawn) > MOST_SENT_BYTES:
        raise InputInvalid(_("图片太大，请换一张小一点的"))
    return drawn


def write(folder: Path, name: str, data: bytes) -> None:
    """Make the file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def list_pictures(complaint: int) -> Sequence[ComplaintPicture]:
    """Those of one complaint, by our id, in the order in which they were named."""
    query = select(ComplaintPicture).where(ComplaintPicture.parent_id == complaint)
    return db.session.scalars(query.order_by(ComplaintPicture.id)).all()


def get_picture(picture_id: int) -> str:
    """The name of our copy. Raises: NotFound."""
    row = db.session.get(ComplaintPicture, picture_id)
    if row is None or not row.file:
        raise NotFound
    return row.file


def delete_orphans(folder: Path) -> int:
    """Delete files nothing names; returns how many. A file is orphaned for an hour first."""
    known = set(db.session.scalars(select(ComplaintPicture.file).where(ComplaintPicture.file.is_not(None))))
    known |= {name for files in db.session.scalars(select(ComplaintAct.files)) for name in files}
    oldest_kept = (clock.now() - YOUNGEST_ORPHAN).timestamp()
    found = [path for path in folder.glob("*") if path.name not in known]
    found = [path for path in found if path.stat().st_mtime < oldest_kept]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _note(picture_id: int, **values: str) -> None:
    with transaction() as session:
        mine = (ComplaintPicture.id == picture_id) & ComplaintPicture.file.is_(None)
        session.execute(update(ComplaintPicture).where(mine).values(**values))
