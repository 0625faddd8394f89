"""The turns in which people who are due become recipients of today's broadcast of a rule.

The follower's line and the mark that his cause is dealt with are one transaction: a crash before it leaves him due, a
crash after it leaves him a recipient whom the workers find. What happens then is the fan-out's affair.
"""

import logging
import time
from datetime import timedelta
from itertools import product

from sqlalchemy import delete, select

from app.broadcasts.automatic.limits import Limits, is_quiet, load_limits
from app.broadcasts.automatic.models import (
    AutomaticCause,
    AutomaticDay,
    AutomaticRule,
    RuleKind,
    StockRequest,
)
from app.broadcasts.automatic.people import NOTIFIES, Person, find_due, ways_of
from app.broadcasts.automatic.rules import find_on
from app.broadcasts.automatic.words import name_of
from app.broadcasts.ending import close_if_done, stop
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.states import BroadcastState, RecipientState, Way
from app.core import clock
from app.core.audit import SYSTEM
from app.core.db import db, lock, transaction
from app.core.insert_once import insert_rows
from app.core.states import record_event

logger = logging.getLogger(__name__)

LEFT_OVER_AFTER = timedelta(hours=1)  # of a day: what could not be sent by then is out of date


def run_rules(seconds: float) -> None:
    """Let everybody who is due become a recipient, as far as that goes in this time. Opens transactions."""
    until, limits = time.monotonic() + seconds, load_limits()
    _end_old_days()
    if is_quiet(limits):
        return
    for kind in RuleKind:
        for rule_id, way in product([rule.id for rule in find_on(kind)], ways_of(kind)):
            while run_rule(rule_id, limits, way) and time.monotonic() < until:
                pass


def run_rule(rule_id: int, limits: Limits, way: Way = Way.CARD) -> bool:
    """One batch of a rule; False when nobody else is due. Two workers at once tell nobody twice.

    Opens a transaction.
    """
    with transaction() as session:
        rule = session.get_one(AutomaticRule, rule_id)
        lock(rule)
        if rule.on_since is None:
            return False
        broadcast = _get_today(rule, way)
        lock(broadcast)
        if broadcast.state != BroadcastState.SENDING:  # paused or stopped: everybody stays due
            return False
        people = find_due(rule, broadcast.id, limits, way)
        for person in people:
            _add(rule, broadcast.id, person)
        insert_rows(
            BroadcastRecipient,
            [_line_of(broadcast.id, person) for person in people],
            lambda insert: insert.on_conflict_do_nothing(),
        )
    if people:
        logger.info("automatic messages due", extra={"rule": rule_id, "people": len(people)})
    return bool(people)


def _get_today(rule: AutomaticRule, way: Way) -> Broadcast:
    """The broadcast of this rule, day and way, made by whoever needs it first; the rule is locked."""
    session, today = db.session, clock.today()
    mine = (AutomaticDay.rule_id == rule.id) & (AutomaticDay.day == today) & (AutomaticDay.way == way)
    found = session.scalar(select(AutomaticDay.broadcast_id).where(mine))
    if found is not None:
        return session.get_one(Broadcast, found)
    now = clock.now()
    row = Broadcast(
        name=name_of(rule),
        way=way,
        purpose=NOTIFIES.get(rule.kind) if way is Way.NOTICE else None,
        state=BroadcastState.SENDING,
        content={"items": []},
        audience={},
        started_at=now,
        confirmed_at=now,
        created_at=now,
        created_by=SYSTEM,
    )
    session.add(row)
    session.flush()
    session.add(AutomaticDay(broadcast_id=row.id, rule_id=rule.id, day=today, way=row.way))
    record_event(row, new=row.state, cause="automatic", actor=SYSTEM)
    session.flush()
    return row


def _add(rule: AutomaticRule, broadcast_id: int, person: Person) -> None:
    db.session.add(
        AutomaticCause(
            rule_id=rule.id,
            follower_id=person.follower_id,
            cause=person.cause,
            broadcast_id=broadcast_id,
            slug=person.slug,
            at=clock.now(),
        )
    )
    if person.request_id:
        db.session.execute(delete(StockRequest).where(StockRequest.id == person.request_id))


def _line_of(broadcast_id: int, person: Person) -> dict[str, object]:
    return {
        "broadcast_id": broadcast_id,
        "follower_id": person.follower_id,
        "openid": person.openid,
        "state": RecipientState.SKIPPED if person.reason else RecipientState.DUE,
        "reason": person.reason,
        "part": 0,
        "tries": 0,
    }


def _end_old_days() -> None:
    """What could not be sent on its day, because it was paused or night fell, is not sent the next day."""
    over = clock.beijing_day(clock.now() - LEFT_OVER_AFTER)
    query = (
        select(Broadcast.id)
        .join(AutomaticDay, AutomaticDay.broadcast_id == Broadcast.id)
        .where(Broadcast.state.in_((BroadcastState.SENDING, BroadcastState.PAUSED)), AutomaticDay.day < over)
    )
    for broadcast_id in db.session.scalars(query.order_by(Broadcast.id)).all():
        row = db.session.get_one(Broadcast, broadcast_id)
        if row.state == BroadcastState.PAUSED or _has_due(broadcast_id):
            stop(broadcast_id, actor=SYSTEM)
        else:
            close_if_done(broadcast_id)


def _has_due(broadcast_id: int) -> bool:
    line = BroadcastRecipient
    due = select(line.follower_id).where(line.broadcast_id == broadcast_id, line.state == RecipientState.DUE)
    return db.session.scalar(due.limit(1)) is not None
