"""Followers' pictures: fetched from WeChat within its three days, drawn anew, kept where no public address leads.

Voices and videos stand in `recordings.py` and are kept beside them.
"""

import logging
import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from app.conversations.models import ERASED, Message
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
    media_id = find_media_id(message) if message and not message.file else ""
    if not media_id:
        return
    try:
        answer = client.get("media/get", params={"media_id": media_id})
        picture, ending = redraw(answer.content)
    except PlatformUnreachable:
        raise
    except (PlatformError, InputInvalid, AttributeError) as error:  # gone, no picture, no file at all
        logger.warning("picture not kept", extra={"message_id": message_id, "reason": type(error).__name__})
        return
    keep_file(message_id, picture, f"{ids.new_token()}.{ending}", folder)


def find_media_id(message: Message) -> str:
    """What WeChat calls the file of this message; empty when it has none."""
    found = _MEDIA_ID.search(message.payload)
    return found[1] if found else ""


def delete_orphans(folder: Path) -> int:
    """Delete files whose message is gone or erased; returns how many. A file is orphaned for an hour first."""
    known = set(db.session.scalars(select(Message.file).where(Message.file.is_not(None))))
    oldest_kept = (clock.now() - YOUNGEST_ORPHAN).timestamp()
    found = [
        path for path in folder.glob("*") if path.name not in known and path.stat().st_mtime < oldest_kept
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def keep_file(message_id: int, data: bytes, name: str, folder: Path) -> None:
    """Write the file and note it, unless the message was erased or got one meanwhile. Opens a transaction."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    with transaction() as session:
        is_erased = Message.payload.in_(("", ERASED))
        missing = (Message.id == message_id) & Message.file.is_(None) & ~is_erased
        kept = session.execute(update(Message).where(missing).values(file=name)).rowcount  # type: ignore[attr-defined]
    if not kept:
        (folder / name).unlink(missing_ok=True)
