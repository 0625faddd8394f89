"""The merchant's list of followers: found, filtered, sorted, paged by place so that the last page is as quick
as the first, and read whole for an export."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from app.core import audit
from app.core.db import db
from app.core.places import PlacedPage, read_page
from app.followers.models import Follower, FollowerTag

OPENID_LENGTH = 28
EXPORT_BATCH = 1000


class Who(StrEnum):
    """The list's tabs."""

    ALL = "all"
    FOLLOWING = "following"
    LEFT = "left"
    BOUGHT = "bought"
    BLACKLISTED = "blacklisted"


class Sort(StrEnum):
    SEEN = "seen"  # who was here last
    SPENT = "spent"  # who spent most


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which followers, and in which order. `search`: part of a remark or nickname, or an openid."""

    who: Who = Who.ALL
    tag_id: int | None = None
    search: str = ""
    sort: Sort = Sort.SEEN


@dataclass(frozen=True, slots=True)
class Totals:
    """How many there are of each tab."""

    all: int
    following: int
    left: int
    bought: int
    blacklisted: int


def list_followers(wanted: Wanted, *, place: str = "", per_page: int = 50) -> PlacedPage[Follower]:
    """The page at `place`, as another page named it; a place that cannot be read is the first page."""
    column = _column(wanted.sort)
    return read_page(_query(wanted), place, sort=column, number=Follower.id, per_page=per_page)


def count_followers(wanted: Wanted) -> int:
    """How many fit."""
    return db.session.scalar(select(func.count()).select_from(_query(wanted).subquery())) or 0


def count_totals() -> Totals:
    """The numbers on the tabs, without a filter."""
    everybody = select(
        func.count(),
        func.count().filter(Follower.is_subscribed),
        func.count().filter(Follower.spent_fen > 0),
        func.count().filter(Follower.is_blacklisted),
    )
    total, following, bought, blacklisted = db.session.execute(everybody).one()
    return Totals(total, following, total - following, bought, blacklisted)


def export_followers(wanted: Wanted, *, actor: str) -> Iterator[Sequence[Follower]]:
    """Write down who takes the list away, then hand out all that fit, in batches. Is a transaction of its own."""
    after = {"who": wanted.who, "tag_id": wanted.tag_id, "searched": bool(wanted.search.strip())}
    audit.record(actor=actor, action="followers.exported", subject="followers", after=after)
    return every_follower(wanted)


def every_follower(wanted: Wanted) -> Iterator[Sequence[Follower]]:
    """All that fit, in batches; memory stays the same however many there are."""
    place = ""
    while True:
        page = list_followers(wanted, place=place, per_page=EXPORT_BATCH)
        if page.rows:
            yield page.rows
        db.session.expunge_all()
        if not page.older:
            return
        place = page.older


def _query(wanted: Wanted) -> Any:
    query = select(Follower).where(*_conditions(wanted))
    if wanted.tag_id is not None:
        query = query.where(
            Follower.id.in_(select(FollowerTag.follower_id).where(FollowerTag.tag_id == wanted.tag_id))
        )
    return query


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = {
        Who.ALL: [],
        Who.FOLLOWING: [Follower.is_subscribed],
        Who.LEFT: [~Follower.is_subscribed],
        Who.BOUGHT: [Follower.spent_fen > 0],
        Who.BLACKLISTED: [_is_among(lambda each: each.is_blacklisted)],
    }[wanted.who]
    if (condition := find_words(wanted.search)) is not None:
        conditions.append(condition)
    return conditions


def find_words(search: str) -> ColumnElement[bool] | None:
    """The condition that a follower is called so: part of a remark or nickname, or an openid; None without words."""
    words = search.strip()
    if len(words) == OPENID_LENGTH and words.isascii() and " " not in words:
        return Follower.openid == words
    return _is_among(lambda each: _is_named(each, words)) if words else None


def _is_among(condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Rare ones are found first and sorted then: walking the sorted list for them would read nearly all of it."""
    rare = aliased(Follower)
    return Follower.id.in_(select(rare.id).where(condition(rare)))


def _is_named(follower: Any, words: str) -> ColumnElement[bool]:
    columns = (follower.remark, follower.nickname)
    return or_(*((column != "") & column.icontains(words, autoescape=True) for column in columns))


def _column(sort: Sort) -> Any:
    return Follower.spent_fen if sort == Sort.SPENT else Follower.last_seen_at
