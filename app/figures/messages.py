"""Messages by who said them, day by day: pushes that were answered, and what colleagues wrote.

The log of messages only grows at its end, so a worker adds up what came since its last turn, in order of their
numbers, and a reader counts the rest. Messages that are tidied away later stay counted.
"""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from app.conversations.log import first_id_since
from app.conversations.models import Direction, Message
from app.core import clock
from app.core.days import Days, beijing_day
from app.core.db import db, transaction
from app.core.insert_once import insert_into, insert_once
from app.figures.models import DayMessages, MessagePlace

STEP = 20_000  # messages looked at in one transaction
SETTLES_IN = timedelta(minutes=10)  # a younger one may stand behind one that is not committed yet
_PLACE = 1
_BY_COLLEAGUES = "staff:"


def work_off(seconds: float) -> int:
    """Add up what came since the last turn, for about so long; how many were looked at."""
    give_up_at, looked = time.monotonic() + seconds, 0
    while step := _take():
        looked += step
        if time.monotonic() > give_up_at:
            break
    return looked


def count_messages(days: Days) -> Mapping[str, int]:
    """How many messages of these days there are, by who said them."""
    row = DayMessages
    kept = select(row.said_by, func.sum(row.messages)).where(row.day.between(days.first, days.last))
    found = {said_by: int(number) for said_by, number in db.session.execute(kept.group_by(row.said_by))}
    fresh = _said(_place(), None).where(days.hold(Message.at))
    for _day, said_by, number in db.session.execute(fresh):
        found[said_by] = found.get(said_by, 0) + number
    return found


def _take() -> int:
    with transaction() as session:
        insert_once(MessagePlace, id=_PLACE, message_id=0)
        same = MessagePlace.message_id
        session.execute(
            update(MessagePlace).values(message_id=same)
        )  # two workers: the second one waits here
        first = _place()
        last = min(first + STEP, first_id_since(clock.now() - SETTLES_IN) - 1)
        if last <= first:
            return 0
        for day, said_by, number in session.execute(_said(first, last)).all():
            session.execute(_add(day, said_by, number))
        session.execute(update(MessagePlace).values(message_id=last))
    return last - first


def _place() -> int:
    return db.session.scalar(select(MessagePlace.message_id)) or 0


def _said(after: int, last: int | None) -> Select[Any]:
    day, message = beijing_day(Message.at), Message
    is_said = or_(message.direction == Direction.IN, message.answered_by.startswith(_BY_COLLEAGUES))
    query = select(day, message.answered_by, func.count()).where(message.id > after, is_said)
    if last is not None:
        query = query.where(message.id <= last)
    return query.where(message.answered_by != "").group_by(day, message.answered_by)


def _add(day: Any, said_by: str, number: int) -> Any:
    statement = insert_into(DayMessages).values(day=day, said_by=said_by, messages=number)
    more = DayMessages.messages + statement.excluded.messages
    return statement.on_conflict_do_update(index_elements=["day", "said_by"], set_={"messages": more})
