"""The broadcasts that carry automatic messages, one for each rule and Beijing day, apart from those of people."""

from sqlalchemy import ColumnElement, exists, select, true

from app.broadcasts.automatic.limits import is_quiet
from app.broadcasts.automatic.models import AutomaticDay
from app.broadcasts.models import Broadcast
from app.core import clock
from app.core.db import db


def by_hand() -> ColumnElement[bool]:
    """A person composed and confirmed it."""
    return ~exists().where(AutomaticDay.broadcast_id == Broadcast.id)


def may_go() -> ColumnElement[bool]:
    """Whether it may be sent at this time of day: what goes by itself disturbs nobody at night."""
    return by_hand() if is_quiet() else true()


def is_open(broadcast_id: int) -> bool:
    """Whether it carries automatic messages of a day that is not over."""
    day = db.session.scalar(select(AutomaticDay.day).where(AutomaticDay.broadcast_id == broadcast_id))
    return day is not None and day >= clock.today()


def find_rule_id(broadcast_id: int) -> int | None:
    """The rule whose messages it carries; None when a person sent it."""
    return db.session.scalar(select(AutomaticDay.rule_id).where(AutomaticDay.broadcast_id == broadcast_id))


def find_latest(rule_id: int) -> Broadcast | None:
    """The broadcast of the rule's last day; None before its first."""
    query = select(Broadcast).join(AutomaticDay, AutomaticDay.broadcast_id == Broadcast.id)
    mine = query.where(AutomaticDay.rule_id == rule_id)
    return db.session.scalars(mine.order_by(AutomaticDay.day.desc(), Broadcast.id.desc()).limit(1)).first()
