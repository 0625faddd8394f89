"""How far what WeChat pushed has been taken in: an event that waits here is no event that stayed away."""

from datetime import datetime

from sqlalchemy import func, select

from app.conversations.models import Message, UnsettledPush
from app.conversations.settling import NOTICE_EVENT
from app.core import clock, outbox
from app.core.db import db


def heard_until() -> datetime:
    """Every event of notifications that came before this moment (aware UTC) is noted: now, unless one still waits.

    After a standstill, or while a large broadcast is sent, thousands may wait.
    """
    unsettled = db.session.scalar(select(func.min(UnsettledPush.at)))  # first: settling turns it into a job
    job = outbox.find_oldest(NOTICE_EVENT)
    told = job and db.session.scalar(select(Message.at).where(Message.id == job["message_id"]))
    return min(at for at in (unsettled, told, clock.now()) if at)
