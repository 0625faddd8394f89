"""The four steps of a walk through the followers: tags, the list, the profiles, the blacklist.

Each asks WeChat once and says what is to be written; `sync.py` writes it together with the place reached.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, true, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import PlatformError
from app.core.insert_once import insert_rows
from app.followers import profiles
from app.followers.models import Follower, FollowerPush, FollowerSync, PushKind, SyncStep
from app.followers.service import NEVER_SEEN
from app.followers.tag_pushing import fetch_tags, take_over
from app.wechat.client import AccountClient

BATCH = 2000  # rows in one transaction

Counted = dict[str, int]


def _nothing() -> Counted:
    return {}


@dataclass(frozen=True, slots=True)
class Piece:
    """What one piece of work found: columns of the walk to set, and what else to write, which says what it counted."""

    values: dict[str, Any]
    write: Callable[[], Counted] = _nothing


def ask_tags(client: AccountClient, sync: FollowerSync) -> Piece:
    """All tags at once; followers carry them by number."""
    asked_at = clock.now()
    theirs = fetch_tags(client)

    def write() -> Counted:
        take_over(theirs, asked_at)
        return {}

    return Piece({"step": SyncStep.LIST, "place": ""}, write)


def ask_list(client: AccountClient, sync: FollowerSync) -> Piece:
    """One page of up to 10,000 openids. The last page is empty and has no `data`."""
    asked_at, place = clock.now(), sync.place
    pages, listed = list(sync.pages), sync.listed
    try:
        answer = client.get("user/get", params={"next_openid": place} if place else {})
    except PlatformError as error:
        if error.errcode not in profiles.UNKNOWN_OPENID or not place:
            raise
        return Piece(_one_page_back(pages))
    openids = _read_openids(answer)
    following = str(answer.get("next_openid") or "") or (openids[-1] if openids else "")
    if not openids or following == place:
        return Piece({"step": SyncStep.PROFILES, "place": ""})
    _keep_listed(openids, asked_at)
    known = {"total": _read_number(answer.get("total")), "listed": listed + len(openids)}
    pages.append({"end": following, "listed": known["listed"]})
    return Piece({"place": following, "pages": pages, **known})


def ask_profiles(client: AccountClient, sync: FollowerSync) -> Piece:
    """A hundred of those who follow, as far as we know, and were not asked about since the walk began.

    Whoever is no longer on WeChat's list is among them: WeChat says so, and he is let go.
    """
    asked_at, place = clock.now(), int(sync.place or 0)
    is_due = or_(Follower.profile_at.is_(None), Follower.profile_at < sync.started_at)
    query = select(Follower.id, Follower.openid).where(Follower.id > place, Follower.is_subscribed, is_due)
    rows = db.session.execute(query.order_by(Follower.id).limit(profiles.PER_CALL)).all()
    if not rows:
        return Piece({"step": SyncStep.BLACKLIST, "place": ""})
    found = profiles.fetch_profiles(client, [row.openid for row in rows])

    def write() -> Counted:
        gone = profiles.keep_profiles(found, asked_at)
        return {"profiled": len(rows) - gone, "gone": gone}

    return Piece({"place": str(rows[-1].id)}, write)


def ask_blacklist(client: AccountClient, sync: FollowerSync) -> Piece:
    """One page of the blacklist; after the last one, whoever was not on it is off it here too."""
    place, started_at = sync.place, sync.started_at
    answer = client.post("tags/members/getblacklist", data={"begin_openid": place})
    openids = _read_openids(answer)
    following = str(answer.get("next_openid") or "")
    if openids and following and following != place:
        return Piece({"place": following}, lambda: _mark_blacklisted(openids))

    def write() -> Counted:
        _mark_blacklisted(openids)
        return _unmark_blacklisted(started_at)

    return Piece({"is_running": False, "finished_at": clock.now()}, write)


STEPS: Mapping[SyncStep, Callable[[AccountClient, FollowerSync], Piece]] = {
    SyncStep.TAGS: ask_tags,
    SyncStep.LIST: ask_list,
    SyncStep.PROFILES: ask_profiles,
    SyncStep.BLACKLIST: ask_blacklist,
}


def _one_page_back(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """The one at whom the last page ended has left: go on from the end before it, or from the beginning."""
    kept = pages[:-1]
    last = kept[-1] if kept else {"end": "", "listed": 0}
    return {"pages": kept, "place": last["end"], "listed": last["listed"]}


def _keep_listed(openids: Sequence[str], asked_at: datetime) -> None:
    """Whoever is on the list follows, unless he left after it was asked for. Written twice it is the same.

    Opens a transaction for each batch: nobody else who writes waits for the whole page.
    """
    table = Follower.__table__
    left_before = or_(table.c.unsubscribed_at.is_(None), table.c.unsubscribed_at < asked_at)
    back = {"is_subscribed": true(), "follows": table.c.follows + 1, "erased_at": None}

    def on_conflict(new: Any) -> Any:
        is_back = ~table.c.is_subscribed & left_before
        return new.on_conflict_do_update(index_elements=["openid"], set_=back, where=is_back)

    new = {"is_subscribed": True, "follows": 1, "first_seen_at": asked_at, "last_seen_at": NEVER_SEEN}
    rows = [{"openid": openid, **new} for openid in dict.fromkeys(openids)]
    for first in range(0, len(rows), BATCH):
        with transaction():
            insert_rows(Follower, rows[first : first + BATCH], on_conflict)


def _mark_blacklisted(openids: Sequence[str]) -> Counted:
    for first in range(0, len(openids), 500):
        here = Follower.openid.in_(openids[first : first + 500]) & ~_is_untold()
        statement = update(Follower).where(here).values(is_blacklisted=True, blacklisted_at=clock.now())
        db.session.execute(statement.execution_options(synchronize_session=False))
    return {}


def _unmark_blacklisted(started_at: datetime) -> Counted:
    was_there = Follower.is_blacklisted & (Follower.blacklisted_at < started_at) & ~_is_untold()
    statement = update(Follower).where(was_there).values(is_blacklisted=False, blacklisted_at=None)
    db.session.execute(statement.execution_options(synchronize_session=False))
    return {}


def _is_untold() -> Any:
    """Ours is newer: WeChat has yet to be told."""
    waiting = (FollowerPush.kind == PushKind.BLACKLIST) & (FollowerPush.error == "")
    return exists().where(FollowerPush.follower_id == Follower.id, waiting)


def _read_openids(answer: Mapping[str, Any]) -> list[str]:
    data = answer.get("data")
    found = data.get("openid") if isinstance(data, dict) else None
    rows = found if isinstance(found, list) else []
    return [each for each in rows if isinstance(each, str) and 0 < len(each) <= 64 and each.isprintable()]


def _read_number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**31 else 0
