"""The merchant's list of followers: found, filtered, sorted, paged by place so that the last page is as quick
as the first, and read whole for an export."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.core import audit, clock
from app.core.db import db
from app.followers.models import Follower, FollowerTag

OPENID_LENGTH = 28
EXPORT_BATCH = 1000
_EPOCH = clock.from_timestamp(0)


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
class FollowerPage:
    """One page; `newer` and `older` are the places of the pages beside it, empty where there is none."""

    rows: Sequence[Follower]
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How many there are of each tab."""

    all: int
    following: int
    left: int
    bought: int
    blacklisted: int


def list_followers(wanted: Wanted, *, place: str = "", per_page: int = 50) -> FollowerPage:
    """The page at `place`, as another page named it; a place that cannot be read is the first page."""
    goes_back, edge = _read_place(place, wanted.sort)
    key = tuple_(_column(wanted.sort), Follower.id)
    query = _query(wanted)
    if edge is not None:
        query = query.where(key > edge) if goes_back else query.where(key < edge)
    order = (_column(wanted.sort), Follower.id)
    query = query.order_by(*(order if goes_back else (column.desc() for column in order)))
    rows = list(db.session.scalars(query.limit(per_page + 1)))
    has_more, rows = len(rows) > per_page, rows[:per_page]
    if goes_back:
        rows.reverse()
    has_newer = has_more if goes_back else edge is not None
    has_older = bool(rows) if goes_back else has_more
    return FollowerPage(
        rows,
        newer=_write_place("b", rows[0], wanted.sort) if has_newer and rows else "",
        older=_write_place("a", rows[-1], wanted.sort) if has_older and rows else "",
    )


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
    words = wanted.search.strip()
    if len(words) == OPENID_LENGTH and words.isascii() and " " not in words:
        conditions.append(Follower.openid == words)
    elif words:
        conditions.append(_is_among(lambda each: _is_named(each, words)))
    return conditions


def _is_among(condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Rare ones are found first and sorted then: walking the sorted list for them would read nearly all of it."""
    rare = aliased(Follower)
    return Follower.id.in_(select(rare.id).where(condition(rare)))


def _is_named(follower: Any, words: str) -> ColumnElement[bool]:
    columns = (follower.remark, follower.nickname)
    return or_(*((column != "") & column.icontains(words, autoescape=True) for column in columns))


def _column(sort: Sort) -> Any:
    return Follower.spent_fen if sort == Sort.SPENT else Follower.last_seen_at


def _write_place(direction: str, row: Follower, sort: Sort) -> str:
    value = row.spent_fen if sort == Sort.SPENT else (row.last_seen_at - _EPOCH) // timedelta(microseconds=1)
    return f"{direction}{value}-{row.id}"


def _read_place(place: str, sort: Sort) -> tuple[bool, tuple[int | datetime, int] | None]:
    direction, (value, dash, number) = place[:1], place[1:].partition("-")
    is_ours = direction in ("a", "b") and dash and len(place) < 40
    if not is_ours or not (value.isdecimal() and number.isdecimal() and place.isascii()):
        return False, None
    if int(value) > 10**17 or int(number) >= 2**63:
        return False, None
    edge = int(value) if sort == Sort.SPENT else _EPOCH + timedelta(microseconds=int(value))
    return direction == "b", (edge, int(number))
