"""Broadcasts and their recipients as lists: by tab, in a month, one broadcast's people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from app.broadcasts.automatic.days import by_hand
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.states import ENDED, UNDER_WAY, BroadcastState, RecipientState
from app.core.days import Days
from app.core.db import db
from app.core.places import PlacedPage, read_page
from app.followers.listing import find_words
from app.followers.models import Follower

MOST_PLANNED = 200
_line = BroadcastRecipient


class Tab(StrEnum):
    """The tabs of the list."""

    DRAFTS = "drafts"
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    ENDED = "ended"


TAB_STATES: Mapping[Tab, Sequence[BroadcastState]] = {
    Tab.DRAFTS: (BroadcastState.DRAFT,),
    Tab.PLANNED: (BroadcastState.SCHEDULED,),
    Tab.UNDER_WAY: UNDER_WAY,
    Tab.ENDED: ENDED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """A recipient with the follower he is."""

    follower: Follower
    line: BroadcastRecipient


def count_tabs() -> Mapping[Tab, int]:
    """How many there are of each."""
    found = dict(
        db.session.execute(
            select(Broadcast.state, func.count()).where(by_hand()).group_by(Broadcast.state)
        ).all()
    )
    return {tab: sum(found.get(state, 0) for state in states) for tab, states in TAB_STATES.items()}


def list_broadcasts(tab: Tab, *, place: str = "", per_page: int = 15) -> PlacedPage[Broadcast]:
    """The newest first; what is planned by its time, all on one page."""
    query = select(Broadcast).where(Broadcast.state.in_(TAB_STATES[tab]), by_hand())
    if tab is Tab.PLANNED:
        rows = db.session.scalars(query.order_by(Broadcast.scheduled_at, Broadcast.id).limit(MOST_PLANNED))
        return PlacedPage(rows.all(), "", "")
    return read_page(query, place, sort=Broadcast.id, number=Broadcast.id, per_page=per_page)


def list_in(days: Days) -> Sequence[Broadcast]:
    """What is planned for these days or began on one of them, in order of time."""
    at = func.coalesce(Broadcast.started_at, Broadcast.scheduled_at, Broadcast.confirmed_at)
    query = select(Broadcast).where(Broadcast.state != BroadcastState.DRAFT, days.hold(at), by_hand())
    return db.session.scalars(query.order_by(at, Broadcast.id).limit(1000)).all()


def list_recipients(
    broadcast_id: int,
    *,
    state: RecipientState | None = None,
    search: str = "",
    place: str = "",
    per_page: int = 50,
) -> PlacedPage[Told]:
    """One page of who is meant and what became of him. `search`: part of a remark or nickname, or an openid."""
    mine = (_line.broadcast_id == broadcast_id, *((_line.state == state,) if state else ()))
    query = select(Follower).where(Follower.id.in_(select(_line.follower_id).where(*mine)))
    if (condition := find_words(search)) is not None:
        query = query.where(condition)
    page = read_page(query, place, sort=Follower.id, number=Follower.id, per_page=per_page)
    found = select(_line).where(
        _line.broadcast_id == broadcast_id, _line.follower_id.in_([row.id for row in page.rows])
    )
    lines = {line.follower_id: line for line in db.session.scalars(found)}
    told = [Told(row, lines[row.id]) for row in page.rows if row.id in lines]
    return PlacedPage(told, page.newer, page.older)
