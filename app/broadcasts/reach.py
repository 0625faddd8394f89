"""Before anything is sent: how many are meant, who will not get it and why, who will."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from app.broadcasts.audience import Audience, match
from app.broadcasts.models import Broadcast, BroadcastOptOut, BroadcastRecipient
from app.broadcasts.states import RecipientState, Way
from app.conversations.window import reachable
from app.core import clock
from app.core.db import db
from app.followers.models import Follower

A_MONTH = 4  # mass messages to one follower in a calendar month; WeChat leaves out whoever had as many

OPTED_OUT, USED_UP, NO_WINDOW = "opted_out", "used_up", "no_window"
GOODS_GONE = "goods_gone"  # of an automatic message: what it was about cannot be bought any more
LEFT = "left"  # stopped following, or was blacklisted, after the list was made


@dataclass(frozen=True, slots=True)
class Reach:
    """Followers: `matched` = `opted_out` + `used_up` + `no_window` + `reached`."""

    matched: int
    opted_out: int
    used_up: int  # had their mass messages of this month
    no_window: int  # cannot be written to as customers now

    @property
    def reached(self) -> int:
        """Who will get it, as far as can be known before."""
        return self.matched - self.opted_out - self.used_up - self.no_window


# Handed to WeChat is as good as sent, until its administrator or WeChat says no.
_COUNTS = (RecipientState.SENT, RecipientState.ASKING)


def forecast(audience: Audience, way: Way) -> Reach:
    """What would come of it if it were sent now; one statement."""
    meant = match(audience).subquery()
    reasons = select(why_not(way).label("reason")).where(Follower.id.in_(select(meant.c.id))).subquery()
    found = dict(db.session.execute(select(reasons.c.reason, func.count()).group_by(reasons.c.reason)).all())
    return Reach(
        matched=sum(found.values()),
        opted_out=found.get(OPTED_OUT, 0),
        used_up=found.get(USED_UP, 0),
        no_window=found.get(NO_WINDOW, 0),
    )


def why_not(way: Way) -> ColumnElement[str]:
    """The word for why a follower cannot have it; empty when he can."""
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
