"""How long messages are kept: first the raw push goes, later the message."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from app.conversations.models import ERASED, Message
from app.core import clock
from app.core.db import db, transaction

logger = logging.getLogger(__name__)

STEP = 5_000  # messages in one transaction: nobody who writes waits long


def tidy_messages(*, payload_days: int, message_days: int) -> tuple[int, int]:
    """Forget raw pushes older than `payload_days` and messages older than `message_days` (0: never).

    Returns how many of each. Opens transactions of its own.
    """
    payloads = messages = 0
    for first in range(0, (db.session.scalar(select(func.max(Message.id))) or 0) + 1, STEP):
        if message_days:
            messages += _delete(first, clock.now() - timedelta(days=message_days))
        if payload_days:
            payloads += _empty(first, clock.now() - timedelta(days=payload_days))
    if payloads or messages:
        logger.info("messages tidied", extra={"payloads": payloads, "messages": messages})
    return payloads, messages


def _delete(first: int, before: datetime) -> int:
    old = (Message.id >= first) & (Message.id < first + STEP) & (Message.at < before)
    if db.session.scalars(select(Message.id).where(old).limit(1)).first() is None:
        return 0
    with transaction() as session:
        return int(session.execute(delete(Message).where(old)).rowcount)  # type: ignore[attr-defined]


def _empty(first: int, before: datetime) -> int:
    old = (
        (Message.id >= first)
        & (Message.id < first + STEP)
        & (Message.at < before)
        & Message.payload.not_in(("", ERASED))
    )
    if db.session.scalars(select(Message.id).where(old).limit(1)).first() is None:
        return 0
    with transaction() as session:
        return int(session.execute(update(Message).where(old).values(payload="")).rowcount)  # type: ignore[attr-defined]
