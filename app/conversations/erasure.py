"""Deletes what a follower said and was told, when WeChat or he wants it gone; that he said something stays counted.

A picture, voice or video of his loses its row here; its file goes with the next `pictures.delete_orphans`.
"""

from datetime import datetime

from sqlalchemy import update

from app.conversations.models import ERASED, Conversation, Message, UnsettledPush
from app.core.db import transaction

PLACES = ("location", "event:location", "event:location_select")  # kinds that say where he was


def erase_messages(openid: str, *, until: datetime | None = None) -> None:
    """Empty his messages up to `until` (all when left out) and what the desk noted of him.

    Opens a transaction or joins one.
    """
    with transaction() as session:
        _empty(openid, until)
        forgotten = update(Conversation).where(Conversation.openid == openid)
        if until is not None:
            forgotten = forgotten.where(Conversation.last_activity_at <= until)
        session.execute(forgotten.values(last_in="", note="").execution_options(synchronize_session=False))


def erase_places(openid: str, *, until: datetime) -> None:
    """Empty only the messages that say where he was. Opens a transaction or joins one."""
    with transaction():
        _empty(openid, until, kinds=PLACES)


def _empty(openid: str, until: datetime | None, *, kinds: tuple[str, ...] = ()) -> None:
    with transaction() as session:
        for table, emptied in ((Message, {"file": None}), (UnsettledPush, {})):
            his = update(table).where(table.openid == openid)
            if until is not None:
                his = his.where(table.at <= until)
            if kinds:
                his = his.where(table.kind.in_(kinds))
            his = his.values(content="", payload=ERASED, reply=None, further=None, **emptied)
            session.execute(his.execution_options(synchronize_session=False))
