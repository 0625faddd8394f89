"""Followers' pictures: fetched from WeChat within its three days, drawn anew, kept where no public address leads."""

import logging
import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from app.conversations.models import Message
from app.core import clock, ids, outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, PlatformError, PlatformUnreachable
from app.core.pictures import redraw
from app.wechat.client import AccountClient

logger = logging.getLogger(__name__)

FETCH_PICTURE = "fetch_picture"  # the outbox kind; its job carries message_id
YOUNGEST_ORPHAN = timedelta(hours=1)  # its row may be on its way
FOLDER = "chat"  # below DATA_DIR; MEDIA_DIR is open to everybody
_MEDIA_ID = re.compile(r"<MediaId>(?:<!\[CDATA\[)?([^<\]]+)")


def request_picture(message_id: int) -> None:
    """Have the worker fetch the picture of this message; joins the open transaction."""
    outbox.enqueue(FETCH_PICTURE, message_id=message_id)


def fetch_picture(client: AccountClient, message_id: int, *, folder: Path) -> None:
    """Keep the picture below `folder`. Once it is there, or WeChat has it no more, a repeat does nothing.

    Raises: PlatformUnreachable when trying again later is right.
    """
    message = db.session.get(Message, message_id)
    found = _MEDIA_ID.search(message.payload) if message and not message.file else None
    if found is None:
        return
    try:
        answer = client.get("media/get", params={"media_id": found[1]})
        picture, ending = redraw(answer.content)
    except PlatformUnreachable:
        raise
    except (PlatformError, InputInvalid, AttributeError) as error:  # gone, no picture, no file at all
        logger.warning("picture not kept", extra={"message_id": message_id, "reason": type(error).__name__})
        return
    _keep(message_id, picture, ending, folder)


def delete_orphans(folder: Path) -> int:
    """Delete pictures whose message is gone or erased; returns how many. A file is orphaned for an hour first."""
    known = set(db.session.scalars(select(Message.file).where(Message.file.is_not(None))))
    oldest_kept = (clock.now() - YOUNGEST_ORPHAN).timestamp()
    found = [
        path for path in folder.glob("*") if path.name not in known and path.stat().st_mtime < oldest_kept
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _keep(message_id: int, picture: bytes, ending: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{ids.new_token()}.{ending}"
    (folder / name).write_bytes(picture)
    with transaction() as session:
        missing = (Message.id == message_id) & Message.file.is_(None)
        kept = session.execute(update(Message).where(missing).values(file=name)).rowcount  # type: ignore[attr-defined]
    if not kept:
        (folder / name).unlink(missing_ok=True)
