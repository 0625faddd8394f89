"""Before anything is sent: how many are meant, who will not get it and why, who will."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from app.broadcasts.audience import Audience, match
from app.broadcasts.models import Broadcast, BroadcastOptOut, BroadcastRecipient
from app.broadcasts.notices.concerns import why_not_notified
from app.broadcasts.reasons import NO_CONSENT, NO_WINDOW, NOT_CONCERNED, OPTED_OUT, USED_UP
from app.broadcasts.states import RecipientState, Way
from app.conversations.window import reachable
from app.core import clock
from app.core.db import db
from app.followers.models import Follower
from app.notice_templates.purposes import Purpose

A_MONTH = 4  # mass messages to one follower in a calendar month; WeChat leaves out whoever had as many


@dataclass(frozen=True, slots=True)
class Reach:
    """Followers: `matched` is `reached` and all the others together."""

    matched: int
    opted_out: int
    used_up: int  # had their mass messages of this month
    no_window: int  # cannot be written to as customers now
    no_consent: int = 0  # of a notification: did not agree to it
    not_concerned: int = 0  # of a notification: have no such order

    @property
    def reached(self) -> int:
        """Who will get it, as far as can be known before."""
        return self.matched - sum(getattr(self, reason) for reason in _REASONS)


# Handed to WeChat is as good as sent, until its administrator or WeChat says no.
_COUNTS = (RecipientState.SENT, RecipientState.ASKING)
_REASONS = (OPTED_OUT, USED_UP, NO_WINDOW, NO_CONSENT, NOT_CONCERNED)


def forecast(audience: Audience, way: Way, purpose: Purpose | None = None, slug: str = "") -> Reach:
    """What would come of it if it were sent now. `purpose` and product: of a notification."""
    meant = match(audience).subquery()
    reasons = (
        select(why_not(way, purpose, slug).label("reason"))
        .where(Follower.id.in_(select(meant.c.id)))
        .subquery()
    )
    found = dict(db.session.execute(select(reasons.c.reason, func.count()).group_by(reasons.c.reason)).all())
    return Reach(sum(found.values()), **{reason: found.get(reason, 0) for reason in _REASONS})


def why_not(way: Way, purpose: Purpose | None = None, slug: str = "") -> ColumnElement[str]:
    """The word for why a follower cannot have it; empty when he can."""
    if purpose is not None:
        return why_not_notified(purpose, slug)
    opted_out = Follower.id.in_(select(BroadcastOptOut.follower_id))
    if way is Way.MASS:
        return case(
            (opted_out, literal(OPTED_OUT)),
            (Follower.id.in_(_used_up()), literal(USED_UP)),
            else_=literal(""),
        )
    out_of_reach = ~Follower.openid.in_(reachable())
    return case((opted_out, literal(OPTED_OUT)), (out_of_reach, literal(NO_WINDOW)), else_=literal(""))


def month_began() -> datetime:
    """When this calendar month began in Beijing (aware)."""
    return datetime.combine(clock.today().replace(day=1), time(), clock.BEIJING)


def _used_up() -> Select[tuple[int]]:
    """Who had as many this month as WeChat allows, as far as we sent them."""
    line = BroadcastRecipient
    return (
        select(line.follower_id)
        .join(Broadcast, Broadcast.id == line.broadcast_id)
        .where(Broadcast.way == Way.MASS, line.state.in_(_COUNTS), line.asked_at >= month_began())
        .group_by(line.follower_id)
        .having(func.count() >= A_MONTH)
    )
